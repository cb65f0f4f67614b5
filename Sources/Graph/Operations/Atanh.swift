/// ½ log((1 + x) / (1 − x)), by log(1 + 2|x| / (1 − |x|)); NaN beyond ±1. d atanh x = dx / ((1 − x)(1 + x)).
package final class Atanh: UnaryFunction, PlainOperation {
  package static let shared = Atanh()
  package let name = "atanh"
  package let signature = Signature.of("atanh")

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.sameFloating(name)
  }

  package func express(_ body: inout Expression, _ x: [Value]) -> Value {
    let size = body.emit(.absolute, x[0])
    let rest = body.emit(.subtract, body.constant(1), size)
    let ratio = body.emit(.divide, body.emit(.add, size, size), rest)
    let half = body.emit(.multiply, body.constant(0.5), body.emit(.log1p, ratio))
    return body.emit(.copySign, half, x[0])
  }

  package func moved(_ flow: Tensor, _ x: Tensor, _ y: Tensor) -> Tensor {
    let one = Tensor.literal(1, x.element)
    return flow / ((one - x) * (one + x))
  }
}

/// The inverse hyperbolic tangent, element by element; NaN beyond ±1.
public func atanh(_ x: Tensor) -> Tensor { Atanh.shared.apply(x.asFloating) }
