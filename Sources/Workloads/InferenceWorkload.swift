#if !hasFeature(Embedded)
  import AdjointGraph
  import AdjointNN
  import AdjointRuntime

  /// The networks whose forward pass alone is timed and compared: one example at a time, replayed.
  public enum InferenceWorkload: String, CaseIterable, Sendable {
    /// ResNet-50 on an image of 224×224.
    case resnet50
    /// Six encoder layers of width 384 with six heads on a sequence of 128 places.
    case encoder

    /// A network with new parameters.
    public func makeNetwork(seed: Int = 0) -> any Module {
      Initialization.seed(seed)
      switch self {
      case .resnet50:
        return ResNet(
          blocks: [3, 4, 6, 3], width: 64, bottleneck: true, small: false, classes: 1000,
          channels: 3)
      case .encoder: return Encoder()
      }
    }

    /// The shape of what it takes.
    public var inputShape: Shape {
      switch self {
      case .resnet50: [1, 3, 224, 224]
      case .encoder: [1, 128, Encoder.width]
      }
    }

    /// The network made anew: call the result with a pass's number to take it. It returns the outputs, evaluated.
    public func prepare() -> (Int) -> Tensor {
      let (network, shape) = (makeNetwork(), inputShape)
      let batches = Batches { (.normal(shape, key: $0), .zeros([1])) }
      let pass = compiled { network($0) }
      return { pass(batches[$0].0) }
    }
  }

  /// Encoder layers one after the other, with the names of PyTorch's `TransformerEncoder`.
  private struct Encoder: Module {
    static let width = 384
    let layers = (0..<6).map { _ in
      TransformerEncoderLayer(
        Encoder.width, heads: 6, feedForward: 4 * Encoder.width, dropout: 0, activation: .gelu)
    }

    func forward(_ x: Tensor) -> Tensor { layers.reduce(x) { $1($0) } }
  }
#endif
