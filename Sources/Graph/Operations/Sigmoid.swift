/// 1 / (1 + e⁻ˣ), by e^(−|x|), which never overflows. dσ = σ(x) σ(−x) dx.
package final class Sigmoid: UnaryFunction, PlainOperation {
  package static let shared = Sigmoid()
  package let name = "sigmoid"
  package let signature = Signature.of("sigmoid")

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.sameFloating(name)
  }

  package func express(_ body: inout Expression, _ x: [Value]) -> Value {
    let one = body.constant(1)
    let decay = body.emit(.exp, body.emit(.negate, body.emit(.absolute, x[0])))
    let below = body.emit(.greater, body.constant(0), x[0])
    let top = body.emit(.select, below, decay, one)
    return body.emit(.divide, top, body.emit(.add, one, decay))
  }

  package func moved(_ flow: Tensor, _ x: Tensor, _ y: Tensor) -> Tensor {
    flow * (y * sigmoid(-x))
  }
}

/// The logistic function 1 / (1 + e⁻ˣ), element by element.
public func sigmoid(_ x: Tensor) -> Tensor { Sigmoid.shared.apply(x.asFloating) }
