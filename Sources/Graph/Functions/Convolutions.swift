// Convolutions as people call them.

/// Cross-correlation of images [N, C, …] with kernels [O, C / groups, …], plus one number an output channel:
/// over one, two or three spatial axes. Strides, padding and dilation are one number or one an axis.
public func convolution(
  _ images: Tensor, _ kernels: Tensor, bias: Tensor? = nil, stride: some AxisNumbers = 1,
  padding: some AxisNumbers = 0, dilation: some AxisNumbers = 1, groups: Int = 1
) -> Tensor {
  attempt { () throws(GraphError) in
    convolution(
      images, kernels, bias: bias, stride: stride,
      padding: .even(try evenPadding(padding, images, "convolution")), dilation: dilation,
      groups: groups)
  }
}

/// Cross-correlation with another kind of padding: `.same`, `.valid`, or `.sides` that differ.
public func convolution(
  _ images: Tensor, _ kernels: Tensor, bias: Tensor? = nil, stride: some AxisNumbers = 1,
  padding: WindowPadding, dilation: some AxisNumbers = 1, groups: Int = 1
) -> Tensor {
  if let bad = firstPoisoned(images, kernels, bias) { return bad }
  return attempt { () throws(GraphError) in
    try requireRank("convolution", images.type, kernels.type)
    let request = try WindowRequest(
      "convolution", images.rank - 2, stride: stride, dilation: dilation)
    let sizes = kernels.shape.spatial
    let motion = try request.motion(padding, sizes) { axis, index in
      let length = images.shape[2 + index]
      let places = (length + axis.stride - 1) / axis.stride
      return Swift.max((places - 1) * axis.stride + axis.reach(sizes[index]) - length, 0)
    }
    let operation = Convolution(motion, groups: groups)
    return try inPrecision(images, kernels) { operation.apply($0, $1) }
      .addingChannels(bias, "convolution")
  }
}

/// The transposed convolution: what a convolution with these kernels does backwards to its images. Images
/// [N, C, …] with kernels [C, O / groups, …] give (size − 1) · stride − padding + reach + `outputPadding` along
/// each axis, where the kernel's reach is (kernel − 1) · dilation + 1.
public func transposedConvolution(
  _ images: Tensor, _ kernels: Tensor, bias: Tensor? = nil, stride: some AxisNumbers = 1,
  padding: some AxisNumbers = 0, outputPadding: some AxisNumbers = 0,
  dilation: some AxisNumbers = 1, groups: Int = 1
) -> Tensor {
  attempt { () throws(GraphError) in
    transposedConvolution(
      images, kernels, bias: bias, stride: stride,
      padding: .even(try evenPadding(padding, images, "transposedConvolution")),
      outputPadding: outputPadding, dilation: dilation, groups: groups)
  }
}

/// The transposed convolution with another kind of padding; `.same` gives size · stride along each axis.
public func transposedConvolution(
  _ images: Tensor, _ kernels: Tensor, bias: Tensor? = nil, stride: some AxisNumbers = 1,
  padding: WindowPadding, outputPadding: some AxisNumbers = 0, dilation: some AxisNumbers = 1,
  groups: Int = 1
) -> Tensor {
  let name = "transposedConvolution"
  if let bad = firstPoisoned(images, kernels, bias) { return bad }
  return attempt { () throws(GraphError) in
    try requireRank(name, images.type, kernels.type)
    let rank = images.rank - 2
    let request = try WindowRequest(name, rank, stride: stride, dilation: dilation)
    let kernel = kernels.shape.spatial
    var motion = try request.motion(padding, kernel) { axis, index in
      axis.reach(kernel[index]) - axis.stride
    }
    guard let extra = outputPadding.numbers(rank, standard: []) else {
      throw GraphError(name, "output padding needs one number or \(rank), one an axis")
    }
    var sizes: [Int] = []
    for (index, axis) in motion.axes.enumerated() {
      guard extra[index] >= 0, extra[index] < Swift.max(axis.stride, axis.dilation) else {
        throw GraphError(
          name,
          "output padding \(extra[index]) must be below the stride \(axis.stride) or the dilation \(axis.dilation)"
        )
      }
      let size =
        (images.shape[2 + index] - 1) * axis.stride + axis.reach(kernel[index]) - axis.before
        - axis.after + extra[index]
      guard size >= 0, images.shape[2 + index] > 0 else {
        throw GraphError(
          name,
          "images \(images.shape.description) and kernels \(kernels.shape.description) leave nothing of axis \(2 + index)"
        )
      }
      sizes.append(size)
      motion.axes[index].after = axis.after - extra[index]
    }
    let operation = ConvolutionInputGradient(motion, groups: groups, Shape([1, 1] + sizes))
    return try inPrecision(images, kernels) { operation.apply($0, $1) }
      .addingChannels(bias, name)
  }
}

private func evenPadding(
  _ padding: some AxisNumbers, _ images: Tensor, _ name: String
) throws(GraphError) -> [Int] {
  let rank = images.rank - 2
  guard let widths = padding.numbers(rank, standard: []) else {
    throw GraphError(name, "padding needs one number or \(rank), one an axis")
  }
  return widths
}

/// A tensor that carries an error, if one does: asking for its shape would hide that error behind another.
func firstPoisoned(_ tensors: Tensor?...) -> Tensor? {
  for case let tensor? in tensors where tensor.node.isPoisoned { return tensor }
  return nil
}

extension Tensor {
  /// Plus one number a channel of images [N, C, …].
  func addingChannels(_ bias: Tensor?, _ name: String) throws(GraphError) -> Tensor {
    guard let bias, !node.isPoisoned else { return self }
    guard bias.rank == 1, bias.count == shape[1] else {
      throw GraphError(
        name,
        "a bias for \(shape[1]) channels should be [\(shape[1])], not \(bias.shape.description)")
    }
    var column: Shape = [bias.count]
    for _ in 2..<rank { column.append(1) }
    return self + bias.reshaped(column)
  }
}
