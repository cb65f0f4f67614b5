/// In which order elements along an axis are sorted: the place of the smallest (or largest) first. Equal elements
/// keep their order, and NaN comes last either way.
package final class ArgSort: Operation {
  package let name = "argSort"
  package let attributes: [Int]
  package let signature: UInt64
  package let kind = OperationKind.kernel
  package let axis: Int
  package let isDescending: Bool

  package init(axis: Int, isDescending: Bool) {
    self.axis = axis
    self.isDescending = isDescending
    attributes = [axis, isDescending ? 1 : 0]
    signature = Signature.of("argSort", attributes)
  }

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    let x = inputs[0]
    guard axis >= 0, axis < x.shape.rank else {
      throw GraphError(name, "axis \(axis) is outside \(x.shape.description)")
    }
    guard x.element != .bool else { throw GraphError(name, "takes numbers, not bool; cast first") }
    return TensorType(x.shape, .int64)
  }

  /// Places do not change by degrees: no gradient flows.
  package func reverse(_ step: Reverse) {}
  package func forward(_ step: Forward) -> Tensor { step.zero() }

  package func batch(_ step: BatchStep) -> Tensor {
    ArgSort(axis: axis + 1, isDescending: isDescending).apply(step.inputs[0])
  }
}
