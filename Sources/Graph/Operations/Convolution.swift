/// How a window moves over an image: strides, and padding before and after each axis.
package struct WindowMotion: Equatable, Sendable {
  package var strideH: Int
  package var strideW: Int
  package var top: Int
  package var left: Int
  package var bottom: Int
  package var right: Int

  package init(stride: Int = 1, padding: Int = 0) {
    (strideH, strideW) = (stride, stride)
    (top, left, bottom, right) = (padding, padding, padding, padding)
  }

  var attributes: [Int] { [strideH, strideW, top, left, bottom, right] }

  /// The number of places a kernel of this size takes along each axis, or nil where it takes none.
  func places(_ h: Int, _ w: Int, _ kernelH: Int, _ kernelW: Int) -> (h: Int, w: Int)? {
    let (roomH, roomW) = (h + top + bottom - kernelH, w + left + right - kernelW)
    guard roomH >= 0, roomW >= 0, strideH > 0, strideW > 0, top >= 0, left >= 0, bottom >= 0,
      right >= 0
    else { return nil }
    return (roomH / strideH + 1, roomW / strideW + 1)
  }
}

/// Cross-correlation of images [N, C, H, W] with kernels [O, C, h, w].
///
/// The three convolution operations are bilinear and closed under differentiation: the gradient of each
/// is made of the other two.
package final class Convolution: Operation {
  package let name = "convolution"
  package let attributes: [Int]
  package let signature: UInt64
  package let kind = OperationKind.kernel
  package let motion: WindowMotion

  package init(_ motion: WindowMotion) {
    self.motion = motion
    attributes = motion.attributes
    signature = Signature.of("convolution", attributes)
  }

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    let (x, k) = (inputs[0].shape, inputs[1].shape)
    try requireImages(name, inputs)
    guard x[1] == k[1] else {
      throw GraphError(
        name,
        "channels differ: images \(x.description), kernels \(k.description) (\(x[1]) ≠ \(k[1]))")
    }
    guard let places = motion.places(x[2], x[3], k[2], k[3]) else {
      throw GraphError(name, "kernels \(k.description) do not fit images \(x.description)")
    }
    return TensorType([x[0], k[0], places.h, places.w], inputs[0].element)
  }

  package func reverse(_ step: Reverse) {
    let (x, k) = (step.input(0), step.input(1))
    step.add(to: 0, ConvolutionInputGradient(motion, x.shape).apply(step.upstream, k))
    step.add(to: 1, ConvolutionKernelGradient(motion, k.shape).apply(x, step.upstream))
  }

  package func forward(_ step: Forward) -> Tensor { step.bilinear() }

  package func batch(_ step: Batch) -> Tensor {
    guard !step.isBatched[1] else { return step.unrolled() }
    return step.split(apply(step.merged(0), step.inputs[1]))
  }
}

/// The gradient of a convolution with respect to its images (a transposed convolution).
package final class ConvolutionInputGradient: Operation {
  package let name = "convolutionInputGradient"
  package let attributes: [Int]
  package let signature: UInt64
  package let kind = OperationKind.kernel
  package let motion: WindowMotion
  let height: Int
  let width: Int

  package init(_ motion: WindowMotion, _ images: Shape) {
    self.motion = motion
    (height, width) = (images[2], images[3])
    attributes = motion.attributes + [height, width]
    signature = Signature.of(name, attributes)
  }

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    let (g, k) = (inputs[0].shape, inputs[1].shape)
    try requireImages(name, inputs)
    guard g[1] == k[0], let places = motion.places(height, width, k[2], k[3]),
      places == (g[2], g[3])
    else {
      throw GraphError(
        name, "upstream \(g.description) does not match kernels \(k.description)")
    }
    return TensorType([g[0], k[1], height, width], inputs[0].element)
  }

  package func reverse(_ step: Reverse) {
    let (g, k) = (step.input(0), step.input(1))
    step.add(to: 0, Convolution(motion).apply(step.upstream, k))
    step.add(to: 1, ConvolutionKernelGradient(motion, k.shape).apply(step.upstream, g))
  }

  package func forward(_ step: Forward) -> Tensor { step.bilinear() }

  package func batch(_ step: Batch) -> Tensor {
    guard !step.isBatched[1] else { return step.unrolled() }
    return step.split(apply(step.merged(0), step.inputs[1]))
  }
}

/// The gradient of a convolution with respect to its kernels.
package final class ConvolutionKernelGradient: Operation {
  package let name = "convolutionKernelGradient"
  package let attributes: [Int]
  package let signature: UInt64
  package let kind = OperationKind.kernel
  package let motion: WindowMotion
  let kernelH: Int
  let kernelW: Int

  package init(_ motion: WindowMotion, _ kernels: Shape) {
    self.motion = motion
    (kernelH, kernelW) = (kernels[2], kernels[3])
    attributes = motion.attributes + [kernelH, kernelW]
    signature = Signature.of(name, attributes)
  }

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    let (x, g) = (inputs[0].shape, inputs[1].shape)
    try requireImages(name, inputs)
    guard x[0] == g[0], let places = motion.places(x[2], x[3], kernelH, kernelW),
      places == (g[2], g[3])
    else {
      throw GraphError(
        name, "images \(x.description) do not match upstream \(g.description)")
    }
    return TensorType([g[1], x[1], kernelH, kernelW], inputs[0].element)
  }

  package func reverse(_ step: Reverse) {
    let (x, g) = (step.input(0), step.input(1))
    step.add(to: 0, ConvolutionInputGradient(motion, x.shape).apply(g, step.upstream))
    step.add(to: 1, Convolution(motion).apply(x, step.upstream))
  }

  package func forward(_ step: Forward) -> Tensor { step.bilinear() }
  package func batch(_ step: Batch) -> Tensor { step.unrolled() }
}

func requireImages(_ name: String, _ inputs: Inputs) throws(GraphError) {
  let (a, b) = (inputs[0], inputs[1])
  guard a.shape.rank == 4, b.shape.rank == 4, a.element == b.element, a.element.isFloating else {
    throw GraphError(
      name,
      "takes two floating-point tensors of rank 4, not \(a.element.name) \(a.shape.description) and \(b.element.name) \(b.shape.description)"
    )
  }
}

/// Cross-correlation of images [N, C, H, W] with kernels [O, C, h, w].
public func convolution(
  _ images: Tensor, _ kernels: Tensor, stride: Int = 1, padding: Int = 0
) -> Tensor {
  Convolution(WindowMotion(stride: stride, padding: padding)).apply(images, kernels)
}
