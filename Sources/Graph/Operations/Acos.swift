/// The arc cosine in radians, 2 atan √((1 − x) / (1 + x)); NaN beyond ±1. d acos x = −dx / √((1 − x)(1 + x)).
package final class Acos: UnaryFunction, PlainOperation {
  package static let shared = Acos()
  package let name = "acos"
  package let signature = Signature.of("acos")

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.sameFloating(name)
  }

  package func express(_ body: inout Expression, _ x: [Value]) -> Value {
    let one = body.constant(1)
    let below = body.emit(.subtract, one, x[0])
    let above = body.emit(.add, one, x[0])
    let root = body.emit(.squareRoot, body.emit(.divide, below, above))
    return body.emit(.multiply, body.constant(2), body.emit(.atan, root))
  }

  package func moved(_ flow: Tensor, _ x: Tensor, _ y: Tensor) -> Tensor {
    let one = Tensor.literal(1, x.element)
    return -(flow / sqrt((one - x) * (one + x)))
  }
}

/// The arc cosine, element by element, in radians.
public func acos(_ x: Tensor) -> Tensor { Acos.shared.apply(x.asFloating) }
