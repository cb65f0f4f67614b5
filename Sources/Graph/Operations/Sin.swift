/// The sine, element by element. d sin x = cos x dx.
package final class Sin: UnaryFunction, PlainOperation {
  package static let shared = Sin()
  package let name = "sin"
  package let signature = Signature.of("sin")

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.sameFloating(name)
  }

  package func express(_ body: inout Expression, _ x: [Value]) -> Value {
    body.emit(.sin, x[0])
  }

  package func moved(_ flow: Tensor, _ x: Tensor, _ y: Tensor) -> Tensor { flow * cos(x) }
}

/// The sine, element by element.
public func sin(_ x: Tensor) -> Tensor { Sin.shared.apply(x.asFloating) }
