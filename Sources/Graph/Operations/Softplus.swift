/// log(1 + eˣ) as max(x, 0) + log(1 + e^(−|x|)). d softplus x = σ(x) dx.
package final class Softplus: UnaryFunction, PlainOperation {
  package static let shared = Softplus()
  package let name = "softplus"
  package let signature = Signature.of("softplus")

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.sameFloating(name)
  }

  package func express(_ body: inout Expression, _ x: [Value]) -> Value {
    let decay = body.emit(.exp, body.emit(.negate, body.emit(.absolute, x[0])))
    let above = body.emit(.maximum, x[0], body.constant(0))
    return body.emit(.add, above, body.emit(.log1p, decay))
  }

  package func moved(_ flow: Tensor, _ x: Tensor, _ y: Tensor) -> Tensor {
    flow * sigmoid(x)
  }
}

/// log(1 + eˣ), element by element, without overflow.
public func softplus(_ x: Tensor) -> Tensor { Softplus.shared.apply(x.asFloating) }
