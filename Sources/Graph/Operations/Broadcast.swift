/// The input repeated along new axes and axes of size 1, by NumPy's rule.
package final class Broadcast: Operation {
  package let name = "broadcast"
  package let attributes: [Int]
  package let signature: UInt64
  package let kind = OperationKind.view
  let shape: Shape

  package init(_ shape: Shape) {
    self.shape = shape
    attributes = shape.dimensions
    signature = Signature.of("broadcast", attributes)
  }

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    guard shape.isValid, inputs[0].shape.broadcasts(to: shape) else {
      throw GraphError(
        name, "\(inputs[0].shape.description) does not broadcast to \(shape.description)")
    }
    return TensorType(shape, inputs[0].element)
  }

  /// The walker sums a contribution that is larger than its input.
  package func reverse(_ step: Reverse) { step.add(to: 0, step.upstream) }

  package func forward(_ step: Forward) -> Tensor { step.tangent(0)!.broadcast(to: shape) }

  package func batch(_ step: BatchStep) -> Tensor {
    step.aligned(0, toRank: shape.rank).broadcast(to: step.withBatchAxis(shape))
  }
}

extension Tensor {
  /// This tensor repeated to `shape`, by NumPy's rule.
  public func broadcast(to shape: Shape) -> Tensor {
    shape == self.shape ? self : Broadcast(shape).apply(self)
  }
}
