/// `length` places along one axis from a start that is an operand: another start is the same plan.
/// A start that leaves no room is moved to the nearest one that does.
package final class Slice: Operation {
  package let name = "slice"
  package let attributes: [Int]
  package let signature: UInt64
  package let kind = OperationKind.view
  package let axis: Int
  package let length: Int

  package init(axis: Int, length: Int) {
    self.axis = axis
    self.length = length
    attributes = [axis, length]
    signature = Signature.of("slice", attributes)
  }

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    var shape = inputs[0].shape
    guard axis >= 0, axis < shape.rank, length >= 0, length <= shape[axis] else {
      throw GraphError(
        name, "\(length) places along axis \(axis) do not fit \(shape.description)")
    }
    guard inputs[1].element == .int64, inputs[1].shape.isScalar else {
      throw GraphError(name, "the start must be an int64 scalar")
    }
    shape[axis] = length
    return TensorType(shape, inputs[0].element)
  }

  package func reverse(_ step: Reverse) {
    step.add(
      to: 0,
      Place(axis: axis, length: step.input(0).shape[axis]).apply(step.upstream, step.input(1)))
  }

  package func forward(_ step: Forward) -> Tensor {
    step.tangent(0).map { apply($0, step.input(1)) } ?? step.zero()
  }

  package func batch(_ step: BatchStep) -> Tensor {
    guard !step.isBatched[1] else { return step.unrolled() }
    return Slice(axis: axis + 1, length: length).apply(step.inputs[0], step.inputs[1])
  }
}

/// Zeros, with the input at a start along one axis: what `Slice` is undone by.
package final class Place: Operation {
  package let name = "place"
  package let attributes: [Int]
  package let signature: UInt64
  package let kind = OperationKind.movement
  package let axis: Int
  package let length: Int

  package init(axis: Int, length: Int) {
    self.axis = axis
    self.length = length
    attributes = [axis, length]
    signature = Signature.of("place", attributes)
  }

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    var shape = inputs[0].shape
    guard axis >= 0, axis < shape.rank, shape[axis] <= length else {
      throw GraphError(name, "\(shape.description) does not fit \(length) along axis \(axis)")
    }
    guard inputs[1].element == .int64, inputs[1].shape.isScalar else {
      throw GraphError(name, "the start must be an int64 scalar")
    }
    shape[axis] = length
    return TensorType(shape, inputs[0].element)
  }

  package func reverse(_ step: Reverse) {
    step.add(
      to: 0,
      Slice(axis: axis, length: step.input(0).shape[axis]).apply(step.upstream, step.input(1)))
  }

  package func forward(_ step: Forward) -> Tensor {
    step.tangent(0).map { apply($0, step.input(1)) } ?? step.zero()
  }

  package func batch(_ step: BatchStep) -> Tensor {
    guard !step.isBatched[1] else { return step.unrolled() }
    return Place(axis: axis + 1, length: length).apply(step.inputs[0], step.inputs[1])
  }
}

extension Tensor {
  /// `length` places along `axis` from `start`. The start is an operand: it may change every step.
  public func slice(axis: Int = 0, start: Int, length: Int) -> Tensor {
    let place = fromFront(axis)
    if place >= 0, place < rank, !isInside(start, length, shape[place]) {
      return fail(
        GraphError(
          "slice", "\(length) places from \(start) on leave axis \(axis) of \(shape.description)"))
    }
    return slice(axis: axis, start: Tensor(Double(start), .int64), length: length)
  }

  /// True unless a piece that is short enough lies outside; what is too long is refused by its operation.
  private func isInside(_ start: Int, _ length: Int, _ size: Int) -> Bool {
    length > size || (start >= 0 && start <= size - length)
  }

  /// `length` places along `axis` from `start`, an int64 scalar that is known when the plan runs: it is moved to
  /// where the piece fits.
  public func slice(axis: Int = 0, start: Tensor, length: Int) -> Tensor {
    Slice(axis: fromFront(axis), length: length).apply(self, start)
  }

  /// An axis counted from the front; a negative one counts from the end.
  func fromFront(_ axis: Int) -> Int { axis < 0 ? axis + rank : axis }

  /// Zeros of size `length` along `axis`, with this tensor in them from `start` on.
  public func placed(axis: Int = 0, start: Int, in length: Int) -> Tensor {
    let place = fromFront(axis)
    if place >= 0, place < rank, !isInside(start, shape[place], length) {
      return fail(
        GraphError(
          "placed",
          "\(shape.description) from \(start) on leaves an axis \(axis) of \(length) places"))
    }
    return Place(axis: fromFront(axis), length: length).apply(self, Tensor(Double(start), .int64))
  }
}
