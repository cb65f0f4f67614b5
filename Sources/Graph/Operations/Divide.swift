/// a / b, element by element. d(a/b) = da/b − (a/b) db/b.
public final class Divide: PointwiseOperation {
  public static let shared = Divide()
  public let name = "divide"
  public let attributes: [Int] = []
  public let signature = Signature.of("divide")
  public let kind = OperationKind.pointwise

  public func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.broadcastPair(name)
  }

  public func express(
    _ body: inout Expression, _ x: [Expression.Value]
  ) -> Expression.Value {
    body.emit(.divide, x[0], x[1])
  }

  public func reverse(_ step: Reverse) {
    step.add(to: 0, step.upstream / step.input(1))
    step.add(to: 1, -(step.upstream * step.output / step.input(1)))
  }

  public func forward(_ step: Forward) -> Tensor {
    let alongA = step.tangent(0).map { $0 / step.input(1) }
    let alongB = step.tangent(1).map { -($0 * step.output / step.input(1)) }
    return step.sum(alongA, alongB)
  }
  public func batch(_ step: Batch) -> Tensor { step.transparent() }
}

extension Tensor {
  /// a / b, element by element. Shapes broadcast by NumPy's rule; element types promote.
  public static func / (a: Tensor, b: Tensor) -> Tensor {
    let (a, b) = promoted(a, b)
    return Divide.shared.apply(a, b)
  }

  public static func / (a: Tensor, b: Double) -> Tensor { a / Tensor(b, a.element) }
  public static func / (a: Double, b: Tensor) -> Tensor { Tensor(a, b.element) / b }
}
