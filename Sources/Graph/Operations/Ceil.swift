/// The smallest whole number not below x. The derivative is 0 everywhere.
package final class Ceil: StepFunction, PlainOperation {
  package static let shared = Ceil()
  package let name = "ceil"
  package let signature = Signature.of("ceil")

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.sameNumber(name)
  }

  package func express(_ body: inout Expression, _ x: [Value]) -> Value {
    body.emit(.ceil, x[0])
  }
}

/// The smallest whole number not below x, element by element.
public func ceil(_ x: Tensor) -> Tensor { Ceil.shared.apply(x) }
