/// The running sum along one axis: y_t = x_0 + … + x_t; exclusive leaves x_t out, reversed runs from the end.
package final class CumulativeSum: Operation {
  package let name = "cumulativeSum"
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
    signature = Signature.of("cumulativeSum", attributes)
  }

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.scanned(name, along: axis)
  }

  package func reverse(_ step: Reverse) {
    step.add(
      to: 0,
      CumulativeSum(axis: axis, isExclusive: isExclusive, isReversed: !isReversed)
        .apply(step.upstream))
  }

  package func forward(_ step: Forward) -> Tensor { apply(step.tangent(0)!) }

  package func batch(_ step: BatchStep) -> Tensor {
    CumulativeSum(axis: axis + 1, isExclusive: isExclusive, isReversed: isReversed)
      .apply(step.inputs[0])
  }
}

extension Inputs {
  /// One input of numbers with this axis gives the same type.
  func scanned(_ name: String, along axis: Int) throws(GraphError) -> TensorType {
    let input = self[0]
    guard axis >= 0, axis < input.shape.rank else {
      throw GraphError(name, "axis \(axis) is outside \(input.shape.description)")
    }
    guard input.element != .bool else { throw GraphError(name, "cast bool to a number first") }
    return input
  }
}

extension Tensor {
  /// The running sum along `axis`: y_t = x_0 + … + x_t. Exclusive leaves x_t out; reversed runs from the end.
  /// Integers and truth values give int64.
  public func cumulativeSum(
    _ axis: Int = 0, exclusive: Bool = false, reversed: Bool = false
  ) -> Tensor {
    along(axis, for: "cumulativeSum") {
      CumulativeSum(axis: $0, isExclusive: exclusive, isReversed: reversed).apply(summable)
    }
  }
}
