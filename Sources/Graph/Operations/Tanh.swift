/// The hyperbolic tangent, element by element. d tanh x = (1 − tanh² x) dx.
package final class Tanh: UnaryFunction, PlainOperation {
  package static let shared = Tanh()
  package let name = "tanh"
  package let signature = Signature.of("tanh")

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.sameFloating(name)
  }

  package func express(_ body: inout Expression, _ x: [Value]) -> Value {
    body.emit(.tanh, x[0])
  }

  package func moved(_ flow: Tensor, _ x: Tensor, _ y: Tensor) -> Tensor {
    flow * (.literal(1, y.element) - y * y)
  }
}

/// The hyperbolic tangent, element by element.
public func tanh(_ x: Tensor) -> Tensor { Tanh.shared.apply(x.asFloating) }
