/// log |Γ(x)|; infinite at 0 and the negative whole numbers. d lgamma x = digamma x dx.
package final class Lgamma: UnaryFunction, PlainOperation {
  package static let shared = Lgamma()
  package let name = "lgamma"
  package let signature = Signature.of("lgamma")

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.sameFloating(name)
  }

  package func express(_ body: inout Expression, _ x: [Value]) -> Value {
    body.emit(.lgamma, x[0])
  }

  package func moved(_ flow: Tensor, _ x: Tensor, _ y: Tensor) -> Tensor {
    flow * digamma(x)
  }
}

/// The logarithm of the absolute value of the gamma function, element by element.
public func lgamma(_ x: Tensor) -> Tensor { Lgamma.shared.apply(x.asFloating) }
