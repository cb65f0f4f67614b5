/// The largest element under a window moving over images [N, C, H, W].
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

  package func batch(_ step: Batch) -> Tensor { step.split(apply(step.merged(0))) }
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

  package func batch(_ step: Batch) -> Tensor {
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

  package func batch(_ step: Batch) -> Tensor {
    step.split(apply(step.merged(0), step.merged(1)))
  }
}

/// The size of a pooling window and how it moves.
package struct PoolWindow: Equatable, Sendable {
  package var height: Int
  package var width: Int
  package var motion: WindowMotion

  package init(_ size: Int, stride: Int, padding: Int) {
    (height, width) = (size, size)
    motion = WindowMotion(stride: stride, padding: padding)
  }

  var attributes: [Int] { [height, width] + motion.attributes }

  func pooled(_ name: String, _ images: TensorType) throws(GraphError) -> Shape {
    let shape = images.shape
    guard shape.rank == 4, images.element.isFloating else {
      throw GraphError(
        name,
        "takes floating-point images [N, C, H, W], not \(images.element.name) \(shape.description)")
    }
    guard height > 0, width > 0, motion.top * 2 <= height, motion.left * 2 <= width,
      let places = motion.places(shape[2], shape[3], height, width)
    else {
      throw GraphError(
        name, "a window of \(height)×\(width) does not fit images \(shape.description)")
    }
    return [shape[0], shape[1], places.h, places.w]
  }
}

extension Tensor {
  /// The largest element under each window of images [N, C, H, W]; the stride is the window's size unless given.
  public func maxPool2d(_ size: Int, stride: Int? = nil, padding: Int = 0) -> Tensor {
    MaxPool(PoolWindow(size, stride: stride ?? size, padding: padding)).apply(self)
  }
}
