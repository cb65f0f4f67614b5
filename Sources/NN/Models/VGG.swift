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

    /// How many convolutions stand between two poolings.
    private static let forms = [
      11: [1, 1, 2, 2, 2], 13: [2, 2, 2, 2, 2], 16: [2, 2, 3, 3, 3], 19: [2, 2, 4, 4, 4],
    ]
    private static let widths = [64, 128, 256, 512, 512]

    /// The form with 11, 13, 16 or 19 layers; nil for another depth.
    public init?(
      _ depth: Int, batchNorm: Bool = false, classes: Int = 1000, channels: Int = 3,
      dropout: Double = 0.5, _ element: ElementType = .float32
    ) {
      guard let counts = VGG.forms[depth] else { return nil }
      self.init(
        counts: counts, widths: VGG.widths, hidden: 4096, pooled: 7, batchNorm: batchNorm,
        classes: classes, channels: channels, dropout: dropout, element)
    }

    /// The form for images of some 32 pixels with 11, 13, 16 or 19 layers: linear layers of 512 numbers, and no
    /// more poolings than `size` pixels allow. Nil for another depth, or where images have less than 2 pixels.
    public static func small(
      _ depth: Int, size: Int, batchNorm: Bool = true, classes: Int = 10, channels: Int = 3,
      dropout: Double = 0.5, _ element: ElementType = .float32
    ) -> VGG? {
      guard let counts = forms[depth], size >= 2 else { return nil }
      let poolings = (0..<5).prefix { size >> ($0 + 1) > 0 }.count
      return VGG(
        counts: counts, widths: widths, hidden: 512, pooled: 1, batchNorm: batchNorm,
        classes: classes, channels: channels, dropout: dropout, poolings: poolings, element)
    }

    /// A form of one's own: how many convolutions, and of how many channels, between two poolings; how many places
    /// of an axis and how many hidden numbers the linear layers get. Only the first `poolings` are made, all where
    /// it is left out.
    public init(
      counts: [Int], widths: [Int], hidden: Int, pooled: Int, batchNorm: Bool = false,
      classes: Int, channels: Int = 3, dropout: Double = 0.5, poolings: Int? = nil,
      _ element: ElementType = .float32
    ) {
      var layers: [any Module] = []
      var inputs = channels
      for (stage, (count, width)) in zip(counts, widths).enumerated() {
        for _ in 0..<count {
          let convolution = Conv2d(inputs, width, kernel: 3, padding: 1, element)
          convolution.weight.initialize(.heNormal(byFanOut: true))
          convolution.bias?.initialize(.zeros)
          layers.append(convolution)
          if batchNorm { layers.append(BatchNorm(width, element)) }
          layers.append(Activation.relu)
          inputs = width
        }
        if stage < poolings ?? counts.count { layers.append(MaxPool2d(2)) }
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
