/// x without its fraction, cut towards 0. The derivative is 0 everywhere.
package final class Truncate: PointwiseOperation {
  package static let shared = Truncate()
  package let name = "truncate"
  package let attributes: [Int] = []
  package let signature = Signature.of("truncate")
  package let kind = OperationKind.pointwise

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.sameNumber(name)
  }

  package func express(
    _ body: inout Expression, _ x: [Expression.Value]
  ) -> Expression.Value {
    body.emit(.truncate, x[0])
  }

  package func reverse(_ step: Reverse) { step.add(to: 0, step.flatSlope(0)) }
  package func forward(_ step: Forward) -> Tensor { step.zero() }
  package func batch(_ step: Batch) -> Tensor { step.transparent() }
}

/// x without its fraction, cut towards 0, element by element.
public func trunc(_ x: Tensor) -> Tensor { Truncate.shared.apply(x) }
