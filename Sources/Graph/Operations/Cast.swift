/// The same values in another element type; to bool means ≠ 0, to int64 cuts towards zero.
package final class Cast: PointwiseOperation {
  private static let toBool = Cast(.bool)
  private static let toInt64 = Cast(.int64)
  private static let toFloat32 = Cast(.float32)
  private static let toFloat64 = Cast(.float64)

  package let name = "cast"
  package let attributes: [Int]
  package let signature: UInt64
  package let target: ElementType

  init(_ target: ElementType) {
    self.target = target
    attributes = [Int(target.rawValue)]
    signature = Signature.of("cast", attributes)
  }

  static func to(_ target: ElementType) -> Cast {
    switch target {
    case .bool: toBool
    case .int64: toInt64
    case .float32: toFloat32
    case .float64: toFloat64
    }
  }

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    TensorType(inputs[0].shape, target)
  }

  package func express(_ body: inout Expression, _ x: [Value]) -> Value {
    body.emit(.copy, x[0])
  }

  /// A gradient flows where both sides are floating-point.
  package func reverse(_ step: Reverse) {
    guard target.isFloating, step.input(0).element.isFloating else { return }
    step.add(to: 0, step.upstream.cast(to: step.input(0).element))
  }

  package func forward(_ step: Forward) -> Tensor {
    target.isFloating ? step.tangent(0)!.cast(to: target) : step.zero()
  }
}

extension Tensor {
  /// The same values in another element type.
  public func cast(to target: ElementType) -> Tensor {
    element == target ? self : Cast.to(target).apply(self)
  }
}

/// Both in the element type that holds both.
@inline(__always)
func promoted(_ a: Tensor, _ b: Tensor) -> (Tensor, Tensor) {
  if a.element == b.element { return (a, b) }
  let element = a.element.promoted(with: b.element)
  return (a.cast(to: element), b.cast(to: element))
}
