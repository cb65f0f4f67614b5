/// The same indices, checked when they are computed: each must be from 0 to below a bound.
package final class CheckedIndices: Operation {
  package let name = "checkedIndices"
  package let attributes: [Int]
  package let signature: UInt64
  package let kind = OperationKind.kernel
  /// The first index that is too large.
  package let bound: Int
  /// What the error text names as wrong.
  package let what: String

  package init(below bound: Int, what: String = "index") {
    self.bound = bound
    self.what = what
    attributes = [bound]
    signature = Signature.of(name + what, attributes)
  }

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    guard inputs[0].element == .int64 else {
      throw GraphError(name, "indices must be integers, not \(inputs[0].element.name)")
    }
    return inputs[0]
  }

  package func check(_ inputs: [TensorType]) -> (input: Int, bound: Int)? { (0, bound) }

  package func reverse(_ step: Reverse) {}
  package func forward(_ step: Forward) -> Tensor { step.zero() }
  package func batch(_ step: BatchStep) -> Tensor { step.transparent() }
}
