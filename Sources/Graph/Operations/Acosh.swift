/// log(x + √(x² − 1)): by log(1 + ·) near 1, and log 2x where x² would overflow; NaN below 1.
/// d acosh x = dx / (√(x − 1) √(x + 1)).
package final class Acosh: UnaryFunction, PlainOperation {
  package static let shared = Acosh()
  package let name = "acosh"
  package let signature = Signature.of("acosh")

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.sameFloating(name)
  }

  package func express(_ body: inout Expression, _ x: [Value]) -> Value {
    let one = body.constant(1)
    let past = body.emit(.subtract, x[0], one)
    let square = body.emit(.multiply, past, body.emit(.add, x[0], one))
    let root = body.emit(.squareRoot, square)
    let near = body.emit(.log1p, body.emit(.add, past, root))
    let far = body.emit(.add, body.emit(.log, x[0]), body.constant(0x1.62e42fefa39efp-1))
    let isFar = body.emit(.greater, x[0], body.constant(0x1p28))
    let result = body.emit(.select, isFar, far, near)
    let isBelow = body.emit(.greater, one, x[0])
    return body.emit(.select, isBelow, body.constant(.nan), result)
  }

  package func moved(_ flow: Tensor, _ x: Tensor, _ y: Tensor) -> Tensor {
    let one = Tensor.literal(1, x.element)
    return flow / (sqrt(x - one) * sqrt(x + one))
  }
}

/// The inverse hyperbolic cosine, element by element; NaN below 1.
public func acosh(_ x: Tensor) -> Tensor { Acosh.shared.apply(x.asFloating) }
