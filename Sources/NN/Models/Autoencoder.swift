import AdjointGraph
import AdjointRuntime

/// A network that is to give back what it gets, through a narrow middle.
public struct Autoencoder: Module {
  /// From inputs to the code.
  public let encoder: MLP
  /// From the code back.
  public let decoder: MLP

  /// Linear layers of these sizes down to the code, and back in the opposite order.
  public init(
    _ sizes: [Int], activation: @escaping @Sendable (Tensor) -> Tensor = { relu($0) },
    _ element: ElementType = .float32
  ) {
    encoder = MLP(sizes, activation: activation, element)
    decoder = MLP(sizes.reversed(), activation: activation, element)
  }

  /// What is left of the inputs after the narrow middle.
  public func forward(_ x: Tensor) -> Tensor { decoder(encoder(x)) }
}

/// An autoencoder whose code is a distribution (Kingma and Welling 2014).
public struct VariationalAutoencoder: Module {
  /// From inputs to what mean and variance are made of.
  public let encoder: MLP
  /// The mean of the code.
  public let mean: Linear
  /// The logarithm of its variance.
  public let logVariance: Linear
  /// From the code back.
  public let decoder: MLP
  private let activation: @Sendable (Tensor) -> Tensor

  /// Linear layers of these sizes, then a code of so many numbers.
  public init(
    _ sizes: [Int], code: Int,
    activation: @escaping @Sendable (Tensor) -> Tensor = { relu($0) },
    _ element: ElementType = .float32
  ) {
    let last = sizes.last ?? code
    encoder = MLP(sizes, activation: activation, element)
    mean = Linear(last, code, element)
    logVariance = Linear(last, code, element)
    decoder = MLP([code] + sizes.reversed(), activation: activation, element)
    self.activation = activation
  }

  /// Mean and logarithm of the variance of the code.
  public func encode(_ x: Tensor) -> (mean: Tensor, logVariance: Tensor) {
    let hidden = activation(encoder(x))
    return (mean(hidden), logVariance(hidden))
  }

  /// A code drawn from the distribution in training steps, its mean elsewhere.
  public func code(_ mean: Tensor, _ logVariance: Tensor) -> Tensor {
    guard let key = StepScope.nextKey() else { return mean }
    return mean + exp(logVariance * 0.5) * .normal(mean.shape, key: key, mean.element)
  }

  /// What comes back of the inputs.
  public func forward(_ x: Tensor) -> Tensor {
    let (mean, logVariance) = encode(x)
    return decoder(code(mean, logVariance))
  }

  /// The squared error of what comes back, plus `weight` times how far the code's distribution is from the standard
  /// normal one; sums over an example's numbers, the mean over examples.
  public func loss(_ x: Tensor, weight: Double = 1) -> Tensor {
    let (mean, logVariance) = encode(x)
    let error = decoder(code(mean, logVariance)) - x
    let divergence =
      (exp(logVariance) + mean * mean - 1 - logVariance).sum() * (0.5 * weight)
    return ((error * error).sum() + divergence) / Double(max(x.rank > 0 ? x.shape[0] : 1, 1))
  }
}
