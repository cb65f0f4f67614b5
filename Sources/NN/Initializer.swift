import AdjointGraph
import AdjointRuntime

/// How a parameter gets its first value.
public struct Initializer: Sendable {
  /// A value of this shape and type, from a key.
  public let make: @Sendable (Shape, RandomKey, ElementType) -> Tensor

  /// An initialiser of one's own.
  public init(_ make: @escaping @Sendable (Shape, RandomKey, ElementType) -> Tensor) {
    self.make = make
  }

  /// One number everywhere.
  public static func constant(_ number: Double) -> Initializer {
    Initializer { shape, _, element in .full(shape, number, element) }
  }

  /// 0 everywhere.
  public static var zeros: Initializer { constant(0) }
  /// 1 everywhere.
  public static var ones: Initializer { constant(1) }

  /// Spread evenly over [low, high).
  public static func uniform(_ low: Double = -1, _ high: Double = 1) -> Initializer {
    Initializer { .uniform($0, low, high, key: $1, $2) }
  }

  /// From the normal distribution.
  public static func normal(mean: Double = 0, deviation: Double = 1) -> Initializer {
    Initializer { .normal($0, mean: mean, deviation: deviation, key: $1, $2) }
  }

  /// From the normal distribution without what lies further from the mean than `limit` deviations.
  public static func truncatedNormal(
    mean: Double = 0, deviation: Double = 1, limit: Double = 2
  ) -> Initializer {
    Initializer {
      .truncatedNormal($0, mean: mean, deviation: deviation, limit: limit, key: $1, $2)
    }
  }

  /// Uniform with variance gain² · 2 / (fan in + fan out) (Glorot and Bengio 2010).
  public static func xavierUniform(gain: Double = 1) -> Initializer {
    uniformWithDeviation { gain * (2 / Double($0.fanIn + $0.fanOut)).squareRoot() }
  }

  /// Normal with variance gain² · 2 / (fan in + fan out) (Glorot and Bengio 2010).
  public static func xavierNormal(gain: Double = 1) -> Initializer {
    normalWithDeviation { gain * (2 / Double($0.fanIn + $0.fanOut)).squareRoot() }
  }

  /// Uniform with variance 2 / fan (He and others 2015), for ReLU.
  public static func heUniform(byFanOut: Bool = false) -> Initializer {
    uniformWithDeviation { (2 / Double(byFanOut ? $0.fanOut : $0.fanIn)).squareRoot() }
  }

  /// Normal with variance 2 / fan (He and others 2015), for ReLU.
  public static func heNormal(byFanOut: Bool = false) -> Initializer {
    normalWithDeviation { (2 / Double(byFanOut ? $0.fanOut : $0.fanIn)).squareRoot() }
  }

  /// Uniform with variance 1 / fan in (LeCun and others 1998).
  public static var lecunUniform: Initializer {
    uniformWithDeviation { (1 / Double($0.fanIn)).squareRoot() }
  }

  /// Normal with variance 1 / fan in (LeCun and others 1998).
  public static var lecunNormal: Initializer {
    normalWithDeviation { (1 / Double($0.fanIn)).squareRoot() }
  }

  /// Orthonormal rows, or columns where there are fewer, times `gain`: the parameter as a matrix with one row for
  /// each place of its first axis (Saxe and others 2013).
  public static func orthogonal(gain: Double = 1) -> Initializer {
    Initializer { shape, key, element in
      guard shape.rank >= 2, shape.count > 0 else {
        return fail(
          GraphError("orthogonal", "\(shape.description) is no matrix with elements in it"))
      }
      let (rows, columns) = (shape[0], shape.count / shape[0])
      let (long, short) = (max(rows, columns), min(rows, columns))
      let q = qr(.normal([long, short], key: key, .float64)).q
      return (gain * (rows < columns ? q.transposed([1, 0]) : q)).reshaped(shape)
        .cast(to: element).evaluated()
    }
  }

  private static func uniformWithDeviation(
    _ deviation: @escaping @Sendable (Fans) -> Double
  ) -> Initializer {
    Initializer {
      let bound = deviation(Fans($0)) * 3.0.squareRoot()
      return .uniform($0, -bound, bound, key: $1, $2)
    }
  }

  private static func normalWithDeviation(
    _ deviation: @escaping @Sendable (Fans) -> Double
  ) -> Initializer {
    Initializer { .normal($0, deviation: deviation(Fans($0)), key: $1, $2) }
  }
}

/// How many numbers go into one output of a weight [out, in, sizes …], and how many outputs an input goes into.
private struct Fans {
  let fanIn: Int
  let fanOut: Int

  init(_ shape: Shape) {
    let kernel = shape.dimensions.dropFirst(2).reduce(1, *)
    fanIn = max((shape.rank > 1 ? shape[1] : shape.count) * kernel, 1)
    fanOut = max((shape.rank > 0 ? shape[0] : 1) * kernel, 1)
  }
}

extension Parameter {
  /// Gives the parameter a new value, from the next key unless one is given.
  public func initialize(_ initializer: Initializer, key: RandomKey? = nil) {
    value = initializer.make(value.shape, key ?? Initialization.nextKey(), value.element)
  }
}
