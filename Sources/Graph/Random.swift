/// A key for random numbers: the same key and counter give the same number on every machine.
///
/// Counter-based: number i of a key is a mixing function of both, so that nothing depends on the order in
/// which numbers are drawn.
public struct RandomKey: Equatable, Sendable {
  /// The key itself.
  public let bits: UInt64

  /// The key of a seed.
  public init(_ seed: Int) { bits = RandomKey.mix(UInt64(bitPattern: Int64(seed))) }
  /// The key of these bits, as another key gave them.
  package init(bits: UInt64) { self.bits = bits }

  /// An independent key for part `index` of something.
  public func split(_ index: Int) -> RandomKey {
    RandomKey(bits: RandomKey.mix(bits ^ RandomKey.mix(UInt64(bitPattern: Int64(index)) &+ 1)))
  }

  /// 64 random bits.
  public func bits(at counter: Int) -> UInt64 {
    RandomKey.mix(bits &+ UInt64(bitPattern: Int64(counter)) &* 0x9E37_79B9_7F4A_7C15)
  }

  /// A number in [0, 1), with 53 random bits.
  public func uniform(at counter: Int) -> Double {
    Double(bits(at: counter) >> 11) * 0x1p-53
  }

  /// A number from the standard normal distribution (Box and Muller).
  public func normal(at counter: Int) -> Double {
    let radius = (-2 * ScalarMath.log(1 - uniform(at: 2 * counter))).squareRoot()
    return radius * ScalarMath.cos(2 * .pi * uniform(at: 2 * counter + 1))
  }

  /// The finaliser of the SplitMix64 generator: every bit of the input moves every bit of the output.
  private static func mix(_ value: UInt64) -> UInt64 {
    var x = value &+ 0x9E37_79B9_7F4A_7C15
    x = (x ^ (x >> 30)) &* 0xBF58_476D_1CE4_E5B9
    x = (x ^ (x >> 27)) &* 0x94D0_49BB_1331_11EB
    return x ^ (x >> 31)
  }
}

extension Tensor {
  /// Numbers spread evenly over [low, high).
  public static func uniform(
    _ shape: Shape, _ low: Double = 0, _ high: Double = 1, key: RandomKey,
    _ element: ElementType = .float32
  ) -> Tensor {
    // Rounding must not reach the end that is left out.
    let last = high > low ? element.largest(below: high) : high
    guard low <= high else { return noSpread(low, high) }
    return filled(shape, element) { Swift.min(low + (high - low) * key.uniform(at: $0), last) }
  }

  /// Numbers from the normal distribution.
  public static func normal(
    _ shape: Shape, mean: Double = 0, deviation: Double = 1, key: RandomKey,
    _ element: ElementType = .float32
  ) -> Tensor {
    filled(shape, element) { mean + deviation * key.normal(at: $0) }
  }

  /// Every element the same number.
  public static func full(
    _ shape: Shape, _ number: Double, _ element: ElementType = .float32
  ) -> Tensor {
    filled(shape, element) { _ in number }
  }

  /// Every element 0.
  public static func zeros(_ shape: Shape, _ element: ElementType = .float32) -> Tensor {
    full(shape, 0, element)
  }

  /// Element i is `number(i)`.
  static func filled(
    _ shape: Shape, _ element: ElementType, _ number: (Int) -> Double
  ) -> Tensor {
    guard shape.isValid else {
      return fail(GraphError("tensor", "no tensor has the shape \(shape.description)"))
    }
    return Tensor((0..<shape.count).map(number), shape: shape, element)
  }
}
