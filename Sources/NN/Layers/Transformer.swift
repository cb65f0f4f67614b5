import AdjointGraph
import AdjointRuntime

/// Attention and a small network, each with a way around it, over sequences [N, T, E].
///
/// Named like PyTorch's: `self_attn`, `linear1`, `linear2`, `norm1`, `norm2`.
public struct TransformerEncoderLayer: Module {
  /// How places look at each other.
  public let selfAttention: MultiHeadAttention
  /// What each place passes next.
  public let linear1: Linear
  /// What it passes last.
  public let linear2: Linear
  /// The normalisation at attention.
  public let norm1: LayerNorm
  /// The normalisation at the network.
  public let norm2: LayerNorm
  /// What stands between the two linear layers.
  public let activation: Activation
  /// What is dropped in training steps.
  public let dropout: Dropout
  /// Whether normalisation comes before the two parts, or after the sums.
  public let isNormFirst: Bool

  /// A layer with new parameters.
  public init(
    _ width: Int, heads: Int, feedForward: Int = 2048, dropout: Double = 0.1,
    activation: Activation = .relu, normFirst: Bool = false, causal: Bool = false,
    epsilon: Double = 1e-5, _ element: ElementType = .float32
  ) {
    selfAttention = MultiHeadAttention(
      width, heads: heads, causal: causal, dropout: dropout, element)
    linear1 = Linear(width, feedForward, element)
    linear2 = Linear(feedForward, width, element)
    norm1 = LayerNorm(width, epsilon: epsilon, element)
    norm2 = LayerNorm(width, epsilon: epsilon, element)
    self.activation = activation
    self.dropout = Dropout(dropout)
    isNormFirst = normFirst
  }

  /// The outputs for a batch of inputs.
  public func forward(_ x: Tensor) -> Tensor { self(x, mask: nil) }

  /// The outputs where a mask says who is seen: see `MultiHeadAttention`.
  public func callAsFunction(_ x: Tensor, mask: Tensor?) -> Tensor {
    let middle = around(x, norm1, isNormFirst) { dropout(selfAttention($0, mask: mask)) }
    return around(middle, norm2, isNormFirst) {
      dropout(linear2(dropout(activation(linear1($0)))))
    }
  }
}

/// x + part(norm(x)), or norm(x + part(x)).
private func around(
  _ x: Tensor, _ norm: LayerNorm, _ isNormFirst: Bool, _ part: (Tensor) -> Tensor
) -> Tensor {
  isNormFirst ? x + part(norm(x)) : norm(x + part(x))
}

/// Attention to what came before, attention to another sequence, and a small network, each with a way around it.
///
/// Named like PyTorch's: `self_attn`, `multihead_attn`, `linear1`, `linear2`, `norm1`, `norm2`, `norm3`.
public struct TransformerDecoderLayer: Module {
  /// How places look at each other.
  public let selfAttention: MultiHeadAttention
  /// How they look at the other sequence.
  public let crossAttention: MultiHeadAttention
  /// What each place passes next.
  public let linear1: Linear
  /// What it passes last.
  public let linear2: Linear
  /// The normalisation at attention.
  public let norm1: LayerNorm
  /// The normalisation at attention to the other sequence.
  public let norm2: LayerNorm
  /// The normalisation at the network.
  public let norm3: LayerNorm
  /// What stands between the two linear layers.
  public let activation: Activation
  /// What is dropped in training steps.
  public let dropout: Dropout
  /// Whether normalisation comes before the parts, or after the sums.
  public let isNormFirst: Bool

  /// A layer with new parameters. Unless `causal` is false, places see what is not after them.
  public init(
    _ width: Int, heads: Int, feedForward: Int = 2048, dropout: Double = 0.1,
    activation: Activation = .relu, normFirst: Bool = false, causal: Bool = true,
    epsilon: Double = 1e-5, _ element: ElementType = .float32
  ) {
    selfAttention = MultiHeadAttention(
      width, heads: heads, causal: causal, dropout: dropout, element)
    crossAttention = MultiHeadAttention(width, heads: heads, dropout: dropout, element)
    linear1 = Linear(width, feedForward, element)
    linear2 = Linear(feedForward, width, element)
    norm1 = LayerNorm(width, epsilon: epsilon, element)
    norm2 = LayerNorm(width, epsilon: epsilon, element)
    norm3 = LayerNorm(width, epsilon: epsilon, element)
    self.activation = activation
    self.dropout = Dropout(dropout)
    isNormFirst = normFirst
  }

  /// The outputs for a sequence that is its own memory.
  public func forward(_ x: Tensor) -> Tensor { self(x, memory: x) }

  /// The outputs for a sequence [N, T, E] beside another one [N, S, E].
  public func callAsFunction(
    _ x: Tensor, memory: Tensor, mask: Tensor? = nil, memoryMask: Tensor? = nil
  ) -> Tensor {
    let seen = around(x, norm1, isNormFirst) { dropout(selfAttention($0, mask: mask)) }
    let told = around(seen, norm2, isNormFirst) {
      dropout(crossAttention($0, memory, memory, mask: memoryMask))
    }
    return around(told, norm3, isNormFirst) {
      dropout(linear2(dropout(activation(linear1($0)))))
    }
  }
}

#if !hasFeature(Embedded)
  extension TransformerEncoderLayer: NamedParts {
    /// PyTorch's names.
    public var parts: [(name: String, part: Any?)] {
      [
        ("self_attn", selfAttention), ("linear1", linear1), ("linear2", linear2),
        ("norm1", norm1), ("norm2", norm2),
      ]
    }
  }

  extension TransformerDecoderLayer: NamedParts {
    /// PyTorch's names.
    public var parts: [(name: String, part: Any?)] {
      [
        ("self_attn", selfAttention), ("multihead_attn", crossAttention), ("linear1", linear1),
        ("linear2", linear2), ("norm1", norm1), ("norm2", norm2), ("norm3", norm3),
      ]
    }
  }
#endif
