// The error function, the logarithm of the gamma function, and the polygamma functions.

extension ScalarMath {
  /// The error function 2/√π ∫₀ˣ e^(−t²) dt: a series of positive terms, which loses nothing.
  package static func erf(_ value: Double) -> Double {
    if value != value { return .nan }
    guard value.magnitude < 6 else { return value < 0 ? -1 : 1 }
    let square = value * value
    var (term, sum, odd) = (1.0, 1.0, 1.0)
    while term > sum * 0x1p-56 {
      odd += 2
      term *= 2 * square / odd
      sum += term
    }
    // Below this bound the square is too small to have an error that counts.
    let lost = value.magnitude > 0x1p-100 ? productError(value, value, square) : 0
    let decay = exp(-square)
    return 0x1.20dd750429b6dp+0 * value * sum * (decay - decay * lost)
  }
}

// MARK: - Logarithm of gamma

extension ScalarMath {
  /// log |Γ(value)|; infinite at 0 and the negative whole numbers.
  package static func lgamma(_ value: Double) -> Double {
    if value != value { return .nan }
    if value.magnitude == .infinity { return .infinity }
    if value < 0.5 { return value > 0 ? lgamma1p(value) - log(value) : lgammaBelowZero(value) }
    if value < 1.5 { return lgammaNearTwo(value - 1) - log1p(value - 1) }
    if value < 2.5 { return lgammaNearTwo(value - 2) }
    return value < 10 ? lgammaByRecurrence(value) : lgammaByStirling(value)
  }

  /// log Γ(1 + x) for x within 0 and 0.5.
  private static func lgamma1p(_ x: Double) -> Double { lgammaNearTwo(x) - log1p(x) }

  /// Euler's reflection.
  private static func lgammaBelowZero(_ x: Double) -> Double {
    if x > -0x1p-60 { return -log(x.magnitude) }
    let turn = x - x.rounded(.toNearestOrEven)
    if turn == 0 { return .infinity }
    let sine = sin(.pi * turn.magnitude)
    return log(.pi / (x.magnitude * sine)) - lgamma(-x)
  }

  private static func lgammaByRecurrence(_ value: Double) -> Double {
    var (x, product) = (value, 1.0)
    while x >= 2.5 {
      x -= 1
      product *= x
    }
    return log(product) + lgammaNearTwo(x - 2)
  }

  private static func lgammaByStirling(_ x: Double) -> Double {
    let inverse = 1 / x
    let z = inverse * inverse
    let first = 0x1.5555555555555p-4 - z * 0x1.6c16c16c16c17p-9
    let second = 0x1.a01a01a01a01ap-11 - z * 0x1.3813813813814p-11
    let third = 0x1.b951e2b18ff23p-11 - z * 0x1.f6ab0d9993c7dp-10
    let fourth = 0x1.a41a41a41a41ap-8 - z * 0x1.e4286cb0f5398p-6
    let square = z * z
    let tail = first + square * (second + square * (third + square * fourth))
    return ((x - 0.5) * (log(x) - 1) - 0.5) + (0x1.d67f1c864beb5p-1 + inverse * tail)
  }

  /// log Γ(2 + x) for |x| up to 0.5: (1 − γ) x + Σ (ζ(k) − 1) (−x)ᵏ / k.
  private static func lgammaNearTwo(_ x: Double) -> Double {
    let zetas = zetaSeries
    var sum = 0.0
    var place = zetas.count - 1
    while place >= 0 {
      sum = zetas[place] - x * sum
      place -= 1
    }
    return x * 0x1.b0ee6072093cep-2 + x * x * sum
  }

  /// (ζ(k) − 1) / k from k = 2 on.
  private static var zetaSeries: InlineArray<29, Double> {
    [
      0x1.4a34cc4a60fa6p-2, 0x1.13e001a557607p-4, 0x1.51322ac7d8483p-6, 0x1.e404fc218f5f2p-8,
      0x1.7add6eadb6c30p-9, 0x1.38ac5c2bf8e08p-10, 0x1.0b36af86396e9p-11, 0x1.d3fd4c76d2fc8p-13,
      0x1.a127b0f17d65ap-14, 0x1.78de5bd7c81efp-15, 0x1.580dcee66eb02p-16, 0x1.3cbc963ce2243p-17,
      0x1.2597a39f34aacp-18, 0x1.11b2eb7679541p-19, 0x1.0064cdeb22f0fp-20, 0x1.e2600d93cfd2fp-22,
      0x1.c76bbb3f07a4dp-23, 0x1.af5a6cbbf8a97p-24, 0x1.99b93c2070b0fp-25, 0x1.862c734df3eacp-26,
      0x1.7469daccfadcdp-27, 0x1.6434a8447aeadp-28, 0x1.555a877ffd2c3p-29, 0x1.47b1679258d0ep-30,
      0x1.3b15d2b2fc10cp-31, 0x1.2f69a9fabe3e0p-32, 0x1.24932a337434cp-33, 0x1.1a7c26ec2523cp-34,
      0x1.11116e693ed98p-35,
    ]
  }
}

// MARK: - Polygamma

extension ScalarMath {
  /// The `order`-th derivative of the digamma function Γ′/Γ. Recurrence up to where the asymptotic series
  /// holds; below −100 reflection for orders 0 and 1, and NaN for others.
  package static func polygamma(_ order: Int, _ value: Double) -> Double {
    if value != value { return .nan }
    if value <= 0 && value == value.rounded(.down) {
      return value == 0 && order == 0 ? copySign(.infinity, -value) : .nan
    }
    if value < -100 { return polygammaReflected(order, value) }
    var (x, sum) = (value, 0.0)
    while x < 12 + 0.5 * Double(order) {
      sum += inverse(x, order) / x
      x += 1
    }
    if order == 0 { return log(x) - 0.5 / x - polygammaTail(0, x) - sum }
    var factorial = 1.0
    for k in 1..<order { factorial *= Double(k) }
    let head = factorial * inverse(x, order)
    let bracket = 1 + 0.5 * Double(order) / x + polygammaTail(order, x)
    let result = head * bracket + factorial * Double(order) * sum
    return order & 1 == 1 ? result : -result
  }

  /// x^(−count).
  private static func inverse(_ x: Double, _ count: Int) -> Double {
    var power = 1.0
    for _ in 0..<count { power /= x }
    return power
  }

  private static func polygammaReflected(_ order: Int, _ x: Double) -> Double {
    let turn = Double.pi * (x - x.rounded(.down))
    switch order {
    case 0: return polygamma(0, 1 - x) - .pi * cos(turn) / sin(turn)
    case 1: return .pi * .pi / (sin(turn) * sin(turn)) - polygamma(1, 1 - x)
    default: return .nan
    }
  }

  /// Σ B₂ₖ (2k + order − 1)! / ((2k)! x²ᵏ), over (order − 1)! where the order is not 0.
  private static func polygammaTail(_ order: Int, _ x: Double) -> Double {
    let bernoulli: InlineArray<10, Double> = [
      0x1.5555555555555p-4, -0x1.6c16c16c16c17p-10, 0x1.1566abc011567p-15, -0x1.bbd779334ef0bp-21,
      0x1.66a8f2bf70ebep-26, -0x1.22805d644267fp-31, 0x1.d6db2c4e09162p-37,
      -0x1.7da4e1f79955cp-42, 0x1.355871d652e9ep-47, -0x1.f57d968caacf1p-53,
    ]
    let square = x * x
    var (power, factor, sum) = (1.0, order == 0 ? 1.0 : Double(order), 0.0)
    for k in 0..<10 {
      power /= square
      factor *= Double(order + 2 * k + 1)
      sum += bernoulli[k] * factor * power
      factor *= Double(order + 2 * k + 2)
    }
    return sum
  }
}
