import AdjointGraph
import AdjointRuntime

/// Linear layers with a non-linearity between them.
public struct MLP: Module {
  /// The linear layers in order.
  public let layers: [Linear]
  /// What stands between two layers.
  public let activation: @Sendable (Tensor) -> Tensor

  /// A network with new parameters.
  public init(
    _ sizes: [Int], activation: @escaping @Sendable (Tensor) -> Tensor = relu,
    _ element: ElementType = .float32
  ) {
    layers = zip(sizes, sizes.dropFirst()).map { Linear($0, $1, element) }
    self.activation = activation
  }

  /// What reflection finds, for where there is none.
  package var allParameters: [Parameter] { layers.flatMap { $0.allParameters } }

  /// The outputs for a batch of inputs.
  public func forward(_ x: Tensor) -> Tensor {
    guard !layers.isEmpty else {
      return fail(GraphError("MLP", "has no layers; give at least two sizes"))
    }
    var x = x
    for (index, layer) in layers.enumerated() {
      x = layer(x)
      if index < layers.count - 1 { x = activation(x) }
    }
    return x
  }
}

/// LeNet for 28×28 images of one channel: two convolutions with pooling, three linear layers.
public struct LeNet: Module {
  /// 1 → 6 channels, 5×5.
  public let conv1: Conv2d
  /// 6 → 16 channels, 5×5.
  public let conv2: Conv2d
  /// 400 → 120.
  public let fc1: Linear
  /// 120 → 84.
  public let fc2: Linear
  /// 84 → classes.
  public let fc3: Linear

  /// A network with new parameters.
  public init(classes: Int = 10, _ element: ElementType = .float32) {
    conv1 = Conv2d(1, 6, kernel: 5, padding: 2, element)
    conv2 = Conv2d(6, 16, kernel: 5, element)
    fc1 = Linear(400, 120, element)
    fc2 = Linear(120, 84, element)
    fc3 = Linear(84, classes, element)
  }

  /// What reflection finds, for where there is none.
  package var allParameters: [Parameter] {
    conv1.allParameters + conv2.allParameters + fc1.allParameters + fc2.allParameters
      + fc3.allParameters
  }

  /// The outputs for a batch of inputs.
  public func forward(_ x: Tensor) -> Tensor {
    var x = relu(conv1(x)).maxPool2d(2)
    x = relu(conv2(x)).maxPool2d(2).flattened(from: 1)
    return fc3(relu(fc2(relu(fc1(x)))))
  }
}
