/// Where each value belongs in a sorted vector: how many of its elements are smaller (or, from the right, not
/// larger).
package final class SearchSorted: Operation {
  package let name = "searchSorted"
  package let attributes: [Int]
  package let signature: UInt64
  package let kind = OperationKind.kernel
  package let isRight: Bool

  package init(isRight: Bool) {
    self.isRight = isRight
    attributes = [isRight ? 1 : 0]
    signature = Signature.of("searchSorted", attributes)
  }

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    let (sorted, values) = (inputs[0], inputs[1])
    guard sorted.shape.rank == 1 else {
      throw GraphError(name, "the sorted values must be a vector, not \(sorted.shape.description)")
    }
    guard sorted.element == values.element, sorted.element != .bool else {
      throw GraphError(
        name,
        "takes numbers of one element type, not \(sorted.element.name) and \(values.element.name)")
    }
    return TensorType(values.shape, .int64)
  }

  /// Places do not change by degrees: no gradient flows.
  package func reverse(_ step: Reverse) {}
  package func forward(_ step: Forward) -> Tensor { step.zero() }

  package func batch(_ step: BatchStep) -> Tensor {
    step.isBatched[0] ? step.unrolled() : apply(step.inputs[0], step.inputs[1])
  }
}

extension Tensor {
  /// Where each of `values` belongs in this sorted vector: before its equals, or behind them.
  public func searchSorted(_ values: Tensor, right: Bool = false) -> Tensor {
    let (sorted, values) = promoted(self, values)
    return SearchSorted(isRight: right).apply(sorted, values)
  }
}
