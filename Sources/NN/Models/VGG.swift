#if !hasFeature(Embedded)
  import AdjointGraph
  import AdjointRuntime

  /// Stacks of 3×3 convolutions with pooling between them (Simonyan and Zisserman 2015), with torchvision's names:
  /// `features.0`, `classifier.0`.
  public struct VGG: Module {
    /// Convolutions and pooling.
    public let features: Sequential
    /// 7×7 averages.
    public let pooling: AdaptiveAvgPool2d
    /// Three linear layers.
    public let classifier: Sequential

    /// The form with 11, 13, 16 or 19 layers; nil for another depth.
    public init?(
      _ depth: Int, batchNorm: Bool = false, classes: Int = 1000, channels: Int = 3,
      dropout: Double = 0.5, _ element: ElementType = .float32
    ) {
      let forms = [
        11: [1, 1, 2, 2, 2], 13: [2, 2, 2, 2, 2], 16: [2, 2, 3, 3, 3], 19: [2, 2, 4, 4, 4],
      ]
      guard let counts = forms[depth] else { return nil }
      self.init(
        counts: counts, widths: [64, 128, 256, 512, 512], hidden: 4096, pooled: 7,
        batchNorm: batchNorm, classes: classes, channels: channels, dropout: dropout, element)
    }

    /// A form of one's own: how many convolutions, and of how many channels, between two poolings; how many places
    /// of an axis and how many hidden numbers the linear layers get.
    public init(
      counts: [Int], widths: [Int], hidden: Int, pooled: Int, batchNorm: Bool = false,
      classes: Int, channels: Int = 3, dropout: Double = 0.5, _ element: ElementType = .float32
    ) {
      var layers: [any Module] = []
      var inputs = channels
      for (count, width) in zip(counts, widths) {
        for _ in 0..<count {
          let convolution = Conv2d(inputs, width, kernel: 3, padding: 1, element)
          convolution.weight.initialize(.heNormal(byFanOut: true))
          convolution.bias?.initialize(.zeros)
          layers.append(convolution)
          if batchNorm { layers.append(BatchNorm(width, element)) }
          layers.append(Activation.relu)
          inputs = width
        }
        layers.append(MaxPool2d(2))
      }
      features = Sequential(layers)
      pooling = AdaptiveAvgPool2d(pooled)
      classifier = Sequential(
        Linear(inputs * pooled * pooled, hidden, element), Activation.relu, Dropout(dropout),
        Linear(hidden, hidden, element), Activation.relu, Dropout(dropout),
        Linear(hidden, classes, element))
    }

    /// The outputs for a batch of images.
    public func forward(_ x: Tensor) -> Tensor {
      classifier(pooling(features(x)).flattened(from: 1))
    }
  }
#endif
