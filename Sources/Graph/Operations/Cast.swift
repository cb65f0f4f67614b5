/// The same values in another element type; to bool means ≠ 0. A fraction becomes an integer by being cut towards
/// zero to 64 bits, and an integer a narrower one by keeping its lowest bits.
package final class Cast: PointwiseOperation {
  private static let toEach = ElementType.allCases.map { Cast($0) }

  package let name = "cast"
  package let attributes: [Int]
  package let signature: UInt64
  package let target: ElementType

  init(_ target: ElementType) {
    self.target = target
    attributes = [Int(target.rawValue)]
    signature = Signature.of("cast", attributes)
  }

  package static func to(_ target: ElementType) -> Cast { toEach[Int(target.rawValue)] }

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    TensorType(inputs[0].shape, target)
  }

  package func express(_ body: inout Expression, _ x: [Value]) -> Value {
    guard target == .bool else { return body.emit(.copy, x[0]) }
    let zero = body.constant(0)
    return body.emit(.equal, body.emit(.equal, x[0], zero), zero)
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

extension Tensor {
  /// Numbers with fractions as they are, all others as float32: what functions of real numbers take.
  @inline(__always) var asFloating: Tensor { element.isFloating ? self : cast(to: .float32) }
}
