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
  /// No training: ten pointwise operations on a million numbers, the measure of fusion.
  case chain

  /// Whether a step has a loss.
  public var trains: Bool { self != .product && self != .chain }

  /// Eight different batches in rotation, data already in memory.
  public static let batchCount = 8

  /// A network made anew with its optimizer and data: call the result with a step's number to take it.
  /// It returns the loss, evaluated.
  public func prepare(
    seed: Int = 0, as variant: WorkloadVariant = WorkloadVariant()
  ) -> (Int) -> Tensor {
    Initialization.seed(seed)
    switch self {
    case .tiny:
      let batches = Batches {
        (variant.of(.normal([10, 2], key: $0)), variant.of(.normal([10, 1], key: $0.split(1))))
      }
      let net = MLP([2, 4, 2, 1], activation: { tanh($0) })
      variant.convert(net.allParameters)
      let optimizer = SGD(net.allParameters, learningRate: variant.rate(0.03))
      return variant.training(optimizer, batches) { meanSquaredError(net($0), $1) }
    case .mlp: return Workload.classifier(MLP([784, 128, 10]), [64, 784], variant)
    case .mlpWide: return Workload.classifier(MLP([784, 1024, 1024, 10]), [256, 784], variant)
    case .lenet:
      let net = LeNet()
      variant.convert(net.allParameters)
      let optimizer = SGD(net.allParameters, learningRate: variant.rate(0.01), momentum: 0.9)
      return variant.training(optimizer, Workload.pictures([64, 1, 28, 28], variant)) {
        crossEntropy(net($0), $1)
      }
    #if !hasFeature(Embedded)
      case .resnet20:
        let net = ResNet.small(20)
        variant.convert(net.cells)
        let optimizer = SGD(
          net, learningRate: variant.rate(0.1), momentum: 0.9, weightDecay: 1e-4)
        return variant.training(optimizer, Workload.pictures([64, 3, 32, 32], variant)) {
          crossEntropy(net($0), $1)
        }
      case .gpt: return Workload.language(variant)
    #endif
    case .product: return Workload.products(of: 1024, variant)
    case .chain: return Workload.chains(of: 1 << 20, variant)
    }
  }

  #if !hasFeature(Embedded)
    private static func language(_ variant: WorkloadVariant) -> (Int) -> Tensor {
      let (vocabulary, context) = (65, 128)
      let batches = Batches {
        (
          classes(vocabulary, [16, context], $0),
          classes(vocabulary, [16 * context], $0.split(1))
        )
      }
      let net = GPT(
        vocabulary: vocabulary, context: context, width: 128, depth: 4, heads: 4, tiedHead: false,
        headBias: true, activation: .geluTanh)
      variant.convert(net.cells)
      let optimizer = Adam(net, learningRate: variant.rate(1e-3), weightDecay: 0.01)
      return variant.training(optimizer, batches) {
        crossEntropy(net($0).reshaped([16 * context, vocabulary]), $1)
      }
    }
  #endif

  private static func products(of size: Int, _ variant: WorkloadVariant) -> (Int) -> Tensor {
    let matrices = (0..<2).map {
      variant.of(.normal([size, size], key: RandomKey(3).split($0)))
    }
    let precision = variant.precision
    let product = { (a: Tensor, b: Tensor) in withPrecision(precision) { matmul(a, b) } }
    let replayed = compiled(product)
    return { _ in
      variant.isReplay
        ? replayed(matrices[0], matrices[1]) : product(matrices[0], matrices[1]).evaluated()
    }
  }

  /// What `Benchmarks/peers/chain.c` computes in one loop written by hand.
  private static func chains(of count: Int, _ variant: WorkloadVariant) -> (Int) -> Tensor {
    let numbers = (0..<batchCount).map { variant.of(.normal([count], key: RandomKey($0))) }
    let chain = { (x: Tensor) in
      let line = x * 1.5 + 0.25
      let bent = maximum(line * x - 0.5, x)
      return bent / sqrt(bent * bent + 1) - line
    }
    let replayed = compiled(chain)
    return { step in
      let x = numbers[step % batchCount]
      return variant.isReplay ? replayed(x) : chain(x).evaluated()
    }
  }

  private static func classifier(
    _ net: MLP, _ shape: Shape, _ variant: WorkloadVariant
  ) -> (Int) -> Tensor {
    variant.convert(net.allParameters)
    let optimizer = Adam(net.allParameters, learningRate: variant.rate(1e-3))
    return variant.training(optimizer, pictures(shape, variant)) { crossEntropy(net($0), $1) }
  }

  /// Batches of inputs and of one of ten classes for each.
  private static func pictures(_ shape: Shape, _ variant: WorkloadVariant) -> Batches {
    Batches { (variant.of(.normal(shape, key: $0)), classes(10, [shape[0]], $0.split(1))) }
  }

  private static func classes(_ classes: Int, _ shape: Shape, _ key: RandomKey) -> Tensor {
    Tensor((0..<shape.count).map { Int64(key.bits(at: $0) % UInt64(classes)) }, shape: shape)
  }
}
