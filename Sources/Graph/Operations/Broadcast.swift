/// The input repeated along new axes and axes of size 1, by NumPy's rule.
public final class Broadcast: Operation {
  public let name = "broadcast"
  public let attributes: [Int]
  public let signature: UInt64
  public let kind = OperationKind.view
  let shape: Shape

  package init(_ shape: Shape) {
    self.shape = shape
    attributes = shape.dimensions
    signature = Signature.of("broadcast", attributes)
  }

  public func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    guard inputs[0].shape.broadcasts(to: shape) else {
      throw GraphError(
        name, "\(inputs[0].shape.description) does not broadcast to \(shape.description)")
    }
    return TensorType(shape, inputs[0].element)
  }

  /// The walker sums a contribution that is larger than its input.
  public func reverse(_ step: Reverse) { step.add(to: 0, step.upstream) }

  public func forward(_ step: Forward) -> Tensor { step.tangent(0)!.broadcast(to: shape) }

  public func batch(_ step: Batch) -> Tensor {
    step.aligned(0, toRank: shape.rank).broadcast(to: step.withBatchAxis(shape))
  }
}

extension Tensor {
  /// This tensor repeated to `shape`, by NumPy's rule.
  public func broadcast(to shape: Shape) -> Tensor {
    shape == self.shape ? self : Broadcast(shape).apply(self)
  }
}
