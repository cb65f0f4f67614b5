/// −x, element by element.
public final class Negate: PointwiseOperation {
  public static let shared = Negate()
  public let name = "negate"
  public let attributes: [Int] = []
  public let signature = Signature.of("negate")
  public let kind = OperationKind.pointwise

  public func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.sameFloating(name)
  }

  public func express(
    _ body: inout Expression, _ x: [Expression.Value]
  ) -> Expression.Value {
    body.emit(.negate, x[0])
  }

  public func reverse(_ step: Reverse) {
    step.add(to: 0, -step.upstream)
  }

  public func forward(_ step: Forward) -> Tensor { -step.tangent(0)! }
  public func batch(_ step: Batch) -> Tensor { step.transparent() }
}

extension Tensor {
  /// −x, element by element.
  public static prefix func - (x: Tensor) -> Tensor { Negate.shared.apply(x) }
}
