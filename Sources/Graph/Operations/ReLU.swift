/// max(x, 0), element by element; the derivative at 0 is 0, and relu(NaN) is NaN.
package final class ReLU: PointwiseOperation {
  package static let shared = ReLU()
  package let name = "relu"
  package let attributes: [Int] = []
  package let signature = Signature.of("relu")
  package let kind = OperationKind.pointwise

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.sameFloating(name)
  }

  package func express(
    _ body: inout Expression, _ x: [Expression.Value]
  ) -> Expression.Value {
    body.emit(.maximum, x[0], body.constant(0))
  }

  package func reverse(_ step: Reverse) {
    step.add(to: 0, ReLU.passed(step.upstream, where: step.output))
  }

  package func forward(_ step: Forward) -> Tensor {
    ReLU.passed(step.tangent(0)!, where: step.output)
  }
  package func batch(_ step: Batch) -> Tensor { step.transparent() }
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
