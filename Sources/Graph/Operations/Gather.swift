/// Picks places along one axis by index: the result has the index's shape where that axis was.
/// An index outside the axis is an error when it is evaluated.
package final class Gather: Operation {
  package let name = "gather"
  package let attributes: [Int]
  package let signature: UInt64
  package let kind = OperationKind.movement
  package let axis: Int

  package init(axis: Int) {
    self.axis = axis
    attributes = [axis]
    signature = Signature.of("gather", attributes)
  }

  package func check(_ inputs: [TensorType]) -> (input: Int, bound: Int)? {
    (1, inputs[0].shape[axis])
  }

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    let (x, indices) = (inputs[0], inputs[1])
    guard axis >= 0, axis < x.shape.rank else {
      throw GraphError(name, "axis \(axis) is outside \(x.shape.description)")
    }
    guard indices.element == .int64 else {
      throw GraphError(name, "indices must be integers, not \(indices.element.name)")
    }
    guard x.shape.rank - 1 + indices.shape.rank <= Shape.maximumRank else {
      throw GraphError(name, "the result would have more than 8 dimensions")
    }
    return TensorType(x.shape.replacing(axis, by: indices.shape), x.element)
  }

  package func reverse(_ step: Reverse) {
    step.add(
      to: 0,
      ScatterAdd(axis: axis, length: step.input(0).shape[axis])
        .apply(step.upstream, step.input(1)))
  }

  package func forward(_ step: Forward) -> Tensor { apply(step.tangent(0)!, step.input(1)) }

  package func batch(_ step: BatchStep) -> Tensor {
    let (x, indices) = (step.inputs[0], step.inputs[1])
    guard step.isBatched[1] else { return Gather(axis: axis + 1).apply(x, indices) }
    guard step.isBatched[0] else { return apply(x, indices).movingAxis(axis, to: 0) }
    // All examples' rows one after another: each example's indices start at its own rows.
    let rows = x.movingAxis(axis + 1, to: 1)
    let found = step.foldingBatch(rows).gather(step.offsetIndices(below: x.shape[axis + 1]))
    let width = indices.rank - 1
    let (front, list) = ((0..<axis).map { 1 + width + $0 }, (0..<width).map { 1 + $0 })
    let back = (axis..<(x.rank - 2)).map { 1 + width + $0 }
    return found.transposed([0] + front + list + back)
  }
}

/// Zeros of a length along one axis, to which the input is added at indexed places: undoes `Gather`.
package final class ScatterAdd: Operation {
  package let name = "scatterAdd"
  package let attributes: [Int]
  package let signature: UInt64
  package let kind = OperationKind.kernel
  package let axis: Int
  package let length: Int

  package init(axis: Int, length: Int) {
    self.axis = axis
    self.length = length
    attributes = [axis, length]
    signature = Signature.of("scatterAdd", attributes)
  }

  package func check(_ inputs: [TensorType]) -> (input: Int, bound: Int)? {
    (1, length)
  }

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    let (x, indices) = (inputs[0].shape, inputs[1].shape)
    guard inputs[1].element == .int64, axis >= 0, x.rank >= axis + indices.rank else {
      throw GraphError(
        name, "indices \(indices.description) do not match \(x.description) at axis \(axis)")
    }
    var shape = Shape()
    for index in 0..<axis { shape.append(x[index]) }
    shape.append(length)
    for index in (axis + indices.rank)..<x.rank { shape.append(x[index]) }
    guard shape.replacing(axis, by: indices) == x else {
      throw GraphError(
        name, "indices \(indices.description) do not match \(x.description) at axis \(axis)")
    }
    return TensorType(shape, inputs[0].element)
  }

  package func reverse(_ step: Reverse) {
    step.add(to: 0, Gather(axis: axis).apply(step.upstream, step.input(1)))
  }

  package func forward(_ step: Forward) -> Tensor { apply(step.tangent(0)!, step.input(1)) }

  package func batch(_ step: BatchStep) -> Tensor {
    let (x, indices) = (step.inputs[0], step.inputs[1])
    guard step.isBatched[1] else {
      return ScatterAdd(axis: axis + 1, length: length).apply(x, indices)
    }
    // All examples' rows one after another: each example's indices start at its own rows.
    let given = step.isBatched[0] ? x : x.broadcast(to: step.withBatchAxis(x.shape))
    let width = indices.rank - 1
    let list = (0..<width).map { 1 + axis + $0 }
    let others = (1..<given.rank).filter { !list.contains($0) }
    let sums = ScatterAdd(axis: 0, length: step.size * length).apply(
      given.transposed([0] + list + others), step.offsetIndices(below: length))
    var shape = sums.shape
    shape[0] = length
    return sums.reshaped(step.withBatchAxis(shape)).movingAxis(1, to: axis + 1)
  }
}

extension BatchStep {
  /// A tensor with batch and first axis folded into one.
  fileprivate func foldingBatch(_ tensor: Tensor) -> Tensor {
    var shape = tensor.shape
    shape[1] = size * shape[1]
    shape.remove(at: 0)
    return tensor.reshaped(shape)
  }

  /// Batched indices, checked, moved on by `length` from example to example.
  fileprivate func offsetIndices(below length: Int) -> Tensor {
    var column: Shape = [size]
    while column.rank < inputs[1].rank { column.append(1) }
    return CheckedIndices(below: length).apply(inputs[1])
      + (Tensor.iota(size) * .literal(Double(length), .int64)).reshaped(column)
  }
}

extension Tensor {
  /// The places along `axis` that `indices`, integers of any type, name.
  public func gather(_ indices: Tensor, axis: Int = 0) -> Tensor {
    Gather(axis: fromFront(axis)).apply(self, indices.asIndices)
  }

  /// Integers as int64, which is what operations take as indices; others as they are, to be refused.
  package var asIndices: Tensor { element.isInteger ? cast(to: .int64) : self }
}

extension Shape {
  /// This shape with one axis replaced by all axes of another.
  func replacing(_ axis: Int, by other: Shape) -> Shape {
    var result = Shape()
    for index in 0..<axis { result.append(self[index]) }
    for index in 0..<other.rank { result.append(other[index]) }
    for index in (axis + 1)..<rank { result.append(self[index]) }
    return result
  }
}
