// Exponential and logarithm around 1, arc tangent, real powers, remainders.

extension ScalarMath {
  /// |value| with the sign of `sign`, zeros and NaN included.
  package static func copySign(_ value: Double, _ sign: Double) -> Double {
    let signBit: UInt64 = 1 << 63
    return Double(bitPattern: value.bitPattern & ~signBit | sign.bitPattern & signBit)
  }

  /// |value| with the sign of `sign`, zeros and NaN included.
  package static func copySign(_ value: Float, _ sign: Float) -> Float {
    let signBit: UInt32 = 1 << 31
    return Float(bitPattern: value.bitPattern & ~signBit | sign.bitPattern & signBit)
  }

  /// exp(value) − 1 without cancellation near 0.
  package static func expm1(_ value: Double) -> Double {
    if value != value { return .nan }
    guard value.magnitude < 40 else { return exp(value) - 1 }
    // Here the result is the argument itself, and the sign of zero is kept.
    if value.magnitude < 0x1p-60 { return value }
    let parts = expParts(value)
    let scale = powerOfTwo(parts.exponent)
    return (parts.leading * scale - 1) + parts.rest * scale
  }

  /// log(1 + value) without cancellation near 0: the logarithm of the rounded sum, and what rounding has lost.
  package static func log1p(_ value: Double) -> Double {
    if value.magnitude < 0x1p-60 { return value }
    guard value > -1, value < 0x1p60 else { return log(1 + value) }
    let sum = exactSum(1, value)
    return log(sum.value) + sum.lost / sum.value
  }

  /// The arc tangent of `value` in radians: reduced to |t| up to tan(π/8), then an odd polynomial.
  package static func atan(_ value: Double) -> Double {
    let size = value.magnitude
    if value != value { return .nan }
    if size < 0x1p-28 { return value }
    let result: Double
    if size > 0x1.3504f333f9de6p+1 {
      result = atanSum(halfPiHigh, 0x1.1a62633145c07p-54, -1 / size)
    } else if size > 0x1.a827999fcef32p-2 {
      result = atanSum(quarterPi, 0x1.1a62633145c07p-55, (size - 1) / (size + 1))
    } else {
      result = atanSum(0, 0, size)
    }
    return value < 0 ? -result : result
  }

  /// high + low + atan t.
  @inline(__always)
  private static func atanSum(_ high: Double, _ low: Double, _ t: Double) -> Double {
    let z = t * t
    return high + ((t * z * atanPolynomial(z) + low) + t)
  }

  /// (atan t / t − 1) / t² for z = t².
  private static func atanPolynomial(_ z: Double) -> Double {
    let square = z * z
    let fourth = square * square
    let first = -0x1.5555555555555p-2 + z * 0x1.9999999999953p-3
    let second = -0x1.249249248d7dcp-3 + z * 0x1.c71c71c303dbbp-4
    let third = -0x1.745d165dc9713p-4 + z * 0x1.3b1392d519db1p-4
    let fourthPair = -0x1.110e87b4357d2p-4 + z * 0x1.e19a0bfa3eef9p-5
    let fifth = -0x1.ac7a5a79b3f26p-5 + z * 0x1.74dccfb93fff0p-5
    let sixth = -0x1.1b311bb48c215p-5 + z * 0x1.0acd9e91a5a35p-6
    let upper = (fifth + square * sixth) * fourth + (third + square * fourthPair)
    return (first + square * second) + fourth * upper
  }
}

// MARK: - Power

extension ScalarMath {
  /// `base` to the `exponent`, with the special values of IEEE 754.
  package static func pow(_ base: Double, _ exponent: Double) -> Double {
    if exponent == 0 || base == 1 { return 1 }
    if base != base || exponent != exponent { return .nan }
    let isWhole = exponent.rounded(.towardZero) == exponent
    let half = exponent * 0.5
    let isOdd = isWhole && exponent.magnitude < 0x1p53 && half.rounded(.towardZero) != half
    let size = base.magnitude
    if size == 0 || size == .infinity {
      let result = (size == 0) == (exponent > 0) ? 0 : Double.infinity
      return isOdd ? copySign(result, base) : result
    }
    if exponent.magnitude == .infinity {
      if size == 1 { return 1 }
      return (size > 1) == (exponent > 0) ? .infinity : 0
    }
    if base < 0 && !isWhole { return .nan }
    let result = powOfPositive(size, exponent, isWhole)
    return isOdd && base < 0 ? -result : result
  }

  /// Small whole exponents by repeated squaring, others by the logarithm.
  private static func powOfPositive(
    _ base: Double, _ exponent: Double, _ isWhole: Bool
  ) -> Double {
    if isWhole && exponent.magnitude <= 32 {
      let product = repeatedProduct(base, Int(exponent.magnitude))
      if product > 0x1p-1000 && product < 0x1p1000 {
        return exponent < 0 ? 1 / product : product
      }
    }
    let logarithm = log(base)
    let product = logarithm * exponent
    // Beyond these bounds the result is infinite or zero, and the error of the product not defined.
    if product.magnitude > 1000 || product.magnitude < 0x1p-900 { return exp(product) }
    let lost =
      exponent.magnitude < 0x1p900 ? productError(logarithm, exponent, product) : 0
    let result = exp(product)
    return result == .infinity ? result : result + result * lost
  }

  private static func repeatedProduct(_ base: Double, _ count: Int) -> Double {
    var (left, square, product) = (count, base, 1.0)
    while left > 0 {
      if left & 1 == 1 { product *= square }
      square *= square
      left >>= 1
    }
    return product
  }
}

// MARK: - Remainder

extension ScalarMath {
  /// What is left of `dividend` after whole multiples of `divisor`, exactly, by long division; of the sign of
  /// `dividend`.
  package static func truncatingRemainder(_ dividend: Double, _ divisor: Double) -> Double {
    guard dividend.magnitude < .infinity, divisor.magnitude > 0 else { return .nan }
    if dividend.magnitude < divisor.magnitude || dividend == 0 { return dividend }
    let a = wholeParts(dividend)
    let b = wholeParts(divisor)
    var rest = a.significand
    var exponent = a.exponent
    while true {
      if rest >= b.significand { rest -= b.significand }
      if exponent == b.exponent { break }
      rest <<= 1
      exponent -= 1
    }
    let scale = exponent - 1075
    let value = Double(rest) * powerOfTwo(scale / 2) * powerOfTwo(scale - scale / 2)
    return copySign(value, dividend)
  }

  /// |value| = significand · 2^(exponent − 1075).
  private static func wholeParts(_ value: Double) -> (significand: UInt64, exponent: Int64) {
    let bits = value.magnitude.bitPattern
    let exponent = Int64(bits >> 52)
    let fraction = bits & fractionMask
    if exponent > 0 { return (fraction | leastNormalBits, exponent) }
    let shift = fraction.leadingZeroBitCount - 11
    return (fraction << shift, 1 - Int64(shift))
  }
}
