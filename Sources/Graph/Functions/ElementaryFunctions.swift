// Elementary functions made of other operations.

/// The tangent, sin x / cos x, element by element.
public func tan(_ x: Tensor) -> Tensor { sin(x) / cos(x) }

/// x within [low, high]; NaN stays. The derivative is 1 inside and at the ends, otherwise 0. Integers stay what they are
/// between whole bounds, which may lie beyond all that their type holds; other bounds make them float32.
public func clamp(_ x: Tensor, _ low: Double, _ high: Double) -> Tensor { clamped(x, low, high) }

/// x within [low, high]; NaN stays. The derivative is 1 inside and at the ends, otherwise 0.
public func clamp(_ x: Tensor, _ low: Int, _ high: Int) -> Tensor { clamped(x, low, high) }

private func clamped(
  _ x: Tensor, _ low: some TensorNumber, _ high: some TensorNumber
) -> Tensor {
  guard x.element.isInteger else { return clamp(x, x.beside(low), x.beside(high)) }
  guard let least = x.element.bound(low), let most = x.element.bound(high) else {
    return clamped(x.cast(to: .float32), low, high)
  }
  return clamp(x, Tensor(least, x.element), Tensor(most, x.element))
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

/// The logarithm to base 2, element by element; of powers of 2 exactly their exponents.
public func log2(_ x: Tensor) -> Tensor { logarithm(x, 2, 0x1.62e42fefa39efp-1) }

/// The logarithm to base 10, element by element; of powers of 10 exactly their exponents.
public func log10(_ x: Tensor) -> Tensor { logarithm(x, 10, 0x1.26bb1bbb55516p+1) }

/// log x over the logarithm of the base; where x is a whole power of the base, that whole number.
private func logarithm(_ x: Tensor, _ base: Double, _ ofBase: Double) -> Tensor {
  x.asFloating.computedWide { x in
    let quotient = log(x) / x.constant(ofBase)
    let whole = round(quotient)
    let lost = whole - quotient
    // As far from a power as its logarithm's rounding; twice that for doubles, whose powers are less exact. Of 0 and
    // infinity nothing is lost: whole − quotient is NaN.
    let step = x.element == .float64 ? 0x1p-52 : 0x1p-24
    let room = abs(x) * abs(whole) * x.constant(step * ofBase)
    let isPower = logicalAnd(
      lessEqual(abs(pow(x.constant(base), whole) - x), room), lessEqual(abs(lost), x.constant(1)))
    // Added and not chosen, so that the derivative stays that of the quotient.
    return quotient + select(isPower, lost, x.constant(0)).detached
  }
}

/// 2ˣ, element by element.
public func exp2(_ x: Tensor) -> Tensor { pow(x.constant(2), x) }

extension ElementType {
  /// A bound as this type of integers holds it: what lies beyond is its nearest number. Nil for a fraction and NaN.
  fileprivate func bound(_ number: some TensorNumber) -> Int64? {
    guard let wanted = number.asInteger ?? Int64(nearest: number.asDouble) else { return nil }
    switch self {
    case .uint8: return Int64(UInt8(clamping: wanted))
    case .int8: return Int64(Int8(clamping: wanted))
    case .int16: return Int64(Int16(clamping: wanted))
    case .int32: return Int64(Int32(clamping: wanted))
    default: return wanted
    }
  }
}

extension Int64 {
  /// A whole number, or the end that is nearest to it; nil for a fraction and NaN.
  fileprivate init?(nearest number: Double) {
    guard number == number.rounded(.towardZero) else { return nil }
    self.init(cutting: number)
  }
}
