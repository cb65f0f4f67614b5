/// eˣ − 1 without cancellation near 0. d(eˣ − 1) = eˣ dx.
package final class Expm1: UnaryFunction, PlainOperation {
  package static let shared = Expm1()
  package let name = "expm1"
  package let signature = Signature.of("expm1")

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.sameFloating(name)
  }

  package func express(_ body: inout Expression, _ x: [Value]) -> Value {
    body.emit(.expm1, x[0])
  }

  package func moved(_ flow: Tensor, _ x: Tensor, _ y: Tensor) -> Tensor {
    flow * exp(x)
  }
}

/// eˣ − 1, element by element, exact near 0 too.
public func expm1(_ x: Tensor) -> Tensor { Expm1.shared.apply(x.asFloating) }
