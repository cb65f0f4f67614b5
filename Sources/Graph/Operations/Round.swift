/// The whole number nearest to x, halves to the even one. The derivative is 0 everywhere.
package final class Round: PointwiseOperation {
  package static let shared = Round()
  package let name = "round"
  package let attributes: [Int] = []
  package let signature = Signature.of("round")
  package let kind = OperationKind.pointwise

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.sameNumber(name)
  }

  package func express(
    _ body: inout Expression, _ x: [Expression.Value]
  ) -> Expression.Value {
    body.emit(.round, x[0])
  }

  package func reverse(_ step: Reverse) { step.add(to: 0, step.flatSlope(0)) }
  package func forward(_ step: Forward) -> Tensor { step.zero() }
  package func batch(_ step: Batch) -> Tensor { step.transparent() }
}

/// The whole number nearest to x, halves to the even one, element by element.
public func round(_ x: Tensor) -> Tensor { Round.shared.apply(x) }
