/// True where an element is not a number.
package final class IsNaN: DiscreteOperation, PlainOperation {
  package static let shared = IsNaN()
  package let name = "isNaN"
  package let signature = Signature.of("isNaN")

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    TensorType(inputs[0].shape, .bool)
  }

  package func express(_ body: inout Expression, _ x: [Value]) -> Value {
    body.emit(.equal, body.emit(.equal, x[0], x[0]), body.constant(0))
  }
}

/// True where an element is not a number.
public func isNaN(_ x: Tensor) -> Tensor { IsNaN.shared.apply(x) }
