/// max(x, 0), element by element; the derivative at 0 is 0, and relu(NaN) is NaN.
public final class ReLU: PointwiseOperation {
  public static let shared = ReLU()
  public let name = "relu"
  public let attributes: [Int] = []
  public let signature = Signature.of("relu")
  public let kind = OperationKind.pointwise

  public func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.sameFloating(name)
  }

  public func express(
    _ body: inout Expression, _ x: [Expression.Value]
  ) -> Expression.Value {
    body.emit(.maximum, x[0], body.constant(0))
  }

  public func reverse(_ step: Reverse) {
    step.add(to: 0, ReLU.passed(step.upstream, where: step.output))
  }

  public func forward(_ step: Forward) -> Tensor {
    ReLU.passed(step.tangent(0)!, where: step.output)
  }
  public func batch(_ step: Batch) -> Tensor { step.transparent() }
}

extension ReLU {
  /// `flow` where the output y is positive, and 0 elsewhere.
  static func passed(_ flow: Tensor, where y: Tensor) -> Tensor {
    let zero = Tensor.literal(0, y.element)
    return select(greater(y, zero), flow, zero)
  }
}

/// max(x, 0), element by element; the derivative at 0 is 0.
public func relu(_ x: Tensor) -> Tensor { ReLU.shared.apply(x) }
