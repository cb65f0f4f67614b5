/// Which places of one axis are taken: `count` of them from `start` on, `step` apart; backwards where the step
/// is negative.
package struct AxisStride: Equatable, Sendable {
  package let start: Int
  package let step: Int
  package let count: Int

  package init(start: Int, step: Int, count: Int) {
    self.start = start
    self.step = step
    self.count = count
  }

  /// All places of an axis in order.
  static func all(_ size: Int) -> AxisStride { AxisStride(start: 0, step: 1, count: size) }

  /// Whether every place lies in an axis of this size.
  func fits(_ size: Int) -> Bool {
    guard count > 0 else { return count == 0 }
    let (reach, isOver) = step.multipliedReportingOverflow(by: count - 1)
    let (last, isOut) = start.addingReportingOverflow(reach)
    return step != 0 && !isOver && !isOut && start >= 0 && start < size && last >= 0 && last < size
  }
}

/// Places along every axis, a fixed step apart, forwards or backwards. Starts and steps belong to the structure;
/// a start that changes is `Slice`.
package final class StridedSlice: Operation {
  package let name = "stridedSlice"
  package let attributes: [Int]
  package let signature: UInt64
  package let kind = OperationKind.view
  /// One entry an axis.
  package let axes: [AxisStride]

  package init(_ axes: [AxisStride]) {
    self.axes = axes
    attributes = axes.flatMap { [$0.start, $0.step, $0.count] }
    signature = Signature.of("stridedSlice", attributes)
  }

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    let shape = inputs[0].shape
    guard axes.count == shape.rank else {
      throw GraphError(name, "\(axes.count) axes are told for \(shape.description)")
    }
    var result = Shape()
    for (axis, stride) in axes.enumerated() {
      guard stride.fits(shape[axis]) else { throw doesNotFit(name, stride, axis, shape) }
      result.append(stride.count)
    }
    return TensorType(result, inputs[0].element)
  }

  package func reverse(_ step: Reverse) {
    step.add(to: 0, StridedPlace(axes, in: step.input(0).shape).apply(step.upstream))
  }

  package func forward(_ step: Forward) -> Tensor { apply(step.tangent(0)!) }

  package func batch(_ step: BatchStep) -> Tensor {
    StridedSlice([.all(step.size)] + axes).apply(step.inputs[0])
  }
}

/// Zeros of a shape, with the input at places a fixed step apart: what `StridedSlice` is undone by.
package final class StridedPlace: Operation {
  package let name = "stridedPlace"
  package let attributes: [Int]
  package let signature: UInt64
  package let kind = OperationKind.movement
  /// One entry an axis.
  package let axes: [AxisStride]
  package let shape: Shape

  package init(_ axes: [AxisStride], in shape: Shape) {
    self.axes = axes
    self.shape = shape
    attributes = shape.dimensions + axes.flatMap { [$0.start, $0.step, $0.count] }
    signature = Signature.of("stridedPlace", attributes)
  }

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    let input = inputs[0].shape
    guard shape.isValid, axes.count == shape.rank, input.rank == shape.rank else {
      throw GraphError(name, "\(input.description) has no places in \(shape.description)")
    }
    for (axis, stride) in axes.enumerated() {
      guard stride.count == input[axis], stride.fits(shape[axis]) else {
        throw doesNotFit(name, stride, axis, shape)
      }
    }
    return TensorType(shape, inputs[0].element)
  }

  package func reverse(_ step: Reverse) {
    step.add(to: 0, StridedSlice(axes).apply(step.upstream))
  }

  package func forward(_ step: Forward) -> Tensor { apply(step.tangent(0)!) }

  package func batch(_ step: BatchStep) -> Tensor {
    StridedPlace([.all(step.size)] + axes, in: step.withBatchAxis(shape)).apply(step.inputs[0])
  }
}

private func doesNotFit(
  _ name: String, _ stride: AxisStride, _ axis: Int, _ shape: Shape
) -> GraphError {
  GraphError(
    name,
    "\(stride.count) places from \(stride.start) by \(stride.step) along axis \(axis) do not fit \(shape.description)"
  )
}

extension Tensor {
  /// Places of one axis, the others whole.
  package func strided(_ axis: Int, _ stride: AxisStride) -> Tensor {
    guard axis >= 0, axis < rank else {
      return fail(GraphError("stridedSlice", "axis \(axis) is outside \(shape.description)"))
    }
    return StridedSlice(shape.strides(with: stride, at: axis)).apply(self)
  }

  /// Zeros of size `length` along one axis with this tensor at places of it.
  package func stridedPlaced(_ axis: Int, _ stride: AxisStride, in length: Int) -> Tensor {
    guard axis >= 0, axis < rank else {
      return fail(GraphError("stridedPlace", "axis \(axis) is outside \(shape.description)"))
    }
    var target = shape
    target[axis] = length
    return StridedPlace(shape.strides(with: stride, at: axis), in: target).apply(self)
  }
}

extension Shape {
  /// All places of every axis but one.
  fileprivate func strides(with stride: AxisStride, at axis: Int) -> [AxisStride] {
    var all = dimensions.map { AxisStride.all($0) }
    all[axis] = stride
    return all
  }
}
