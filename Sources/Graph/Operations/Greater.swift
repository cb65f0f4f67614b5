/// a > b, element by element, as bool; false on NaN.
public final class Greater: PointwiseOperation {
  public static let shared = Greater()
  public let name = "greater"
  public let attributes: [Int] = []
  public let signature = Signature.of("greater")
  public let kind = OperationKind.pointwise

  public func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    TensorType(try inputs.broadcastPair(name).shape, .bool)
  }

  public func express(
    _ body: inout Expression, _ x: [Expression.Value]
  ) -> Expression.Value {
    body.emit(.greater, x[0], x[1])
  }

  /// A truth value does not change by degrees: no gradient flows.
  public func reverse(_ step: Reverse) {}
  public func forward(_ step: Forward) -> Tensor { step.zero() }
  public func batch(_ step: Batch) -> Tensor { step.transparent() }
}

/// a > b, element by element, as bool; false on NaN.
public func greater(_ a: Tensor, _ b: Tensor) -> Tensor {
  let (a, b) = promoted(a, b)
  return Greater.shared.apply(a, b)
}
