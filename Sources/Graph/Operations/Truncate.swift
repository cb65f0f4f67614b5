/// x without its fraction, cut towards 0. The derivative is 0 everywhere.
package final class Truncate: StepFunction, PlainOperation {
  package static let shared = Truncate()
  package let name = "truncate"
  package let signature = Signature.of("truncate")

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.sameNumber(name)
  }

  package func express(_ body: inout Expression, _ x: [Value]) -> Value {
    body.emit(.truncate, x[0])
  }
}

/// x without its fraction, cut towards 0, element by element.
public func trunc(_ x: Tensor) -> Tensor { Truncate.shared.apply(x) }
