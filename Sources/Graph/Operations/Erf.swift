/// The error function 2/√π ∫₀ˣ e^(−t²) dt. d erf x = 2/√π e^(−x²) dx.
package final class Erf: UnaryFunction, PlainOperation {
  package static let shared = Erf()
  package let name = "erf"
  package let signature = Signature.of("erf")

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.sameFloating(name)
  }

  package func express(_ body: inout Expression, _ x: [Value]) -> Value {
    body.emit(.erf, x[0])
  }

  package func moved(_ flow: Tensor, _ x: Tensor, _ y: Tensor) -> Tensor {
    flow * (.literal(0x1.20dd750429b6dp+0, x.element) * exp(-(x * x)))
  }
}

/// The error function, element by element.
public func erf(_ x: Tensor) -> Tensor { Erf.shared.apply(x.asFloating) }
