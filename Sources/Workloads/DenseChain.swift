import AdjointGraph
import AdjointNN
import AdjointOptim
import AdjointRuntime

/// Dense layers of one width with tanh between them, mean squared error, SGD: what is timed as a size of it grows.
public struct DenseChain: Sendable {
  /// How many layers.
  public var depth: Int
  /// How many numbers go in and come out of each layer.
  public var width: Int
  /// How many examples a step sees.
  public var batch: Int

  /// A chain of these sizes.
  public init(depth: Int, width: Int, batch: Int) {
    (self.depth, self.width, self.batch) = (depth, width, batch)
  }

  /// The network made anew with its optimizer and data: call the result with a step's number to take it.
  public func prepare(as variant: WorkloadVariant = WorkloadVariant()) -> (Int) -> Tensor {
    let (net, batches) = parts
    let optimizer = SGD(net.allParameters, learningRate: variant.rate(DenseChain.rate))
    return variant.training(optimizer, batches) { meanSquaredError(net($0), $1) }
  }

  /// The same step with naive differentiation: the chain rule from end to end for every layer alone, with nothing kept
  /// for the next, so that the cost grows with the square of the depth.
  public func prepareNaive() -> (Int) -> Tensor {
    let (net, batches) = parts
    return { index in
      let (x, y) = batches[index]
      var changed: [(Parameter, Tensor)] = []
      for layer in net.layers {
        let own = layer.allParameters
        let slopes = gradient(of: meanSquaredError(net(x), y), withRespectTo: own)
        let new = zip(own, slopes).map { $0.value - $1 * Tensor(DenseChain.rate, .float32) }
        // A plan a layer. What goes wrong shows in the values.
        try? Engine.evaluate(new)
        changed += zip(own, new)
      }
      for (parameter, new) in changed { parameter.value = new }
      return meanSquaredError(net(x), y).evaluated()
    }
  }

  private static let rate = 0.01

  private var parts: (MLP, Batches) {
    Initialization.seed(0)
    let shape = [batch, width] as Shape
    return (
      MLP(Array(repeating: width, count: depth + 1), activation: { tanh($0) }),
      Batches { (.normal(shape, key: $0), .normal(shape, key: $0.split(1))) }
    )
  }
}
