/// True where an element is neither infinite nor NaN.
package final class IsFinite: DiscreteOperation, PlainOperation {
  package static let shared = IsFinite()
  package let name = "isFinite"
  package let signature = Signature.of("isFinite")

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    TensorType(inputs[0].shape, .bool)
  }

  package func express(_ body: inout Expression, _ x: [Value]) -> Value {
    let difference = body.emit(.subtract, x[0], x[0])
    return body.emit(.equal, difference, body.constant(0))
  }
}

/// True where an element is neither infinite nor NaN.
public func isFinite(_ x: Tensor) -> Tensor { IsFinite.shared.apply(x) }
