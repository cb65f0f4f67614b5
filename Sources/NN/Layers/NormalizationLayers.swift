import AdjointGraph
import AdjointRuntime

/// `BatchNorm` over [N, C] or [N, C, L].
public typealias BatchNorm1d = BatchNorm
/// `BatchNorm` over images [N, C, H, W].
public typealias BatchNorm2d = BatchNorm
/// `BatchNorm` over images [N, C, D, H, W].
public typealias BatchNorm3d = BatchNorm

/// Each channel of [N, C, …] normalised: in training steps by the batch's mean and variance, which move running
/// ones; elsewhere by the running ones.
///
/// Named like PyTorch's: `weight`, `bias`, `running_mean`, `running_var`, `num_batches_tracked`.
public struct BatchNorm: Module {
  /// What the normalised values are multiplied by.
  public let weight: Parameter?
  /// What is added to them.
  public let bias: Parameter?
  /// The mean that inference uses, unless statistics are not kept.
  public let runningMean: Cell?
  /// The variance that inference uses.
  public let runningVariance: Cell?
  /// How many batches went into them.
  public let batchesTracked: Cell?
  /// How far a batch moves the running statistics; nil makes them plain averages of all batches.
  public let momentum: Double?
  /// What is added to the variance.
  public let epsilon: Double

  /// A layer for so many channels.
  public init(
    _ channels: Int, epsilon: Double = 1e-5, momentum: Double? = 0.1, affine: Bool = true,
    keepingStatistics: Bool = true, _ element: ElementType = .float32
  ) {
    weight = affine ? Parameter(.ones([channels], element)) : nil
    bias = affine ? Parameter(.zeros([channels], element)) : nil
    runningMean = keepingStatistics ? Cell(.zeros([channels], element)) : nil
    runningVariance = keepingStatistics ? Cell(.ones([channels], element)) : nil
    batchesTracked = keepingStatistics ? Cell(.zeros([], .int64)) : nil
    self.momentum = momentum
    self.epsilon = epsilon
  }

  /// The outputs for a batch of inputs.
  public func forward(_ x: Tensor) -> Tensor {
    if !StepScope.isTraining, let runningMean, let runningVariance {
      return batchNorm(
        x, mean: runningMean.value, variance: runningVariance.value, weight: weight?.value,
        bias: bias?.value, epsilon: epsilon)
    }
    let (output, mean, variance) = batchNorm(
      x, weight: weight?.value, bias: bias?.value, epsilon: epsilon)
    record(mean, variance)
    return output
  }

  private func record(_ mean: Tensor, _ variance: Tensor) {
    guard StepScope.isTraining, let runningMean, let runningVariance, let batchesTracked else {
      return
    }
    var count = batchesTracked.value
    StepScope.record(batchesTracked) {
      count = $0 + Tensor(1, .int64)
      return count
    }
    let share =
      momentum.map { Tensor($0, mean.element) } ?? 1 / count.cast(to: mean.element)
    StepScope.record(runningMean) { $0 + share * (mean.detached - $0) }
    StepScope.record(runningVariance) { $0 + share * (variance.detached - $0) }
  }
}

/// Normalised over the last axes, each example for itself. Named like PyTorch's: `weight`, `bias`.
public struct LayerNorm: Module {
  /// What the normalised values are multiplied by.
  public let weight: Parameter?
  /// What is added to them.
  public let bias: Parameter?
  /// The sizes of the axes.
  public let shape: Shape
  /// What is added to the variance.
  public let epsilon: Double

  /// A layer over the last axes, which have these sizes.
  public init(
    _ shape: Shape, epsilon: Double = 1e-5, affine: Bool = true, bias: Bool = true,
    _ element: ElementType = .float32
  ) {
    weight = affine ? Parameter(.ones(shape, element)) : nil
    self.bias = affine && bias ? Parameter(.zeros(shape, element)) : nil
    self.shape = shape
    self.epsilon = epsilon
  }

  /// A layer over the last axis.
  public init(
    _ size: Int, epsilon: Double = 1e-5, affine: Bool = true, bias: Bool = true,
    _ element: ElementType = .float32
  ) {
    self.init([size] as Shape, epsilon: epsilon, affine: affine, bias: bias, element)
  }

  /// The outputs for a batch of inputs.
  public func forward(_ x: Tensor) -> Tensor {
    layerNorm(
      x, axes: lastAxes(shape), weight: weight?.value, bias: bias?.value, epsilon: epsilon)
  }
}

private func lastAxes(_ shape: Shape) -> [Int] { (0..<shape.rank).map { $0 - shape.rank } }

/// Divided by the root of the mean square over the last axes. Named like PyTorch's: `weight`.
public struct RMSNorm: Module {
  /// What the values are multiplied by.
  public let weight: Parameter?
  /// The sizes of the axes.
  public let shape: Shape
  /// What is added to the mean square: the distance from 1 to the next number, unless told.
  public let epsilon: Double?

  /// A layer over the last axes, which have these sizes.
  public init(
    _ shape: Shape, epsilon: Double? = nil, affine: Bool = true, _ element: ElementType = .float32
  ) {
    weight = affine ? Parameter(.ones(shape, element)) : nil
    self.shape = shape
    self.epsilon = epsilon
  }

  /// The outputs for a batch of inputs.
  public func forward(_ x: Tensor) -> Tensor {
    rmsNorm(x, axes: lastAxes(shape), weight: weight?.value, epsilon: epsilon)
  }
}

/// Each of some groups of the channels of [N, C, …] normalised. Named like PyTorch's: `weight`, `bias`.
public struct GroupNorm: Module {
  /// What the normalised values are multiplied by, one number a channel.
  public let weight: Parameter?
  /// What is added to them, one number a channel.
  public let bias: Parameter?
  /// How many groups.
  public let groups: Int
  /// What is added to the variance.
  public let epsilon: Double

  /// A layer for so many groups of so many channels in all.
  public init(
    _ groups: Int, _ channels: Int, epsilon: Double = 1e-5, affine: Bool = true,
    _ element: ElementType = .float32
  ) {
    weight = affine ? Parameter(.ones([channels], element)) : nil
    bias = affine ? Parameter(.zeros([channels], element)) : nil
    self.groups = groups
    self.epsilon = epsilon
  }

  /// The outputs for a batch of inputs.
  public func forward(_ x: Tensor) -> Tensor {
    groupNorm(
      x, groups: groups, weight: weight?.value, bias: bias?.value, epsilon: epsilon)
  }
}

/// Each channel of each example of [N, C, …] normalised over its own places; without parameters unless asked, as
/// in PyTorch.
public struct InstanceNorm: Module {
  /// What the normalised values are multiplied by, one number a channel.
  public let weight: Parameter?
  /// What is added to them, one number a channel.
  public let bias: Parameter?
  /// What is added to the variance.
  public let epsilon: Double

  /// A layer for so many channels.
  public init(
    _ channels: Int, epsilon: Double = 1e-5, affine: Bool = false,
    _ element: ElementType = .float32
  ) {
    weight = affine ? Parameter(.ones([channels], element)) : nil
    bias = affine ? Parameter(.zeros([channels], element)) : nil
    self.epsilon = epsilon
  }

  /// The outputs for a batch of inputs.
  public func forward(_ x: Tensor) -> Tensor {
    instanceNorm(x, weight: weight?.value, bias: bias?.value, epsilon: epsilon)
  }
}

#if !hasFeature(Embedded)
  extension BatchNorm: NamedParts {
    /// PyTorch's names.
    public var parts: [(name: String, part: Any?)] {
      [
        ("weight", weight), ("bias", bias), ("running_mean", runningMean),
        ("running_var", runningVariance), ("num_batches_tracked", batchesTracked),
      ]
    }
  }
#endif
