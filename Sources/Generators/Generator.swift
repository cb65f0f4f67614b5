import AdjointGraph

/// Data from formulas, to learn what networks do. The points of the plane are those of the TensorFlow Playground,
/// with the same ranges and the same meaning of noise (there from 0 to 0.5).
///
///     let data = Generator.spiral.make(500, noise: 0.1, seed: 0)
///
/// The same numbers for the same seed on every machine; example i depends on the seed, the number of examples
/// and i alone.
public enum Generator: String, CaseIterable, Sendable {
  /// Two classes: a disc and the ring around it.
  case circle
  /// Two classes: whether the signs of the coordinates agree.
  case xor
  /// Two classes: a Gaussian cloud each.
  case gauss
  /// Two classes: the arms of a spiral.
  case spiral
  /// A number: the scaled sum of the coordinates.
  case plane
  /// A number: hills and valleys.
  case multiGauss = "multi-gauss"
  /// Two classes: half circles that reach into each other.
  case moons
  /// Three classes: a Gaussian cloud each.
  case blobs
  /// Two classes: whether the number of ones among eight bits is odd.
  case parity
  /// A number: a pulse over a line, which four ReLU units make.
  case pulse
  /// A number: the sine.
  case sine
  /// A number: a linear function of two.
  case linear

  /// How many numbers an input has.
  public var inputCount: Int {
    switch self {
    case .parity: 8
    case .pulse, .sine: 1
    default: 2
    }
  }

  /// How many classes there are; 0 where a number is learned.
  public var classCount: Int {
    switch self {
    case .circle, .xor, .gauss, .spiral, .moons, .parity: 2
    case .blobs: 3
    case .plane, .multiGauss, .pulse, .sine, .linear: 0
    }
  }

  /// So many examples. Noise moves what the label is taken of (circle, xor, plane, multi-gauss), the points
  /// (gauss, spiral, moons, blobs, parity), or the result (pulse, sine, linear).
  public func make(_ count: Int, noise: Double = 0, seed: Int = 0) -> GeneratedData {
    let key = RandomKey(seed)
    var inputs: [Double] = []
    var labels: [Double] = []
    for place in 0..<Swift.max(count, 0) {
      let example = self.example(place, of: count, noise, Draw(key.split(place)))
      for number in example.input { inputs.append(number) }
      labels.append(example.label)
    }
    let rows = labels.count
    let targets =
      classCount > 0
      ? Tensor(labels, shape: [rows], .int64) : Tensor(labels, shape: [rows, 1])
    return GeneratedData(
      inputs: Tensor(inputs, shape: [rows, inputCount]), targets: targets, classCount: classCount)
  }

  /// Example `place` of `count`.
  private func example(_ place: Int, of count: Int, _ noise: Double, _ draw: Draw) -> Example {
    switch self {
    case .circle: Example.circle(place, count, noise, draw)
    case .xor: Example.xor(noise, draw)
    case .gauss: Example.gauss(place, count, noise, draw)
    case .spiral: Example.spiral(place, count, noise, draw)
    case .plane: Example.plane(noise, draw)
    case .multiGauss: Example.multiGauss(noise, draw)
    case .moons: Example.moons(place, count, noise, draw)
    case .blobs: Example.blobs(place, noise, draw)
    case .parity: Example.parity(noise, draw)
    case .pulse: Example.pulse(noise, draw)
    case .sine: Example.sine(noise, draw)
    case .linear: Example.linear(noise, draw)
    }
  }
}

/// What a generator gives.
public struct GeneratedData: Sendable {
  /// [N, D], float32.
  public let inputs: Tensor
  /// Classes [N] as int64, or numbers [N, 1] as float32.
  public let targets: Tensor
  /// How many classes there are; 0 where a number is learned.
  public let classCount: Int
}

/// The random numbers of one example, by the places at which they are drawn.
struct Draw {
  private let key: RandomKey
  init(_ key: RandomKey) { self.key = key }

  /// Number `place`, evenly from `low` to below `high`.
  func uniform(_ place: Int, _ low: Double, _ high: Double) -> Double {
    low + (high - low) * key.uniform(at: place)
  }

  /// Number `place` from the standard normal distribution, drawn apart from the even ones.
  func normal(_ place: Int) -> Double { key.split(1).normal(at: place) }

  /// Bit `place`.
  func bit(_ place: Int) -> Double { Double(key.bits(at: place) >> 63) }
}

/// An input and what belongs to it.
struct Example {
  let input: [Double]
  let label: Double
}
