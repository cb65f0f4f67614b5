import Adjoint

/// Data of one training: batches by number, and those that are only scored.
struct Material {
  let batch: (Int) -> (Tensor, Tensor)
  let unseen: [(Tensor, Tensor)]
}

func pictures(_ size: Int, seed: Int, flat: Bool) throws -> Material {
  let (images, labels) = try FashionMNIST.load()
  let (others, classes) = try FashionMNIST.load(test: true)
  func part(_ x: Tensor, _ y: Tensor, _ first: Int, _ count: Int) -> (Tensor, Tensor) {
    let rows = x.slice(start: first, length: count)
    let input = flat ? rows.reshaped([count, 784]) : rows
    return (input.evaluated(), y.slice(start: first, length: count).evaluated())
  }
  let places = images.shape[0] / size
  let order = RandomKey(seed)
  return Material(
    batch: { part(images, labels, Int(order.bits(at: $0) % UInt64(places)) * size, size) },
    unseen: (0..<20).map { part(others, classes, $0 * 500, 500) })
}

func characters(_ files: [String], context: Int, seed: Int) throws -> (Material, vocabulary: Int) {
  let text = try files.map { try TextData.text(in: $0) }.joined()
  let scalars = text.unicodeScalars.map { Int($0.value) }
  let known = Set(scalars).sorted()
  let number = Dictionary(uniqueKeysWithValues: zip(known, known.indices))
  let codes = scalars.map { number[$0] ?? 0 }
  let held = codes.count / 10
  func windows(_ starts: [Int]) -> (Tensor, Tensor) {
    func taken(_ shift: Int) -> [Int] {
      starts.flatMap { codes[($0 + shift)..<($0 + shift + context)] }
    }
    return (
      Tensor(taken(0), shape: [starts.count, context]),
      Tensor(taken(1), shape: [starts.count * context])
    )
  }
  let (learned, order) = (codes.count - held - context - 1, RandomKey(seed))
  let material = Material(
    batch: { step in
      windows((0..<16).map { Int(order.bits(at: 16 * step + $0) % UInt64(learned)) })
    },
    unseen: (0..<12).map { part in
      windows((0..<16).map { codes.count - held + (part * 16 + $0) * (held - context - 1) / 192 })
    })
  return (material, known.count)
}

/// The loss on unseen data of a network that has been trained so many steps, from weights that may have been moved by
/// less than a rounding to bfloat16.
func unseenLoss(
  _ name: String, seed: Int, steps: Int, _ precision: Precision, moved: Bool = false,
  text files: [String]
) throws -> Double {
  Initialization.seed(seed)
  let material: Material
  let network: any Module
  let optimizer: Optimizer
  let rate: Double
  switch name {
  case "mlp-wide":
    material = try pictures(256, seed: seed, flat: true)
    network = MLP([784, 1024, 1024, 10])
    (rate, optimizer) = (1e-3, Adam(network, learningRate: 1e-3))
  case "resnet20":
    material = try pictures(64, seed: seed, flat: false)
    network = ResNet.small(20, channels: 1)
    rate = 0.1
    optimizer = SGD(network, learningRate: rate, momentum: 0.9, weightDecay: 1e-4)
  default:
    let (text, vocabulary) = try characters(files, context: 128, seed: seed)
    material = text
    network = GPT(
      vocabulary: vocabulary, context: 128, width: 128, depth: 4, heads: 4, tiedHead: false,
      headBias: true, activation: .geluTanh)
    (rate, optimizer) = (1e-3, Adam(network, learningRate: 1e-3, weightDecay: 0.01))
  }
  if moved {
    for parameter in network.parameters {
      parameter.value = parameter.value.cast(to: .bfloat16).cast(to: .float32).evaluated()
    }
  }
  // Falling to nothing, so that the last steps' own noise is not what is compared.
  optimizer.schedule = RateSchedule.cosine(rate, length: steps).value
  func outcome(_ x: Tensor, _ y: Tensor) -> Tensor {
    withPrecision(precision) {
      let output = network(x)
      return crossEntropy(
        output.rank == 3 ? output.reshaped([y.count, output.shape[2]]) : output, y)
    }
  }
  let step = optimizer.compiled(outcome)
  for index in 0..<steps {
    let (x, y) = material.batch(index)
    _ = try step.tryStep(x, y)
  }
  return material.unseen.reduce(0) { $0 + outcome($1.0, $1.1).item }
    / Double(material.unseen.count)
}
