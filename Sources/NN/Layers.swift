import AdjointGraph
import AdjointRuntime

/// Which random numbers new layers get: each layer takes the next key.
public enum Initialization {
  private nonisolated(unsafe) static var key = RandomKey(0)
  private nonisolated(unsafe) static var layers = 0

  /// Starts again from a seed: the same layers made after it get the same numbers.
  public static func seed(_ seed: Int) {
    GraphLock.withLock {
      key = RandomKey(seed)
      layers = 0
    }
  }

  package static func nextKey() -> RandomKey {
    GraphLock.withLock {
      layers += 1
      return key.split(layers)
    }
  }

  /// Uniform over ±1/√fanIn: PyTorch's default for linear and convolution layers.
  package static func byFanIn(
    _ shape: Shape, _ fanIn: Int, _ key: RandomKey, _ element: ElementType
  ) -> Tensor {
    let bound = 1 / Double(max(fanIn, 1)).squareRoot()
    return .uniform(shape, -bound, bound, key: key, element)
  }
}

/// y = x Wᵀ + b.
///
/// Named like PyTorch's: `weight` [out, in] and `bias` [out], uniform over ±1/√in.
public struct Linear: Module {
  /// What the inputs are multiplied by.
  public let weight: Parameter
  /// What is added to each output, if anything.
  public let bias: Parameter?

  /// A layer with new parameters.
  public init(
    _ inputs: Int, _ outputs: Int, bias: Bool = true, _ element: ElementType = .float32
  ) {
    let key = Initialization.nextKey()
    weight = Parameter(
      Initialization.byFanIn([outputs, inputs], inputs, key.split(0), element))
    self.bias =
      bias
      ? Parameter(Initialization.byFanIn([outputs], inputs, key.split(1), element)) : nil
  }

  /// What reflection finds, for where there is none.
  package var allParameters: [Parameter] { [weight] + (bias.map { [$0] } ?? []) }

  /// The outputs for a batch of inputs.
  public func forward(_ x: Tensor) -> Tensor {
    Functional.linear(x, weight.value, bias?.value)
  }
}
