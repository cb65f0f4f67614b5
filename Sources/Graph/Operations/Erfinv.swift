/// The y with erf y = x; ±∞ at ±1, NaN beyond.
/// d erfinv x = √π/2 e^(y²) dx.
package final class Erfinv: UnaryFunction, PlainOperation {
  package static let shared = Erfinv()
  package let name = "erfinv"
  package let signature = Signature.of("erfinv")

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.sameFloating(name)
  }

  package func express(_ body: inout Expression, _ x: [Value]) -> Value {
    body.emit(.erfinv, x[0])
  }

  package func moved(_ flow: Tensor, _ x: Tensor, _ y: Tensor) -> Tensor {
    flow * (.literal(0x1.c5bf891b4ef6bp-1, x.element) * exp(y * y))
  }
}

/// The inverse of the error function, element by element.
public func erfinv(_ x: Tensor) -> Tensor { Erfinv.shared.apply(x.asFloating) }
