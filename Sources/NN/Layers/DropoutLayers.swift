import AdjointGraph
import AdjointRuntime

/// In training steps each element becomes 0 with a probability, the others grow accordingly; elsewhere nothing
/// happens. The step's key and the layer's turn in it decide which: the same step drops the same elements again.
public struct Dropout: Module {
  /// How likely an element goes.
  public let probability: Double

  /// A layer without parameters.
  public init(_ probability: Double = 0.5) { self.probability = probability }

  /// The outputs for a batch of inputs.
  public func forward(_ x: Tensor) -> Tensor {
    guard probability != 0, let key = StepScope.nextKey() else { return x }
    return dropout(x, probability: probability, key: key)
  }
}

/// In training steps each channel of [N, C, …] becomes 0 with a probability, as a whole.
public struct ChannelDropout: Module {
  /// How likely a channel goes.
  public let probability: Double

  /// A layer without parameters.
  public init(_ probability: Double = 0.5) { self.probability = probability }

  /// The outputs for a batch of inputs.
  public func forward(_ x: Tensor) -> Tensor {
    guard probability != 0, let key = StepScope.nextKey() else { return x }
    return channelDropout(x, probability: probability, key: key)
  }
}

/// `ChannelDropout` over [N, C, L].
public typealias Dropout1d = ChannelDropout
/// `ChannelDropout` over images [N, C, H, W].
public typealias Dropout2d = ChannelDropout
/// `ChannelDropout` over images [N, C, D, H, W].
public typealias Dropout3d = ChannelDropout
