import AdjointGraph
import AdjointRuntime

/// How many spatial axes the images of a layer have.
public protocol SpatialAxes: Sendable {
  /// Their number.
  static var count: Int { get }
}

/// Images [N, C, L].
public enum OneAxis: SpatialAxes {
  /// One.
  public static var count: Int { 1 }
}

/// Images [N, C, H, W].
public enum TwoAxes: SpatialAxes {
  /// Two.
  public static var count: Int { 2 }
}

/// Images [N, C, D, H, W].
public enum ThreeAxes: SpatialAxes {
  /// Three.
  public static var count: Int { 3 }
}

/// `Conv` over images [N, C, L].
public typealias Conv1d = Conv<OneAxis>
/// `Conv` over images [N, C, H, W].
public typealias Conv2d = Conv<TwoAxes>
/// `Conv` over images [N, C, D, H, W].
public typealias Conv3d = Conv<ThreeAxes>
/// `TransposedConv` over images [N, C, L].
public typealias ConvTranspose1d = TransposedConv<OneAxis>
/// `TransposedConv` over images [N, C, H, W].
public typealias ConvTranspose2d = TransposedConv<TwoAxes>
/// `TransposedConv` over images [N, C, D, H, W].
public typealias ConvTranspose3d = TransposedConv<ThreeAxes>

/// Cross-correlation of images [N, C, …] with learned kernels, plus one number a channel.
///
/// Named like PyTorch's: `weight` [out, in / groups, …] and `bias` [out], uniform over ±1/√fan, where the fan is
/// the number of elements of one output's kernel.
public struct Conv<Axes: SpatialAxes>: Module {
  /// What the inputs are multiplied by.
  public let weight: Parameter
  /// What is added to each output, if anything.
  public let bias: Parameter?
  /// How far the window moves along each axis.
  public let stride: [Int]
  /// What is added around the image.
  public let padding: WindowPadding
  /// How far apart the elements under the window lie.
  public let dilation: [Int]
  /// How many parts of the channels are convolved each on its own.
  public let groups: Int

  /// A layer with new parameters.
  public init(
    _ inputs: Int, _ outputs: Int, kernel: some AxisNumbers, stride: some AxisNumbers = 1,
    padding: some AxisNumbers = 0, dilation: some AxisNumbers = 1, groups: Int = 1,
    bias: Bool = true, _ element: ElementType = .float32
  ) {
    self.init(
      inputs, outputs, kernel: kernel, stride: stride,
      padding: .even(padding.numbers(Axes.count, standard: []) ?? []), dilation: dilation,
      groups: groups, bias: bias, element)
  }

  /// A layer with new parameters and another kind of padding.
  public init(
    _ inputs: Int, _ outputs: Int, kernel: some AxisNumbers, stride: some AxisNumbers = 1,
    padding: WindowPadding, dilation: some AxisNumbers = 1, groups: Int = 1, bias: Bool = true,
    _ element: ElementType = .float32
  ) {
    (weight, self.bias) = kernels(
      outputs, inputs / max(groups, 1), kernel.numbers(Axes.count, standard: []),
      biasCount: bias ? outputs : nil, element)
    // A list of another length is refused by the convolution.
    self.stride = stride.numbers(Axes.count, standard: []) ?? []
    self.padding = padding
    self.dilation = dilation.numbers(Axes.count, standard: []) ?? []
    self.groups = groups
  }

  /// A layer that convolves each channel alone, with `multiplier` kernels a channel.
  public static func depthwise(
    _ channels: Int, kernel: some AxisNumbers, stride: some AxisNumbers = 1,
    padding: some AxisNumbers = 0, dilation: some AxisNumbers = 1, multiplier: Int = 1,
    bias: Bool = true, _ element: ElementType = .float32
  ) -> Conv {
    Conv(
      channels, channels * multiplier, kernel: kernel, stride: stride, padding: padding,
      dilation: dilation, groups: channels, bias: bias, element)
  }

  /// What reflection finds, for where there is none.
  package var allParameters: [Parameter] { [weight] + (bias.map { [$0] } ?? []) }

  /// The outputs for a batch of inputs.
  public func forward(_ x: Tensor) -> Tensor { forward(x, weight: weight.value) }

  /// The outputs with this weight.
  public func forward(_ x: Tensor, weight: Tensor) -> Tensor {
    convolution(
      x, weight, bias: bias?.value, stride: stride, padding: padding, dilation: dilation,
      groups: groups)
  }
}

/// The transposed convolution of images [N, C, …] with learned kernels, plus one number a channel.
///
/// Named like PyTorch's: `weight` [in, out / groups, …] and `bias` [out], uniform over ±1/√fan, where the fan is
/// the number of elements of one input's kernel.
public struct TransposedConv<Axes: SpatialAxes>: Module {
  /// What the inputs are multiplied by.
  public let weight: Parameter
  /// What is added to each output, if anything.
  public let bias: Parameter?
  /// How far apart the windows of neighbours lie along each axis.
  public let stride: [Int]
  /// How much of the result is cut off around it.
  public let padding: [Int]
  /// How much more of the result there is behind each axis.
  public let outputPadding: [Int]
  /// How far apart the elements under the window lie.
  public let dilation: [Int]
  /// How many parts of the channels are convolved each on its own.
  public let groups: Int

  /// A layer with new parameters.
  public init(
    _ inputs: Int, _ outputs: Int, kernel: some AxisNumbers, stride: some AxisNumbers = 1,
    padding: some AxisNumbers = 0, outputPadding: some AxisNumbers = 0,
    dilation: some AxisNumbers = 1, groups: Int = 1, bias: Bool = true,
    _ element: ElementType = .float32
  ) {
    (weight, self.bias) = kernels(
      inputs, outputs / max(groups, 1), kernel.numbers(Axes.count, standard: []),
      biasCount: bias ? outputs : nil, element)
    self.stride = stride.numbers(Axes.count, standard: []) ?? []
    self.padding = padding.numbers(Axes.count, standard: []) ?? []
    self.outputPadding = outputPadding.numbers(Axes.count, standard: []) ?? []
    self.dilation = dilation.numbers(Axes.count, standard: []) ?? []
    self.groups = groups
  }

  /// What reflection finds, for where there is none.
  package var allParameters: [Parameter] { [weight] + (bias.map { [$0] } ?? []) }

  /// The outputs for a batch of inputs.
  public func forward(_ x: Tensor) -> Tensor { forward(x, weight: weight.value) }

  /// The outputs with this weight.
  public func forward(_ x: Tensor, weight: Tensor) -> Tensor {
    transposedConvolution(
      x, weight, bias: bias?.value, stride: stride, padding: padding,
      outputPadding: outputPadding, dilation: dilation, groups: groups)
  }
}

/// New kernels [count, channels, sizes …] and a bias, uniform over ±1/√(channels · sizes …).
private func kernels(
  _ count: Int, _ channels: Int, _ sizes: [Int]?, biasCount: Int?, _ element: ElementType
) -> (weight: Parameter, bias: Parameter?) {
  let key = Initialization.nextKey()
  guard let sizes else {
    let wrong = fail(GraphError("convolution", "a kernel needs one size, or one an axis"))
    return (Parameter(wrong), nil)
  }
  let shape = Shape([count, channels] + sizes)
  let fan = channels * sizes.reduce(1, *)
  return (
    Parameter(Initialization.byFanIn(shape, fan, key.split(0), element)),
    biasCount.map { Parameter(Initialization.byFanIn([$0], fan, key.split(1), element)) }
  )
}
