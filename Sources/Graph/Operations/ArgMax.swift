/// The place of the largest element along one axis, as int64: the first of equal ones; NaN counts as largest.
package final class ArgMax: Operation {
  package let name = "argMax"
  package let attributes: [Int]
  package let signature: UInt64
  package let kind = OperationKind.reduction
  package let axis: Int
  package let keepsDimensions: Bool

  package init(axis: Int, keepsDimensions: Bool) {
    self.axis = axis
    self.keepsDimensions = keepsDimensions
    attributes = [axis, keepsDimensions ? 1 : 0]
    signature = Signature.of("argMax", attributes)
  }

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    let input = try inputs.scanned(name, along: axis)
    guard input.shape[axis] > 0 else {
      throw GraphError(name, "no element along axis \(axis) of \(input.shape.description)")
    }
    let shape = input.shape.reduced(
      over: AxisSet(mask: 1 << UInt8(axis)), keepingDimensions: keepsDimensions)
    return TensorType(shape, .int64)
  }

  /// A place does not change by degrees: no gradient flows.
  package func reverse(_ step: Reverse) {}
  package func forward(_ step: Forward) -> Tensor { step.zero() }

  package func batch(_ step: BatchStep) -> Tensor {
    ArgMax(axis: axis + 1, keepsDimensions: keepsDimensions).apply(step.inputs[0])
  }
}

extension Tensor {
  /// The place of the largest element along `axis`, as int64: the first of equal ones; NaN counts as largest.
  public func argmax(_ axis: Int = -1, keepingDimensions keep: Bool = false) -> Tensor {
    along(axis, for: "argmax") { ArgMax(axis: $0, keepsDimensions: keep).apply(self) }
  }
}
