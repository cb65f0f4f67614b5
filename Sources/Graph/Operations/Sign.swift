/// −1, 0 or 1 by the sign of x; 0 at 0 and −0, NaN at NaN. The derivative is 0.
package final class Sign: StepFunction, PlainOperation {
  package static let shared = Sign()
  package let name = "sign"
  package let signature = Signature.of("sign")

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.sameNumber(name)
  }

  package func express(_ body: inout Expression, _ x: [Value]) -> Value {
    let zero = body.constant(0)
    let above = body.emit(.greater, x[0], zero)
    let below = body.emit(.greater, zero, x[0])
    let sign = body.emit(.subtract, above, below)
    return body.emit(.select, body.emit(.equal, x[0], x[0]), sign, x[0])
  }
}

/// −1, 0 or 1 by the sign of each element.
public func sign(_ x: Tensor) -> Tensor { Sign.shared.apply(x) }
