#if !hasFeature(Embedded)
  import AdjointGraph
  import AdjointRuntime

  /// Two or three convolutions with normalisation, and a way around them (He and others 2016).
  public struct ResidualBlock: Module {
    /// The first convolution: 3×3, or 1×1 in a bottleneck.
    public let conv1: Conv2d
    /// Its normalisation.
    public let bn1: BatchNorm
    /// The second convolution, 3×3.
    public let conv2: Conv2d
    /// Its normalisation.
    public let bn2: BatchNorm
    /// The third convolution of a bottleneck, 1×1.
    public let conv3: Conv2d?
    /// Its normalisation.
    public let bn3: BatchNorm?
    /// What the inputs pass where sizes change.
    public let downsample: Sequential?

    /// A block from so many channels to `width`, or to four times as many as a bottleneck.
    public init(
      _ inputs: Int, _ width: Int, stride: Int = 1, bottleneck: Bool = false,
      _ element: ElementType = .float32
    ) {
      let outputs = bottleneck ? 4 * width : width
      conv1 = .plain(inputs, width, bottleneck ? 1 : 3, stride: bottleneck ? 1 : stride, element)
      bn1 = BatchNorm(width, element)
      conv2 = .plain(width, width, 3, stride: bottleneck ? stride : 1, element)
      bn2 = BatchNorm(width, element)
      conv3 = bottleneck ? .plain(width, outputs, 1, element) : nil
      bn3 = bottleneck ? BatchNorm(outputs, element) : nil
      let isChanged = stride != 1 || inputs != outputs
      downsample =
        isChanged
        ? Sequential(
          Conv2d.plain(inputs, outputs, 1, stride: stride, element), BatchNorm(outputs, element))
        : nil
    }

    /// The outputs for a batch of inputs.
    public func forward(_ x: Tensor) -> Tensor {
      var y = bn2(conv2(relu(bn1(conv1(x)))))
      if let conv3, let bn3 { y = bn3(conv3(relu(y))) }
      return relu(y + (downsample?.forward(x) ?? x))
    }
  }

  extension Conv2d {
    /// An odd kernel that keeps sizes but for the stride, without a bias, as He and others start it.
    fileprivate static func plain(
      _ inputs: Int, _ outputs: Int, _ kernel: Int, stride: Int = 1, _ element: ElementType
    ) -> Conv2d {
      let layer = Conv2d(
        inputs, outputs, kernel: kernel, stride: stride, padding: kernel / 2, bias: false, element)
      layer.weight.initialize(.heNormal(byFanOut: true))
      return layer
    }
  }

  /// Residual networks with torchvision's names: `conv1`, `bn1`, `layer1.0.conv1`, `layer2.0.downsample.0`, `fc`.
  public struct ResNet: Module {
    /// The first convolution.
    public let conv1: Conv2d
    /// Its normalisation.
    public let bn1: BatchNorm
    /// The first blocks.
    public let layer1: [ResidualBlock]
    /// Blocks of half the size and twice the channels.
    public let layer2: [ResidualBlock]
    /// The same once more.
    public let layer3: [ResidualBlock]
    /// The same once more; none in the small forms.
    public let layer4: [ResidualBlock]
    /// What makes classes of channels.
    public let fc: Linear
    private let isSmall: Bool

    /// A network of so many blocks a stage. `small` is the form for images of some 32 pixels: a first convolution
    /// of 3×3 and no pooling.
    public init(
      blocks: [Int], width: Int, bottleneck: Bool = false, small: Bool, classes: Int,
      channels: Int, _ element: ElementType = .float32
    ) {
      isSmall = small
      conv1 =
        small
        ? .plain(channels, width, 3, element) : .plain(channels, width, 7, stride: 2, element)
      bn1 = BatchNorm(width, element)
      var inputs = width
      let stages = (0..<4).map { stage in
        (0..<(stage < blocks.count ? blocks[stage] : 0)).map { index in
          let block = ResidualBlock(
            inputs, width << stage, stride: stage > 0 && index == 0 ? 2 : 1,
            bottleneck: bottleneck, element)
          inputs = (width << stage) * (bottleneck ? 4 : 1)
          return block
        }
      }
      (layer1, layer2, layer3, layer4) = (stages[0], stages[1], stages[2], stages[3])
      fc = Linear(inputs, classes, element)
    }

    /// The form for images of some 32 pixels with `depth` layers: 20, 32, 44, 56, 110 or another 6 n + 2. Where
    /// sizes change, a 1×1 convolution is the way around.
    public static func small(
      _ depth: Int, width: Int = 16, classes: Int = 10, channels: Int = 3,
      _ element: ElementType = .float32
    ) -> ResNet {
      ResNet(
        blocks: Array(repeating: max((depth - 2) / 6, 1), count: 3), width: width, small: true,
        classes: classes, channels: channels, element)
    }

    /// The form for images of some 224 pixels with 18, 34, 50, 101 or 152 layers; nil for another depth.
    public static func large(
      _ depth: Int, classes: Int = 1000, channels: Int = 3, _ element: ElementType = .float32
    ) -> ResNet? {
      let forms = [
        18: [2, 2, 2, 2], 34: [3, 4, 6, 3], 50: [3, 4, 6, 3], 101: [3, 4, 23, 3],
        152: [3, 8, 36, 3],
      ]
      return forms[depth].map {
        ResNet(
          blocks: $0, width: 64, bottleneck: depth >= 50, small: false, classes: classes,
          channels: channels, element)
      }
    }

    /// The outputs for a batch of images.
    public func forward(_ x: Tensor) -> Tensor {
      var x = relu(bn1(conv1(x)))
      if !isSmall { x = x.maxPool2d(3, stride: 2, padding: 1) }
      for stage in [layer1, layer2, layer3, layer4] { x = stage.reduce(x) { $1.forward($0) } }
      return fc(x.mean([2, 3]))
    }
  }
#endif
