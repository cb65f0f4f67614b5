/// The running product along one axis: y_t = x_0 · … · x_t; exclusive leaves x_t out (an empty product is 1),
/// reversed runs from the end.
package final class CumulativeProduct: Operation {
  package let name = "cumulativeProduct"
  package let attributes: [Int]
  package let signature: UInt64
  package let kind = OperationKind.kernel
  package let axis: Int
  package let isExclusive: Bool
  package let isReversed: Bool

  package init(axis: Int, isExclusive: Bool, isReversed: Bool) {
    self.axis = axis
    self.isExclusive = isExclusive
    self.isReversed = isReversed
    attributes = [axis, isExclusive ? 1 : 0, isReversed ? 1 : 0]
    signature = Signature.of("cumulativeProduct", attributes)
  }

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.scanned(name, along: axis)
  }

  /// With y the products, E the exclusive ones and f_t the factor that leads from y_{t−1} to y_t:
  /// f̄_t = E_t · (g_t + f_{t+1} g_{t+1} + f_{t+1} f_{t+2} g_{t+2} + …): no division by a factor.
  package func reverse(_ step: Reverse) {
    let factors = step.input(0)
    let next = factors.shifted(axis, forward: isReversed)
    let upstream =
      isExclusive ? step.upstream.shifted(axis, forward: isReversed) : step.upstream
    let flow = Recurrence(axis: axis, isReversed: !isReversed).apply(next, upstream)
    step.add(to: 0, flow * exclusive(factors))
  }

  /// dy_t = x_t dy_{t−1} + E_t dx_t; the exclusive product is one place behind.
  package func forward(_ step: Forward) -> Tensor {
    let factors = step.input(0)
    let moved = Recurrence(axis: axis, isReversed: isReversed)
      .apply(factors, step.tangent(0)! * exclusive(factors))
    return isExclusive ? moved.shifted(axis, forward: !isReversed) : moved
  }

  package func batch(_ step: BatchStep) -> Tensor {
    CumulativeProduct(axis: axis + 1, isExclusive: isExclusive, isReversed: isReversed)
      .apply(step.inputs[0])
  }

  private func exclusive(_ factors: Tensor) -> Tensor {
    CumulativeProduct(axis: axis, isExclusive: true, isReversed: isReversed).apply(factors)
  }
}

extension Tensor {
  /// The running product along `axis`: y_t = x_0 · … · x_t. Exclusive leaves x_t out; reversed runs from the
  /// end. The gradient is right where factors are 0. Integers and truth values give int64.
  public func cumulativeProduct(
    _ axis: Int = 0, exclusive: Bool = false, reversed: Bool = false
  ) -> Tensor {
    along(axis, for: "cumulativeProduct") {
      CumulativeProduct(axis: $0, isExclusive: exclusive, isReversed: reversed).apply(summable)
    }
  }
}
