/// The n-th derivative of the digamma function Γ′/Γ, element by element. dψₙ = ψₙ₊₁ dx.
package final class Polygamma: PointwiseOperation {
  package let name = "polygamma"
  package let attributes: [Int]
  package let signature: UInt64
  package let kind = OperationKind.pointwise
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

  package func express(
    _ body: inout Expression, _ x: [Expression.Value]
  ) -> Expression.Value {
    body.emit(.polygamma, body.constant(Double(order)), x[0])
  }

  package func reverse(_ step: Reverse) {
    step.add(to: 0, step.upstream * Polygamma(order + 1).apply(step.input(0)))
  }

  package func forward(_ step: Forward) -> Tensor {
    step.tangent(0)! * Polygamma(order + 1).apply(step.input(0))
  }

  package func batch(_ step: Batch) -> Tensor { step.transparent() }
}

/// The logarithmic derivative of the gamma function, element by element.
public func digamma(_ x: Tensor) -> Tensor { Polygamma(0).apply(x) }

/// The n-th derivative of the digamma function, element by element. Below −100 only for n up to 1.
public func polygamma(_ order: Int, _ x: Tensor) -> Tensor { Polygamma(order).apply(x) }
