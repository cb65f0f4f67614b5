import AdjointGraph
import AdjointNN
import AdjointOptim
import AdjointRuntime

/// The networks that are timed and compared, through the public layers and optimizers.
public enum Workload: String, CaseIterable, Sendable {
  case tiny
  case mlp
  case mlpWide = "mlp-wide"
  case lenet
  #if !hasFeature(Embedded)
    case resnet20
    case gpt
  #endif
  /// No training: the product of two matrices of 1024×1024, the measure of the engine's arithmetic.
  case product

  /// Eight different batches in rotation, data already in memory.
  public static let batchCount = 8

  /// A network made anew with its optimizer and data: call the result with a step's number to take it.
  /// It returns the loss, evaluated. `replaying`, steps are traced at first only.
  public func prepare(seed: Int = 0, replaying: Bool = false) -> (Int) -> Tensor {
    Initialization.seed(seed)
    let way = Way(isReplay: replaying)
    switch self {
    case .tiny:
      let batches = Workload.make {
        (.normal([10, 2], key: $0), .normal([10, 1], key: $0.split(1)))
      }
      let net = MLP([2, 4, 2, 1], activation: { tanh($0) })
      let optimizer = SGD(net.allParameters, learningRate: 0.03)
      return way.training(optimizer, batches) { meanSquaredError(net($0), $1) }
    case .mlp: return way.classifier(MLP([784, 128, 10]), [64, 784])
    case .mlpWide: return way.classifier(MLP([784, 1024, 1024, 10]), [256, 784])
    case .lenet:
      let net = LeNet()
      let optimizer = SGD(net.allParameters, learningRate: 0.01, momentum: 0.9)
      return way.training(optimizer, Workload.pictures([64, 1, 28, 28])) {
        crossEntropy(net($0), $1)
      }
    #if !hasFeature(Embedded)
      case .resnet20:
        let net = ResNet.small(20)
        let optimizer = SGD(net, learningRate: 0.1, momentum: 0.9, weightDecay: 1e-4)
        return way.training(optimizer, Workload.pictures([64, 3, 32, 32])) {
          crossEntropy(net($0), $1)
        }
      case .gpt: return way.language()
    #endif
    case .product: return way.products(of: 1024)
    }
  }

  /// Batches of inputs and of one of ten classes for each.
  fileprivate static func pictures(_ shape: Shape) -> [(Tensor, Tensor)] {
    make { (.normal(shape, key: $0), classes(10, [shape[0]], $0.split(1))) }
  }

  fileprivate static func make(_ batch: (RandomKey) -> (Tensor, Tensor)) -> [(Tensor, Tensor)] {
    (0..<batchCount).map { batch(RandomKey(1).split($0)) }
  }

  fileprivate static func classes(_ classes: Int, _ shape: Shape, _ key: RandomKey) -> Tensor {
    Tensor((0..<shape.count).map { Int64(key.bits(at: $0) % UInt64(classes)) }, shape: shape)
  }
}

/// Whether steps are traced anew or replayed.
private struct Way {
  let isReplay: Bool

  func training(
    _ optimizer: Optimizer, _ batches: [(Tensor, Tensor)],
    _ loss: @escaping (Tensor, Tensor) -> Tensor
  ) -> (Int) -> Tensor {
    let step = optimizer.compiled(loss)
    return { [isReplay] index in
      let (x, y) = batches[index % Workload.batchCount]
      return isReplay ? step(x, y) : optimizer.step { loss(x, y) }
    }
  }

  #if !hasFeature(Embedded)
    func language() -> (Int) -> Tensor {
      let (vocabulary, context) = (65, 128)
      let batches = Workload.make {
        (
          Workload.classes(vocabulary, [16, context], $0),
          Workload.classes(vocabulary, [16 * context], $0.split(1))
        )
      }
      let net = GPT(
        vocabulary: vocabulary, context: context, width: 128, depth: 4, heads: 4, tiedHead: false,
        headBias: true)
      let optimizer = Adam(net, learningRate: 1e-3, weightDecay: 0.01)
      return training(optimizer, batches) {
        crossEntropy(net($0).reshaped([16 * context, vocabulary]), $1)
      }
    }
  #endif

  func products(of size: Int) -> (Int) -> Tensor {
    let matrices = (0..<2).map { Tensor.normal([size, size], key: RandomKey(3).split($0)) }
    let product = compiled { matmul($0, $1) }
    return { [isReplay] _ in
      isReplay
        ? product(matrices[0], matrices[1]) : matmul(matrices[0], matrices[1]).evaluated()
    }
  }

  func classifier(_ net: MLP, _ shape: Shape) -> (Int) -> Tensor {
    let optimizer = Adam(net.allParameters, learningRate: 1e-3)
    return training(optimizer, Workload.pictures(shape)) { crossEntropy(net($0), $1) }
  }
}
