/// The same elements in row-major order under another shape.
public final class Reshape: Operation {
  public let name = "reshape"
  public let attributes: [Int]
  public let signature: UInt64
  public let kind = OperationKind.view
  let shape: Shape

  package init(_ shape: Shape) {
    self.shape = shape
    attributes = shape.dimensions
    signature = Signature.of("reshape", attributes)
  }

  public func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    guard inputs[0].shape.count == shape.count else {
      throw GraphError(
        name,
        "\(inputs[0].shape.description) has \(inputs[0].shape.count) elements, \(shape.description) has \(shape.count)"
      )
    }
    return TensorType(shape, inputs[0].element)
  }

  public func reverse(_ step: Reverse) {
    step.add(to: 0, step.upstream.reshaped(step.input(0).shape))
  }

  public func forward(_ step: Forward) -> Tensor { step.tangent(0)!.reshaped(shape) }

  public func batch(_ step: Batch) -> Tensor {
    step.inputs[0].reshaped(step.withBatchAxis(shape))
  }
}

extension Tensor {
  /// The same elements in row-major order under another shape.
  public func reshaped(_ shape: Shape) -> Tensor {
    shape == self.shape ? self : Reshape(shape).apply(self)
  }

  /// All axes from `axis` on folded into one: images become rows.
  public func flattened(from axis: Int = 0) -> Tensor {
    var folded = Shape()
    var product = 1
    for index in 0..<rank {
      if index < axis { folded.append(shape[index]) } else { product *= shape[index] }
    }
    folded.append(product)
    return reshaped(folded)
  }
}
