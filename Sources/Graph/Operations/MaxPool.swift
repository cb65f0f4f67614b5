/// The largest element under a window moving over images [N, C, …] with one, two or three spatial axes.
///
/// Ties go to the first in row-major order of the window; padding never wins; a NaN wins. The three pooling operations are closed
/// under differentiation: `MaxPoolGradient` sends values to where the winners stood, `MaxPoolSelect` fetches them.
package final class MaxPool: Operation {
  package let name = "maxPool"
  package let attributes: [Int]
  package let signature: UInt64
  package let kind = OperationKind.kernel
  package let window: PoolWindow

  package init(_ window: PoolWindow) {
    self.window = window
    attributes = window.attributes
    signature = Signature.of("maxPool", attributes)
  }

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    TensorType(try window.pooled(name, inputs[0]), inputs[0].element)
  }

  package func reverse(_ step: Reverse) {
    step.add(to: 0, MaxPoolGradient(window).apply(step.input(0), step.upstream))
  }

  package func forward(_ step: Forward) -> Tensor {
    MaxPoolSelect(window).apply(step.input(0), step.tangent(0)!)
  }

  package func batch(_ step: BatchStep) -> Tensor { step.split(apply(step.merged(0))) }
}

/// Zeros of the images' shape, to which each window adds its upstream value where its winner stood.
package final class MaxPoolGradient: Operation {
  package let name = "maxPoolGradient"
  package let attributes: [Int]
  package let signature: UInt64
  package let kind = OperationKind.kernel
  package let window: PoolWindow

  package init(_ window: PoolWindow) {
    self.window = window
    attributes = window.attributes
    signature = Signature.of("maxPoolGradient", attributes)
  }

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    let pooled = try window.pooled(name, inputs[0])
    guard inputs[1].shape == pooled, inputs[1].element == inputs[0].element else {
      throw GraphError(
        name, "upstream \(inputs[1].shape.description) should be \(pooled.description)")
    }
    return inputs[0]
  }

  /// The winners' places do not move by degrees: only the upstream has a gradient.
  package func reverse(_ step: Reverse) {
    step.add(to: 1, MaxPoolSelect(window).apply(step.input(0), step.upstream))
  }

  package func forward(_ step: Forward) -> Tensor {
    step.tangent(1).map { apply(step.input(0), $0) } ?? step.zero()
  }

  package func batch(_ step: BatchStep) -> Tensor {
    step.split(apply(step.merged(0), step.merged(1)))
  }
}

/// The elements of a second tensor that stand where the winners of the first stand.
package final class MaxPoolSelect: Operation {
  package let name = "maxPoolSelect"
  package let attributes: [Int]
  package let signature: UInt64
  package let kind = OperationKind.kernel
  package let window: PoolWindow

  package init(_ window: PoolWindow) {
    self.window = window
    attributes = window.attributes
    signature = Signature.of("maxPoolSelect", attributes)
  }

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    let pooled = try window.pooled(name, inputs[0])
    guard inputs[1] == inputs[0] else {
      throw GraphError(
        name,
        "values \(inputs[1].shape.description) should be \(inputs[0].shape.description)")
    }
    return TensorType(pooled, inputs[0].element)
  }

  package func reverse(_ step: Reverse) {
    step.add(to: 1, MaxPoolGradient(window).apply(step.input(0), step.upstream))
  }

  package func forward(_ step: Forward) -> Tensor {
    step.tangent(1).map { apply(step.input(0), $0) } ?? step.zero()
  }

  package func batch(_ step: BatchStep) -> Tensor {
    step.split(apply(step.merged(0), step.merged(1)))
  }
}

/// The size of a pooling window and how it moves.
package struct PoolWindow: Equatable, Sendable {
  /// One size a spatial axis.
  package var sizes: [Int]
  package var motion: WindowMotion

  package init(_ sizes: [Int], _ motion: WindowMotion) {
    self.sizes = sizes
    self.motion = motion
  }

  /// A square window over images [N, C, H, W].
  package init(_ size: Int, stride: Int, padding: Int) {
    sizes = [size, size]
    motion = WindowMotion(stride: stride, padding: padding)
  }

  var attributes: [Int] { motion.attributes(sizes) }

  func pooled(_ name: String, _ images: TensorType) throws(GraphError) -> Shape {
    let shape = images.shape
    guard shape.rank == sizes.count + 2, sizes.count <= 3, images.element.isFloating else {
      throw GraphError(
        name,
        "takes floating-point images [N, C, …] with \(sizes.count) spatial axes, not \(images.element.name) \(shape.description)"
      )
    }
    guard let places = motion.places(shape, sizes) else {
      throw GraphError(
        name, "a window of \(sizesText) does not fit images \(shape.description)")
    }
    for (size, axis) in zip(sizes, motion.axes) where axis.before * 2 > axis.reach(size) {
      throw GraphError(
        name, "padding \(axis.before) is more than half a window of \(sizesText)")
    }
    return Shape([shape[0], shape[1]] + places)
  }

  /// "2×3".
  private var sizesText: String {
    var text = ""
    for size in sizes { text += (text.isEmpty ? "" : "×") + String(size) }
    return text
  }
}
