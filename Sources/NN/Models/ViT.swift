#if !hasFeature(Embedded)
  import AdjointGraph
  import AdjointRuntime

  /// A transformer over patches of images (Dosovitskiy and others 2021), with torchvision's names: `class_token`,
  /// `conv_proj`, `encoder.pos_embedding`, `encoder.layers.encoder_layer_0.ln_1`, `heads.head`.
  public struct ViT: Module {
    /// A row that stands before the patches and gathers what makes the class.
    public let classToken: Parameter
    /// What makes a row of each patch.
    public let patches: Conv2d
    /// What is added to each place.
    public let positions: Parameter
    /// The blocks in order.
    public let layers: [Block]
    /// The last normalisation.
    public let norm: LayerNorm
    /// What makes classes of the first row.
    public let head: Linear
    /// What is dropped in training steps.
    public let dropout: Dropout

    /// Attention and a small network, each after a normalisation and with a way around it.
    public struct Block: Module, NamedParts {
      let norm1: LayerNorm
      let attention: MultiHeadAttention
      let norm2: LayerNorm
      let network: Sequential
      let dropout: Dropout

      init(_ width: Int, _ heads: Int, _ hidden: Int, _ dropout: Double, _ element: ElementType) {
        norm1 = LayerNorm(width, epsilon: 1e-6, element)
        attention = MultiHeadAttention(width, heads: heads, dropout: dropout, element)
        norm2 = LayerNorm(width, epsilon: 1e-6, element)
        network = Sequential(
          Linear(width, hidden, element), Activation.gelu, Dropout(dropout),
          Linear(hidden, width, element), Dropout(dropout))
        self.dropout = Dropout(dropout)
        for layer in network.layers {
          guard let linear = layer as? Linear else { continue }
          linear.weight.initialize(.xavierUniform())
          linear.bias?.initialize(.normal(deviation: 1e-6))
        }
      }

      /// torchvision's names.
      public var parts: [(name: String, part: Any?)] {
        [("ln_1", norm1), ("self_attention", attention), ("ln_2", norm2), ("mlp", network)]
      }

      /// The outputs for a batch of sequences.
      public func forward(_ x: Tensor) -> Tensor {
        let middle = x + dropout(attention(norm1(x)))
        return middle + network(norm2(middle))
      }
    }

    /// A network for square images. The standard form is ViT-B/16.
    public init(
      imageSize: Int = 224, patch: Int = 16, width: Int = 768, depth: Int = 12, heads: Int = 12,
      hidden: Int = 3072, classes: Int = 1000, channels: Int = 3, dropout: Double = 0,
      _ element: ElementType = .float32
    ) {
      let count = imageSize / max(patch, 1)
      classToken = Parameter(.zeros([1, 1, width], element))
      patches = Conv2d(channels, width, kernel: patch, stride: patch, element)
      patches.weight.initialize(
        .truncatedNormal(
          deviation: (1 / Double(max(channels * patch * patch, 1))).squareRoot()))
      patches.bias?.initialize(.zeros)
      positions = Parameter(.zeros([1, count * count + 1, width], element))
      positions.initialize(.normal(deviation: 0.02))
      layers = (0..<depth).map { _ in Block(width, heads, hidden, dropout, element) }
      norm = LayerNorm(width, epsilon: 1e-6, element)
      head = Linear(width, classes, element)
      head.weight.initialize(.zeros)
      head.bias?.initialize(.zeros)
      self.dropout = Dropout(dropout)
    }

    /// The outputs for a batch of images.
    public func forward(_ x: Tensor) -> Tensor {
      let rows = patches(x).flattened(from: 2).transposed([0, 2, 1])
      let first = classToken.value.broadcast(to: [rows.shape[0], 1, rows.shape[2]])
      var y = dropout(concatenated([first, rows], axis: 1) + positions.value)
      for layer in layers { y = layer(y) }
      return head(norm(y.slice(axis: 1, start: 0, length: 1).squeezed(1)))
    }
  }

  extension ViT: NamedParts {
    /// torchvision's names.
    public var parts: [(name: String, part: Any?)] {
      [("class_token", classToken), ("conv_proj", patches), ("encoder.pos_embedding", positions)]
        + layers.enumerated().map { ("encoder.layers.encoder_layer_\($0.offset)", $0.element) }
        + [("encoder.ln", norm), ("heads.head", head)]
    }
  }
#endif
