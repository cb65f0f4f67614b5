import AdjointGraph
import AdjointRuntime

/// A single unit: a weighted sum of the inputs plus a bias, and a function of it.
public struct Unit: Module {
  /// Weights [1, in] and bias [1].
  public let linear: Linear
  /// What the sum passes.
  public let activation: Activation

  /// A unit with new parameters.
  public init(
    _ inputs: Int, activation: Activation = .sigmoid, _ element: ElementType = .float32
  ) {
    linear = Linear(inputs, 1, element)
    self.activation = activation
  }

  /// The outputs for a batch of inputs.
  public func forward(_ x: Tensor) -> Tensor { activation(linear(x)) }
}
