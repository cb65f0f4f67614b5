/// a ≠ b, element by element, as bool; true on NaN.
package final class NotEqual: DiscreteOperation, PlainOperation {
  package static let shared = NotEqual()
  package let name = "notEqual"
  package let signature = Signature.of("notEqual")

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    TensorType(try inputs.broadcastPair(name).shape, .bool)
  }

  package func express(_ body: inout Expression, _ x: [Value]) -> Value {
    body.emit(.equal, body.emit(.equal, x[0], x[1]), body.constant(0))
  }
}

/// a ≠ b, element by element, as bool; true on NaN.
public func notEqual(_ a: Tensor, _ b: Tensor) -> Tensor {
  let (a, b) = promoted(a, b)
  return NotEqual.shared.apply(a, b)
}
