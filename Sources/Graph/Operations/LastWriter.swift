/// For every place from 0 to below a length: which index names it last, −1 where none does. What setting by
/// index needs, so that the last of equal indices wins.
package final class LastWriter: Operation {
  package let name = "lastWriter"
  package let attributes: [Int]
  package let signature: UInt64
  package let kind = OperationKind.kernel
  package let length: Int

  package init(_ length: Int) {
    self.length = length
    attributes = [length]
    signature = Signature.of("lastWriter", attributes)
  }

  package func check(_ inputs: [TensorType]) -> (input: Int, bound: Int)? { (0, length) }

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    guard inputs[0].element == .int64, inputs[0].shape.rank == 1 else {
      throw GraphError(
        name,
        "indices must be an int64 vector, not \(inputs[0].element.name) \(inputs[0].shape.description)"
      )
    }
    return TensorType([length], .int64)
  }

  /// Places do not change by degrees: no gradient flows.
  package func reverse(_ step: Reverse) {}
  package func forward(_ step: Forward) -> Tensor { step.zero() }
  package func batch(_ step: BatchStep) -> Tensor { step.unrolled() }
}
