/// The gradient of a convolution with respect to its images: a transposed convolution.
package final class ConvolutionInputGradient: Operation {
  package let name = "convolutionInputGradient"
  package let attributes: [Int]
  package let signature: UInt64
  package let kind = OperationKind.kernel
  package let motion: WindowMotion
  package let groups: Int
  /// The spatial sizes of the images.
  let sizes: [Int]

  package init(_ motion: WindowMotion, groups: Int = 1, _ images: Shape) {
    self.motion = motion
    self.groups = groups
    sizes = images.spatial
    attributes = motion.attributes([groups] + sizes)
    signature = Signature.of(name, attributes)
  }

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    let (g, k) = (inputs[0].shape, inputs[1].shape)
    try requireImages(name, inputs, motion)
    guard sizes.count == motion.axes.count, groups > 0, k[0] % groups == 0, g[1] == k[0] else {
      throw doesNotMatch(g, k)
    }
    let result = Shape([g[0], k[1] * groups] + sizes)
    guard result.isValid else {
      throw GraphError(name, "no tensor has the shape \(result.description)")
    }
    guard let places = motion.places(result, k.spatial), places == g.spatial else {
      throw doesNotMatch(g, k)
    }
    return TensorType(result, inputs[0].element)
  }

  private func doesNotMatch(_ g: Shape, _ k: Shape) -> GraphError {
    GraphError(
      name,
      "upstream \(g.description) does not match kernels \(k.description)"
        + (groups == 1 ? "" : " in \(groups) groups"))
  }

  package func reverse(_ step: Reverse) {
    let (g, k) = (step.input(0), step.input(1))
    step.add(to: 0, Convolution(motion, groups: groups).apply(step.upstream, k))
    step.add(
      to: 1, ConvolutionKernelGradient(motion, groups: groups, k.shape).apply(step.upstream, g))
  }

  package func forward(_ step: Forward) -> Tensor { step.bilinear() }

  package func batch(_ step: BatchStep) -> Tensor {
    let (g, k) = (step.inputs[0], step.inputs[1])
    guard step.isBatched[1] else { return step.split(apply(step.merged(0), k)) }
    guard step.size > 0 else { return step.nothing() }
    guard step.isBatched[0] else {
      // One upstream for all: each group gives the channels of all examples.
      return apply(g, k.batchFolded(into: 1))
        .batchUnfolded(step.size, from: 1, below: groups)
    }
    return ConvolutionInputGradient(
      motion, groups: groups * step.size, Shape([1, 1] + sizes)
    )
    .apply(g.batchFolded(into: 1), k.batchFolded(into: 0))
    .batchUnfolded(step.size, from: 1)
  }
}

/// The gradient of a convolution with respect to its kernels.
package final class ConvolutionKernelGradient: Operation {
  package let name = "convolutionKernelGradient"
  package let attributes: [Int]
  package let signature: UInt64
  package let kind = OperationKind.kernel
  package let motion: WindowMotion
  package let groups: Int
  /// The spatial sizes of the kernels.
  let sizes: [Int]

  package init(_ motion: WindowMotion, groups: Int = 1, _ kernels: Shape) {
    self.motion = motion
    self.groups = groups
    sizes = kernels.spatial
    attributes = motion.attributes([groups] + sizes)
    signature = Signature.of(name, attributes)
  }

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    let (x, g) = (inputs[0].shape, inputs[1].shape)
    try requireImages(name, inputs, motion)
    guard x[0] == g[0], sizes.count == motion.axes.count, groups > 0, x[1] % groups == 0,
      g[1] % groups == 0, let places = motion.places(x, sizes), places == g.spatial
    else {
      throw GraphError(
        name,
        "images \(x.description) do not match upstream \(g.description)"
          + (groups == 1 ? "" : " in \(groups) groups"))
    }
    return TensorType(Shape([g[1], x[1] / groups] + sizes), inputs[0].element)
  }

  package func reverse(_ step: Reverse) {
    let (x, g) = (step.input(0), step.input(1))
    step.add(
      to: 0, ConvolutionInputGradient(motion, groups: groups, x.shape).apply(g, step.upstream))
    step.add(to: 1, Convolution(motion, groups: groups).apply(x, step.upstream))
  }

  package func forward(_ step: Forward) -> Tensor { step.bilinear() }

  package func batch(_ step: BatchStep) -> Tensor {
    let (x, g) = (step.inputs[0], step.inputs[1])
    guard step.size > 0 else { return step.nothing() }
    switch (step.isBatched[0], step.isBatched[1]) {
    case (true, false):
      // One upstream for all: each group has the channels of all examples.
      return apply(x.batchFolded(into: 1, below: groups), g).batchUnfolded(step.size, from: 1)
    case (false, _):
      return apply(x, g.batchFolded(into: 1, below: groups))
        .batchUnfolded(step.size, from: 0, below: groups)
    case (true, true):
      return ConvolutionKernelGradient(
        motion, groups: groups * step.size, Shape([1, 1] + sizes)
      )
      .apply(x.batchFolded(into: 1), g.batchFolded(into: 1))
      .batchUnfolded(step.size, from: 0)
    }
  }
}
