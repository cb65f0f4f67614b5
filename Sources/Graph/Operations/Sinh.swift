/// (eˣ − e⁻ˣ) / 2: from eˣ − 1 up to 1, beyond from the square of e^(x/2), which does not overflow early.
/// d sinh x = cosh x dx.
package final class Sinh: UnaryFunction, PlainOperation {
  package static let shared = Sinh()
  package let name = "sinh"
  package let signature = Signature.of("sinh")

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.sameFloating(name)
  }

  package func express(_ body: inout Expression, _ x: [Value]) -> Value {
    let half = body.constant(0.5)
    let one = body.constant(1)
    let size = body.emit(.absolute, x[0])
    let grown = body.emit(.expm1, size)
    let ratio = body.emit(.divide, grown, body.emit(.add, grown, one))
    let near = body.emit(.multiply, half, body.emit(.add, grown, ratio))
    let root = body.emit(.exp, body.emit(.multiply, half, size))
    let large = body.emit(.multiply, body.emit(.multiply, half, root), root)
    let small = body.emit(.divide, body.emit(.divide, half, root), root)
    let far = body.emit(.subtract, large, small)
    let result = body.emit(.select, body.emit(.greater, size, one), far, near)
    return body.emit(.copySign, result, x[0])
  }

  package func moved(_ flow: Tensor, _ x: Tensor, _ y: Tensor) -> Tensor {
    flow * cosh(x)
  }
}

/// The hyperbolic sine, element by element.
public func sinh(_ x: Tensor) -> Tensor { Sinh.shared.apply(x.asFloating) }
