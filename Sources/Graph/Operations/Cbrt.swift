/// The cube root, of x's sign: a power, then one step of Newton's. d ∛x = dx / (3 (∛x)²).
package final class Cbrt: UnaryFunction, PlainOperation {
  package static let shared = Cbrt()
  package let name = "cbrt"
  package let signature = Signature.of("cbrt")

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.sameFloating(name)
  }

  package func express(_ body: inout Expression, _ x: [Value]) -> Value {
    let size = body.emit(.absolute, x[0])
    let root = body.emit(.power, size, body.constant(1 / 3.0))
    let square = body.emit(.multiply, root, root)
    let error = body.emit(.subtract, root, body.emit(.divide, size, square))
    let step = body.emit(.multiply, error, body.constant(1 / 3.0))
    let better = body.emit(.subtract, root, step)
    let isZero = body.emit(.equal, size, body.constant(0))
    let isEnd = body.emit(.maximum, isZero, body.emit(.equal, size, body.constant(.infinity)))
    return body.emit(.copySign, body.emit(.select, isEnd, size, better), x[0])
  }

  package func moved(_ flow: Tensor, _ x: Tensor, _ y: Tensor) -> Tensor {
    flow / (.literal(3, x.element) * y * y)
  }
}

/// The cube root, element by element; that of a negative number is negative.
public func cbrt(_ x: Tensor) -> Tensor { Cbrt.shared.apply(x.asFloating) }
