/// The whole number nearest to x, halves to the even one. The derivative is 0 everywhere.
package final class Round: StepFunction, PlainOperation {
  package static let shared = Round()
  package let name = "round"
  package let signature = Signature.of("round")

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.sameNumber(name)
  }

  package func express(_ body: inout Expression, _ x: [Value]) -> Value {
    body.emit(.round, x[0])
  }
}

/// The whole number nearest to x, halves to the even one, element by element.
public func round(_ x: Tensor) -> Tensor { Round.shared.apply(x) }
