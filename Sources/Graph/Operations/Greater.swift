/// a > b, element by element, as bool; false on NaN.
package final class Greater: DiscreteOperation, PlainOperation {
  package static let shared = Greater()
  package let name = "greater"
  package let signature = Signature.of("greater")

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    TensorType(try inputs.broadcastPair(name).shape, .bool)
  }

  package func express(_ body: inout Expression, _ x: [Value]) -> Value {
    body.emit(.greater, x[0], x[1])
  }
}

/// a > b, element by element, as bool; false on NaN.
public func greater(_ a: Tensor, _ b: Tensor) -> Tensor {
  let (a, b) = promoted(a, b)
  return Greater.shared.apply(a, b)
}
