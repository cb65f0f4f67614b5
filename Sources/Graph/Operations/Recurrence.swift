/// The linear recurrence y_t = a_t · y_{t−1} + b_t along one axis, from y_{−1} = 0; reversed it goes from the
/// last place to the first. Its gradient is a recurrence the other way, without a division, so that
/// everything made of it is right where a factor is 0.
package final class Recurrence: Operation {
  package let name = "recurrence"
  package let attributes: [Int]
  package let signature: UInt64
  package let kind = OperationKind.kernel
  package let axis: Int
  package let isReversed: Bool

  package init(axis: Int, isReversed: Bool) {
    self.axis = axis
    self.isReversed = isReversed
    attributes = [axis, isReversed ? 1 : 0]
    signature = Signature.of("recurrence", attributes)
  }

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    let (a, b) = (inputs[0], inputs[1])
    guard a == b, a.element != .bool else {
      throw GraphError(
        name,
        "takes two numbers of one type and shape, not \(a.element.name) \(a.shape.description) and \(b.element.name) \(b.shape.description)"
      )
    }
    guard axis >= 0, axis < a.shape.rank else {
      throw GraphError(name, "axis \(axis) is outside \(a.shape.description)")
    }
    return a
  }

  /// b̄_t = g_t + a_{t+1} b̄_{t+1} and ā_t = b̄_t y_{t−1}.
  package func reverse(_ step: Reverse) {
    let next = step.input(0).shifted(axis, forward: isReversed)
    let flow = Recurrence(axis: axis, isReversed: !isReversed).apply(next, step.upstream)
    step.add(to: 0, flow * step.output.shifted(axis, forward: !isReversed))
    step.add(to: 1, flow)
  }

  /// dy_t = a_t dy_{t−1} + da_t y_{t−1} + db_t.
  package func forward(_ step: Forward) -> Tensor {
    let before = step.output.shifted(axis, forward: !isReversed)
    return apply(step.input(0), step.sum(step.tangent(0).map { $0 * before }, step.tangent(1)))
  }

  package func batch(_ step: BatchStep) -> Tensor {
    let shapes = [0, 1].map { step.isBatched[$0] ? step.inputs[$0].shape : nil }
    let shape = shapes[0] ?? shapes[1] ?? step.withBatchAxis(step.inputs[0].shape)
    return Recurrence(axis: axis + 1, isReversed: isReversed)
      .apply(step.inputs[0].broadcast(to: shape), step.inputs[1].broadcast(to: shape))
  }
}

extension Tensor {
  /// The elements one place further (or back) along an axis; 0 comes in.
  func shifted(_ axis: Int, forward: Bool) -> Tensor {
    let length = shape[axis]
    guard length > 0 else { return self }
    return slice(axis: axis, start: forward ? 0 : 1, length: length - 1)
      .placed(axis: axis, start: forward ? 1 : 0, in: length)
  }

  /// `body` with an axis counted from the front, or the error that it is outside the shape.
  func along(_ axis: Int, for operation: String, _ body: (Int) -> Tensor) -> Tensor {
    let place = fromFront(axis)
    guard place >= 0, place < rank else {
      return fail(GraphError(operation, "axis \(axis) is outside \(shape.description)"))
    }
    return body(place)
  }

  /// 0, 1, 2, … along one axis, shaped to broadcast over this tensor.
  func places(along axis: Int) -> Tensor {
    var line = Shape()
    for index in 0..<rank { line.append(index == axis ? shape[axis] : 1) }
    return Tensor.iota(shape[axis]).reshaped(line)
  }
}
