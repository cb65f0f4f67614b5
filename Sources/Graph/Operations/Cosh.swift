/// (eˣ + e⁻ˣ) / 2, from the square of e^(x/2), which does not overflow early. d cosh x = sinh x dx.
package final class Cosh: UnaryFunction, PlainOperation {
  package static let shared = Cosh()
  package let name = "cosh"
  package let signature = Signature.of("cosh")

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.sameFloating(name)
  }

  package func express(_ body: inout Expression, _ x: [Value]) -> Value {
    let half = body.constant(0.5)
    let size = body.emit(.absolute, x[0])
    let root = body.emit(.exp, body.emit(.multiply, half, size))
    let large = body.emit(.multiply, body.emit(.multiply, half, root), root)
    let small = body.emit(.divide, body.emit(.divide, half, root), root)
    return body.emit(.add, large, small)
  }

  package func moved(_ flow: Tensor, _ x: Tensor, _ y: Tensor) -> Tensor {
    flow * sinh(x)
  }
}

/// The hyperbolic cosine, element by element.
public func cosh(_ x: Tensor) -> Tensor { Cosh.shared.apply(x.asFloating) }
