/// The arc sine in radians, atan(x / √((1 − x)(1 + x))); NaN beyond ±1. d asin x = dx / √((1 − x)(1 + x)).
package final class Asin: UnaryFunction, PlainOperation {
  package static let shared = Asin()
  package let name = "asin"
  package let signature = Signature.of("asin")

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.sameFloating(name)
  }

  package func express(_ body: inout Expression, _ x: [Value]) -> Value {
    let one = body.constant(1)
    let below = body.emit(.subtract, one, x[0])
    let above = body.emit(.add, one, x[0])
    let root = body.emit(.squareRoot, body.emit(.multiply, below, above))
    return body.emit(.atan, body.emit(.divide, x[0], root))
  }

  package func moved(_ flow: Tensor, _ x: Tensor, _ y: Tensor) -> Tensor {
    let one = Tensor.literal(1, x.element)
    return flow / sqrt((one - x) * (one + x))
  }
}

/// The arc sine, element by element, in radians.
public func asin(_ x: Tensor) -> Tensor { Asin.shared.apply(x.asFloating) }
