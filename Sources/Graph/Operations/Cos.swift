/// The cosine, element by element. d cos x = −sin x dx.
package final class Cos: UnaryFunction, PlainOperation {
  package static let shared = Cos()
  package let name = "cos"
  package let signature = Signature.of("cos")

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.sameFloating(name)
  }

  package func express(_ body: inout Expression, _ x: [Value]) -> Value {
    body.emit(.cos, x[0])
  }

  package func moved(_ flow: Tensor, _ x: Tensor, _ y: Tensor) -> Tensor { flow * -sin(x) }
}

/// The cosine, element by element.
public func cos(_ x: Tensor) -> Tensor { Cos.shared.apply(x.asFloating) }
