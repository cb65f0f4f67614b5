/// a + b, element by element.
public final class Add: PointwiseOperation {
  public static let shared = Add()
  public let name = "add"
  public let attributes: [Int] = []
  public let signature = Signature.of("add")
  public let kind = OperationKind.pointwise

  public func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.broadcastPair(name)
  }

  public func express(
    _ body: inout Expression, _ x: [Expression.Value]
  ) -> Expression.Value {
    body.emit(.add, x[0], x[1])
  }

  public func reverse(_ step: Reverse) {
    step.add(to: 0, step.upstream)
    step.add(to: 1, step.upstream)
  }

  public func forward(_ step: Forward) -> Tensor { step.linear() }
  public func batch(_ step: Batch) -> Tensor { step.transparent() }
}

extension Tensor {
  /// a + b, element by element. Shapes broadcast by NumPy's rule; element types promote.
  public static func + (a: Tensor, b: Tensor) -> Tensor {
    let (a, b) = promoted(a, b)
    return Add.shared.apply(a, b)
  }

  public static func + (a: Tensor, b: Double) -> Tensor { a + Tensor(b, a.element) }
  public static func + (a: Double, b: Tensor) -> Tensor { Tensor(a, b.element) + b }
}
