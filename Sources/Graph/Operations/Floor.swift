/// The largest whole number not above x. The derivative is 0 everywhere.
package final class Floor: StepFunction, PlainOperation {
  package static let shared = Floor()
  package let name = "floor"
  package let signature = Signature.of("floor")

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.sameNumber(name)
  }

  package func express(_ body: inout Expression, _ x: [Value]) -> Value {
    body.emit(.floor, x[0])
  }
}

/// The largest whole number not above x, element by element.
public func floor(_ x: Tensor) -> Tensor { Floor.shared.apply(x) }
