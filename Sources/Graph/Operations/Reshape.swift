/// The same elements in row-major order under another shape.
package final class Reshape: Operation {
  package let name = "reshape"
  package let attributes: [Int]
  package let signature: UInt64
  package let kind = OperationKind.view
  let shape: Shape

  package init(_ shape: Shape) {
    self.shape = shape
    attributes = shape.dimensions
    signature = Signature.of("reshape", attributes)
  }

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    guard shape.isValid else {
      throw GraphError(
        name,
        "\(inputs[0].shape.description) has \(inputs[0].shape.count) elements, \(shape.description) is no shape"
      )
    }
    guard inputs[0].shape.count == shape.count else {
      throw GraphError(
        name,
        "\(inputs[0].shape.description) has \(inputs[0].shape.count) elements, \(shape.description) has \(shape.count)"
      )
    }
    return TensorType(shape, inputs[0].element)
  }

  package func reverse(_ step: Reverse) {
    step.add(to: 0, step.upstream.reshaped(step.input(0).shape))
  }

  package func forward(_ step: Forward) -> Tensor { step.tangent(0)!.reshaped(shape) }

  package func batch(_ step: BatchStep) -> Tensor {
    step.inputs[0].reshaped(step.withBatchAxis(shape))
  }
}

extension Tensor {
  /// The same elements in row-major order under another shape. One size may be -1: what is left over.
  public func reshaped(_ shape: Shape) -> Tensor {
    let shape = completed(shape)
    return shape == self.shape ? self : Reshape(shape).apply(self)
  }

  /// The shape with its one -1, if it has one, replaced by what makes the counts agree.
  private func completed(_ shape: Shape) -> Shape {
    guard let open = (0..<shape.rank).first(where: { shape[$0] == -1 }) else { return shape }
    var (rest, result) = (1, shape)
    for axis in 0..<shape.rank where axis != open { rest *= shape[axis] }
    if rest > 0, count % rest == 0 { result[open] = count / rest }
    return result
  }

  /// All axes from `axis` on folded into one: images become rows.
  public func flattened(from first: Int = 0) -> Tensor {
    let axis = fromFront(first)
    guard axis >= 0, axis < Swift.max(rank, 1) else {
      return fail(GraphError("flattened", "axis \(first) is outside \(shape.description)"))
    }
    var folded = Shape()
    var product = 1
    for index in 0..<rank {
      if index < axis { folded.append(shape[index]) } else { product *= shape[index] }
    }
    folded.append(product)
    return reshaped(folded)
  }
}
