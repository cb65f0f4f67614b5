import AdjointGraph

/// `MaxPooling` over images [N, C, L].
public typealias MaxPool1d = MaxPooling<OneAxis>
/// `MaxPooling` over images [N, C, H, W].
public typealias MaxPool2d = MaxPooling<TwoAxes>
/// `MaxPooling` over images [N, C, D, H, W].
public typealias MaxPool3d = MaxPooling<ThreeAxes>
/// `AveragePooling` over images [N, C, L].
public typealias AvgPool1d = AveragePooling<OneAxis>
/// `AveragePooling` over images [N, C, H, W].
public typealias AvgPool2d = AveragePooling<TwoAxes>
/// `AveragePooling` over images [N, C, D, H, W].
public typealias AvgPool3d = AveragePooling<ThreeAxes>
/// `AdaptiveAveragePooling` over images [N, C, L].
public typealias AdaptiveAvgPool1d = AdaptiveAveragePooling<OneAxis>
/// `AdaptiveAveragePooling` over images [N, C, H, W].
public typealias AdaptiveAvgPool2d = AdaptiveAveragePooling<TwoAxes>
/// `AdaptiveAveragePooling` over images [N, C, D, H, W].
public typealias AdaptiveAvgPool3d = AdaptiveAveragePooling<ThreeAxes>

/// The largest element under each window.
public struct MaxPooling<Axes: SpatialAxes>: Module {
  /// The sizes of the window.
  public let size: [Int]
  /// How far the window moves: as far as it is large, unless told.
  public let stride: [Int]
  /// What is added around the image; it never wins.
  public let padding: [Int]
  /// How far apart the elements under the window lie.
  public let dilation: [Int]
  /// Whether there is a place for a last window that reaches beyond the end.
  public let roundingUp: Bool

  /// A layer without parameters.
  public init(
    _ size: some AxisNumbers, stride: some AxisNumbers = nil as Int?,
    padding: some AxisNumbers = 0, dilation: some AxisNumbers = 1, roundingUp: Bool = false
  ) {
    self.size = size.numbers(Axes.count, standard: []) ?? []
    self.stride = stride.numbers(Axes.count, standard: self.size) ?? []
    self.padding = padding.numbers(Axes.count, standard: []) ?? []
    self.dilation = dilation.numbers(Axes.count, standard: []) ?? []
    self.roundingUp = roundingUp
  }

  /// The outputs for a batch of inputs.
  public func forward(_ x: Tensor) -> Tensor {
    x.maxPool(
      size, stride: stride, padding: padding, dilation: dilation, roundingUp: roundingUp)
  }
}

/// The average of the elements under each window.
public struct AveragePooling<Axes: SpatialAxes>: Module {
  /// The sizes of the window.
  public let size: [Int]
  /// How far the window moves: as far as it is large, unless told.
  public let stride: [Int]
  /// What is added around the image.
  public let padding: [Int]
  /// Whether there is a place for a last window that reaches beyond the end.
  public let roundingUp: Bool
  /// Whether padding counts as zeros, or not at all.
  public let countingPadding: Bool

  /// A layer without parameters.
  public init(
    _ size: some AxisNumbers, stride: some AxisNumbers = nil as Int?,
    padding: some AxisNumbers = 0, roundingUp: Bool = false, countingPadding: Bool = true
  ) {
    self.size = size.numbers(Axes.count, standard: []) ?? []
    self.stride = stride.numbers(Axes.count, standard: self.size) ?? []
    self.padding = padding.numbers(Axes.count, standard: []) ?? []
    self.roundingUp = roundingUp
    self.countingPadding = countingPadding
  }

  /// The outputs for a batch of inputs.
  public func forward(_ x: Tensor) -> Tensor {
    x.averagePool(
      size, stride: stride, padding: padding, roundingUp: roundingUp,
      countingPadding: countingPadding)
  }
}

/// Averages under as many windows as asked for, whatever the size of the images.
public struct AdaptiveAveragePooling<Axes: SpatialAxes>: Module {
  /// How many windows along each axis.
  public let size: [Int]

  /// A layer without parameters.
  public init(_ size: some AxisNumbers) {
    self.size = size.numbers(Axes.count, standard: []) ?? []
  }

  /// The outputs for a batch of inputs.
  public func forward(_ x: Tensor) -> Tensor { x.adaptiveAveragePool(to: size) }
}
