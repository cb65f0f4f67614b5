/// The n-th derivative of the digamma function Γ′/Γ, element by element. dψₙ = ψₙ₊₁ dx.
package final class Polygamma: UnaryFunction {
  package let name = "polygamma"
  package let attributes: [Int]
  package let signature: UInt64
  package let order: Int

  init(_ order: Int) {
    self.order = order
    attributes = [order]
    signature = Signature.of("polygamma", attributes)
  }

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    guard order >= 0 else { throw GraphError(name, "the order is negative: \(order)") }
    return try inputs.sameFloating(name)
  }

  package func express(_ body: inout Expression, _ x: [Value]) -> Value {
    body.emit(.polygamma, body.constant(Double(order)), x[0])
  }

  package func moved(_ flow: Tensor, _ x: Tensor, _ y: Tensor) -> Tensor {
    flow * Polygamma(order + 1).apply(x)
  }
}

/// The logarithmic derivative of the gamma function, element by element.
public func digamma(_ x: Tensor) -> Tensor { Polygamma(0).apply(x.asFloating) }

/// The n-th derivative of the digamma function, element by element. Below −100 only for n up to 1.
public func polygamma(_ order: Int, _ x: Tensor) -> Tensor { Polygamma(order).apply(x.asFloating) }
