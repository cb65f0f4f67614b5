#if !hasFeature(Embedded)
  import AdjointGraph
  import AdjointRuntime

  /// Down by pooling and up by transposed convolutions, with ways across at every size (Ronneberger and others
  /// 2015), for images [N, C, H, W] whose sizes are multiples of 2 to the number of levels.
  public struct UNet: Module {
    /// Two convolutions at each size on the way down, the narrowest one last.
    public let down: [Sequential]
    /// What doubles the size.
    public let up: [ConvTranspose2d]
    /// Two convolutions at each size on the way up.
    public let merge: [Sequential]
    /// What makes classes of channels.
    public let head: Conv2d

    /// A network with `width` channels at full size, twice as many at each of the `levels` below it.
    public init(
      _ channels: Int, _ classes: Int, width: Int = 64, levels: Int = 4,
      _ element: ElementType = .float32
    ) {
      let widths = (0...max(levels, 0)).map { width << $0 }
      down = zip([channels] + widths, widths).map { UNet.twice($0, $1, element) }
      up = zip(widths.dropFirst(), widths).reversed().map {
        ConvTranspose2d($0, $1, kernel: 2, stride: 2, element)
      }
      merge = zip(widths.dropFirst(), widths).reversed().map { UNet.twice($0, $1, element) }
      head = Conv2d(width, classes, kernel: 1, element)
    }

    private static func twice(
      _ inputs: Int, _ outputs: Int, _ element: ElementType
    ) -> Sequential {
      Sequential(
        Conv2d(inputs, outputs, kernel: 3, padding: 1, bias: false, element),
        BatchNorm(outputs, element), Activation.relu,
        Conv2d(outputs, outputs, kernel: 3, padding: 1, bias: false, element),
        BatchNorm(outputs, element), Activation.relu)
    }

    /// The outputs for a batch of images, of their size.
    public func forward(_ x: Tensor) -> Tensor {
      var across: [Tensor] = []
      var x = x
      for (level, layers) in down.enumerated() {
        if level > 0 { x = x.maxPool2d(2) }
        x = layers(x)
        across.append(x)
      }
      across.removeLast()
      for (layer, layers) in zip(up, merge) {
        x = layers(concatenated([across.removeLast(), layer(x)], axis: 1))
      }
      return head(x)
    }
  }
#endif
