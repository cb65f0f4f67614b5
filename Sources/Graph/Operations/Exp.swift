/// eˣ, element by element. d eˣ = eˣ dx.
package final class Exp: UnaryFunction, PlainOperation {
  package static let shared = Exp()
  package let name = "exp"
  package let signature = Signature.of("exp")

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.sameFloating(name)
  }

  package func express(_ body: inout Expression, _ x: [Value]) -> Value {
    body.emit(.exp, x[0])
  }

  package func moved(_ flow: Tensor, _ x: Tensor, _ y: Tensor) -> Tensor { flow * y }
}

/// eˣ, element by element.
public func exp(_ x: Tensor) -> Tensor { Exp.shared.apply(x.asFloating) }
