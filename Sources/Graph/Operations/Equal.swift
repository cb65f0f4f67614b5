/// a = b, element by element, as bool; false on NaN.
package final class Equal: DiscreteOperation, PlainOperation {
  package static let shared = Equal()
  package let name = "equal"
  package let signature = Signature.of("equal")

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    TensorType(try inputs.broadcastPair(name).shape, .bool)
  }

  package func express(_ body: inout Expression, _ x: [Value]) -> Value {
    body.emit(.equal, x[0], x[1])
  }
}

/// a = b, element by element, as bool; false on NaN.
public func equal(_ a: Tensor, _ b: Tensor) -> Tensor {
  let (a, b) = promoted(a, b)
  return Equal.shared.apply(a, b)
}
