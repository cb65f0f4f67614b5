/// √x, element by element. d √x = dx / (2√x).
package final class SquareRoot: UnaryFunction, PlainOperation {
  package static let shared = SquareRoot()
  package let name = "squareRoot"
  package let signature = Signature.of("squareRoot")

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.sameFloating(name)
  }

  package func express(_ body: inout Expression, _ x: [Value]) -> Value {
    body.emit(.squareRoot, x[0])
  }

  package func moved(_ flow: Tensor, _ x: Tensor, _ y: Tensor) -> Tensor { flow / (y + y) }
}

/// √x, element by element.
public func sqrt(_ x: Tensor) -> Tensor { SquareRoot.shared.apply(x.asFloating) }
