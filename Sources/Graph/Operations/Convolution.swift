/// Cross-correlation of images [N, C, …] with kernels [O, C / groups, …] over one, two or three spatial axes.
/// In groups, the o-th part of the kernels meets the o-th part of the channels only.
///
/// The three convolution operations are bilinear and closed under differentiation: the gradient of each
/// is made of the other two.
package final class Convolution: Operation {
  package let name = "convolution"
  package let attributes: [Int]
  package let signature: UInt64
  package let kind = OperationKind.kernel
  package let motion: WindowMotion
  package let groups: Int

  package init(_ motion: WindowMotion, groups: Int = 1) {
    self.motion = motion
    self.groups = groups
    attributes = motion.attributes([groups])
    signature = Signature.of("convolution", attributes)
  }

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    let (x, k) = (inputs[0].shape, inputs[1].shape)
    try requireImages(name, inputs, motion)
    try requireChannels(name, images: x, kernels: k, groups)
    guard let places = motion.places(x, k.spatial) else {
      throw GraphError(name, "kernels \(k.description) do not fit images \(x.description)")
    }
    return TensorType(Shape([x[0], k[0]] + places), inputs[0].element)
  }

  package func reverse(_ step: Reverse) {
    let (x, k) = (step.input(0), step.input(1))
    step.add(
      to: 0, ConvolutionInputGradient(motion, groups: groups, x.shape).apply(step.upstream, k))
    step.add(
      to: 1, ConvolutionKernelGradient(motion, groups: groups, k.shape).apply(x, step.upstream))
  }

  package func forward(_ step: Forward) -> Tensor { step.bilinear() }

  package func batch(_ step: BatchStep) -> Tensor {
    let (x, k) = (step.inputs[0], step.inputs[1])
    guard step.isBatched[1] else { return step.split(apply(step.merged(0), k)) }
    guard step.size > 0 else { return step.nothing() }
    guard step.isBatched[0] else {
      // One image for all: each group gets the kernels of all examples.
      return apply(x, k.batchFolded(into: 0, below: groups))
        .batchUnfolded(step.size, from: 1, below: groups)
    }
    return Convolution(motion, groups: groups * step.size)
      .apply(x.batchFolded(into: 1), k.batchFolded(into: 0))
      .batchUnfolded(step.size, from: 1)
  }
}

func requireImages(
  _ name: String, _ inputs: Inputs, _ motion: WindowMotion
) throws(GraphError) {
  let (a, b) = (inputs[0], inputs[1])
  let rank = a.shape.rank
  guard a.element == b.element, a.element.isFloating else { throw wrongImages(name, a, b) }
  try requireRank(name, a, b)
  guard motion.axes.count == rank - 2 else {
    throw GraphError(
      name,
      "a window that moves along \(motion.axes.count) axes does not fit \(a.shape.description)")
  }
}

func requireRank(_ name: String, _ a: TensorType, _ b: TensorType) throws(GraphError) {
  let rank = a.shape.rank
  guard rank >= 3, rank <= 5, b.shape.rank == rank else { throw wrongImages(name, a, b) }
}

private func wrongImages(_ name: String, _ a: TensorType, _ b: TensorType) -> GraphError {
  GraphError(
    name,
    "takes two floating-point tensors of one type and of rank 3, 4 or 5, not \(a.element.name) \(a.shape.description) and \(b.element.name) \(b.shape.description)"
  )
}

func requireChannels(
  _ name: String, images x: Shape, kernels k: Shape, _ groups: Int
) throws(GraphError) {
  guard groups > 0, x[1] % groups == 0, k[0] % groups == 0 else {
    throw GraphError(
      name,
      "\(groups) groups do not divide the channels of images \(x.description) and kernels \(k.description)"
    )
  }
  guard x[1] / groups == k[1] else {
    throw GraphError(
      name,
      "channels differ: images \(x.description), kernels \(k.description) (\(x[1] / groups) ≠ \(k[1]))"
        + (groups == 1 ? "" : " in \(groups) groups"))
  }
}

extension Tensor {
  /// A batch of examples as one example, the batch within an axis of the examples: within each of the `outer`
  /// parts of that axis, the examples come one after another. What convolutions make groups of.
  func batchFolded(into axis: Int, below outer: Int = 1) -> Tensor {
    let place = axis + 1
    let part = shape[place] / outer
    var split = shape
    split[place] = outer
    split.insert(part, at: place + 1)
    let order = Array(1...place) + [0] + Array((place + 1)..<split.rank)
    var result = shape
    result[place] = shape[place] * shape[0]
    result.remove(at: 0)
    return reshaped(split).transposed(order).reshaped(result)
  }

  /// Undoes `batchFolded`.
  func batchUnfolded(_ size: Int, from axis: Int, below outer: Int = 1) -> Tensor {
    let part = shape[axis] / (outer * size)
    var split = shape
    split[axis] = outer
    split.insert(size, at: axis + 1)
    split.insert(part, at: axis + 2)
    let order = [axis + 1] + (0..<split.rank).filter { $0 != axis + 1 }
    var result = shape
    result[axis] = outer * part
    result.insert(size, at: 0)
    return reshaped(split).transposed(order).reshaped(result)
  }
}
