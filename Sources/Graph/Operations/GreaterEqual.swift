/// a ≥ b, element by element, as bool; false on NaN.
package final class GreaterEqual: DiscreteOperation, PlainOperation {
  package static let shared = GreaterEqual()
  package let name = "greaterEqual"
  package let signature = Signature.of("greaterEqual")

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    TensorType(try inputs.broadcastPair(name).shape, .bool)
  }

  package func express(_ body: inout Expression, _ x: [Value]) -> Value {
    body.emit(.maximum, body.emit(.greater, x[0], x[1]), body.emit(.equal, x[0], x[1]))
  }
}

/// a ≥ b, element by element, as bool; false on NaN.
public func greaterEqual(_ a: Tensor, _ b: Tensor) -> Tensor {
  let (a, b) = promoted(a, b)
  return GreaterEqual.shared.apply(a, b)
}
