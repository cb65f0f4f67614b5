// Elementary functions made of other operations.

/// The tangent, sin x / cos x, element by element.
public func tan(_ x: Tensor) -> Tensor { sin(x) / cos(x) }

/// x within [low, high]; NaN stays. The derivative is 1 inside and at the ends, otherwise 0.
public func clamp(_ x: Tensor, _ low: Double, _ high: Double) -> Tensor {
  guard x.element.isInteger else {
    return clamp(x, Tensor(low, x.element), Tensor(high, x.element))
  }
  // Integers stay what they are between whole bounds, which may lie beyond all that their type holds.
  guard low.isWholeOrInfinite, high.isWholeOrInfinite else {
    return clamp(x.cast(to: .float32), low, high)
  }
  return clamp(x, .bound(low, x.element), .bound(high, x.element))
}

/// x within [low, high], element by element; NaN stays, and where low > high it is high. The gradient flows to what
/// is taken, x at the ends.
public func clamp(_ x: Tensor, _ low: Tensor, _ high: Tensor) -> Tensor {
  let raised = select(less(x, low), low, x)
  return select(greater(raised, high), high, raised)
}

/// x², element by element.
public func square(_ x: Tensor) -> Tensor { x * x }

/// 1 / x, element by element.
public func reciprocal(_ x: Tensor) -> Tensor { x.constant(1) / x }

/// 1 / √x, element by element.
public func rsqrt(_ x: Tensor) -> Tensor { x.constant(1) / sqrt(x) }

/// The logarithm to base 2, element by element.
public func log2(_ x: Tensor) -> Tensor {
  x.asFloating.computedWide { log($0) / $0.constant(0x1.62e42fefa39efp-1) }
}

/// The logarithm to base 10, element by element.
public func log10(_ x: Tensor) -> Tensor {
  x.asFloating.computedWide { log($0) / $0.constant(0x1.26bb1bbb55516p+1) }
}

/// 2ˣ, element by element.
public func exp2(_ x: Tensor) -> Tensor { pow(x.constant(2), x) }

extension Double {
  fileprivate var isWholeOrInfinite: Bool { self == rounded(.towardZero) }
}

extension Tensor {
  /// A bound as an integer type holds it: what lies beyond is its nearest number.
  fileprivate static func bound(_ number: Double, _ element: ElementType) -> Tensor {
    let bits = Double(element.byteCount * 8)
    let (least, most): (Double, Double) =
      element == .uint8
      ? (0, 255) : (-exp2OfWhole(bits - 1), exp2OfWhole(bits - 1) - (bits == 64 ? 1024 : 1))
    return Tensor(Swift.min(Swift.max(number, least), most), element)
  }

  private static func exp2OfWhole(_ exponent: Double) -> Double {
    Double(sign: .plus, exponent: Int(exponent), significand: 1)
  }
}
