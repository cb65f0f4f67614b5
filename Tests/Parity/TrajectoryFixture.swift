import Foundation

/// What PyTorch computed: Tests/Fixtures/trajectories.json, made by tools/parity/make_fixtures.py.
struct TrajectoryFixture: Decodable {
  let steps: Int
  let batches: Int
  let cases: [TrajectoryCase]

  static func load() throws -> TrajectoryFixture {
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent()
    let data = try Data(contentsOf: tests.appendingPathComponent("Fixtures/trajectories.json"))
    return try JSONDecoder().decode(TrajectoryFixture.self, from: data)
  }
}

/// A network, how it was trained, and what came of it.
struct TrajectoryCase: Decodable {
  enum Network: String, Decodable { case mlp, lenet, resnet, lstm, gpt }
  enum Activation: String, Decodable { case relu, tanh, gelu }
  enum Loss: String, Decodable { case crossEntropy, meanSquaredError }

  let name: String
  let network: Network
  let sizes: [Int]
  let activation: Activation
  let inputShape: [Int]
  let loss: Loss
  let optimizer: OptimizerSettings
  let losses: [Double]
  let firstGradients: [Moments]
  let parameters: [Moments]
  let buffers: [Moments]
}

struct OptimizerSettings: Decodable {
  enum Kind: String, Decodable { case sgd, adam, adamw }
  enum Schedule: String, Decodable { case constant, cosine }

  let kind: Kind
  let learningRate: Double
  let momentum: Double
  let weightDecay: Double
  let schedule: Schedule

  /// The learning rate of a step, from 0.
  func rate(_ step: Int, of steps: Int) -> Double {
    switch schedule {
    case .constant: learningRate
    case .cosine: learningRate * 0.5 * (1 + cos(Double.pi * Double(step) / Double(steps)))
    }
  }
}

/// What stands in the fixture for a whole tensor.
struct Moments: Decodable {
  let count: Int
  let sum: Double
  let squares: Double

  init(_ values: [Double]) {
    count = values.count
    sum = values.reduce(0, +)
    squares = values.reduce(0) { $0 + $1 * $1 }
  }

  /// How far away these moments are, relative to the tensor's size: the sum may cancel to almost nothing, so
  /// it is measured against a bound of the sum of magnitudes.
  func deviation(from expected: Moments) -> Double {
    guard count == expected.count else { return .infinity }
    let tiny = Double.leastNormalMagnitude
    let magnitudes = max((Double(count) * expected.squares).squareRoot(), tiny)
    return max(
      abs(sum - expected.sum) / magnitudes,
      abs(squares - expected.squares) / max(expected.squares, tiny))
  }
}

/// The weights and data of the fixture, from the same hash as the script's.
enum Hashed {
  static let parameterSeed = 100
  static let inputSeed = 200
  static let targetSeed = 300

  static func integer(_ index: Int, _ seed: Int) -> UInt32 {
    var x = UInt32(truncatingIfNeeded: index + seed * 1_000_003)
    for _ in 0..<2 { x = (x ^ (x >> 16)) &* 0x45d9f3b }
    return x ^ (x >> 16)
  }

  /// Numbers in [-scale/2, scale/2): one rounding, that of the product with the scale.
  static func uniform(_ count: Int, _ seed: Int, scale: Double) -> [Double] {
    (0..<count).map { (Double(integer($0, seed)) / 4_294_967_296 - 0.5) * scale }
  }

  static func classes(_ count: Int, _ seed: Int, below classes: Int) -> [Int64] {
    (0..<count).map { Int64(integer($0, seed)) % Int64(classes) }
  }
}
