/// log(x + √(x² + 1)): by log(1 + ·) near 0, and log 2|x| where x² would overflow.
/// d asinh x = dx / √(1 + x²).
package final class Asinh: UnaryFunction, PlainOperation {
  package static let shared = Asinh()
  package let name = "asinh"
  package let signature = Signature.of("asinh")

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.sameFloating(name)
  }

  package func express(_ body: inout Expression, _ x: [Value]) -> Value {
    let one = body.constant(1)
    let size = body.emit(.absolute, x[0])
    let square = body.emit(.multiply, size, size)
    let root = body.emit(.squareRoot, body.emit(.add, square, one))
    let ratio = body.emit(.divide, square, body.emit(.add, one, root))
    let near = body.emit(.log1p, body.emit(.add, size, ratio))
    let far = body.emit(.add, body.emit(.log, size), body.constant(0x1.62e42fefa39efp-1))
    let isFar = body.emit(.greater, size, body.constant(0x1p28))
    return body.emit(.copySign, body.emit(.select, isFar, far, near), x[0])
  }

  package func moved(_ flow: Tensor, _ x: Tensor, _ y: Tensor) -> Tensor {
    flow / sqrt(.literal(1, x.element) + x * x)
  }
}

/// The inverse hyperbolic sine, element by element.
public func asinh(_ x: Tensor) -> Tensor { Asinh.shared.apply(x.asFloating) }
