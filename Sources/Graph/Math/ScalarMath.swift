// Links the C library's mathematics on Linux: a square root may end as a call of it.
#if canImport(Glibc)
  import Glibc
#endif

/// Elementary functions of one number, with the same result bits on every platform.
///
/// Everything here is built from IEEE 754 addition, subtraction, multiplication, division and
/// square root, and from integer operations on bit patterns. Nothing is fused and no system
/// library is called, so a model trained natively and one trained in a browser agree exactly.
/// Every NaN that is returned is the one canonical quiet NaN, whatever NaN came in.
package enum ScalarMath {
  /// The square root of `value`, correctly rounded by the hardware; NaN below zero.
  package static func sqrt(_ value: Double) -> Double {
    value >= 0 ? value.squareRoot() : .nan
  }

  /// The square root of `value`, correctly rounded by the hardware; NaN below zero.
  package static func sqrt(_ value: Float) -> Float {
    value >= 0 ? value.squareRoot() : .nan
  }

  /// The exponential of `value`, computed in double precision and rounded.
  package static func exp(_ value: Float) -> Float {
    rounded(exp(Double(value)))
  }

  /// The natural logarithm of `value`, computed in double precision and rounded.
  package static func log(_ value: Float) -> Float {
    rounded(log(Double(value)))
  }

  /// The hyperbolic tangent of `value`, computed in double precision and rounded.
  package static func tanh(_ value: Float) -> Float {
    rounded(tanh(Double(value)))
  }

  /// The sine of `value` radians, computed in double precision and rounded.
  package static func sin(_ value: Float) -> Float {
    rounded(sin(Double(value)))
  }

  /// The cosine of `value` radians, computed in double precision and rounded.
  package static func cos(_ value: Float) -> Float {
    rounded(cos(Double(value)))
  }

  /// Narrowing a NaN may change its sign on some platforms, so a NaN is replaced, not converted.
  @inline(__always)
  package static func rounded(_ value: Double) -> Float {
    value == value ? Float(value) : .nan
  }
}

// MARK: - Exponential

extension ScalarMath {
  /// The exponential of `value`: reduced by a multiple of ln 2, then a degree 12 polynomial whose
  /// leading terms are summed without losing their rounding error.
  package static func exp(_ value: Double) -> Double {
    // Inside this bound the result is normal; NaN fails the comparison too.
    guard value.magnitude < 708 else { return expNearLimits(value) }
    let parts = expParts(value)
    return (parts.leading + parts.rest) * powerOfTwo(parts.exponent)
  }

  /// `exp(value)` as `(leading + rest) * 2^exponent`, for finite results. The sum lies within
  /// [0.70, 1.42] and `rest` is below 0.08, so the error of `rest` hardly counts.
  @inline(__always)
  static func expParts(
    _ value: Double
  ) -> (leading: Double, rest: Double, exponent: Int64) {
    let multiple = nearestInteger(value * 0x1.71547652b82fep+0)
    // The high part of ln 2 has 41 bits, so the product and the difference are exact.
    let reducedHigh = value - multiple.value * ln2High
    let reducedLow = multiple.value * ln2Low
    let reduced = reducedHigh - reducedLow
    let square = reduced * reduced
    let tail = square * (0.5 + reduced * expPolynomial(reduced, square))
    let leading = orderedSum(1, reducedHigh)
    return (leading.value, leading.lost + (tail - reducedLow), multiple.integer)
  }

  /// `(exp(x) - 1 - x - x^2 / 2) / x^3` for |x| up to ln 2 / 2.
  @inline(__always)
  private static func expPolynomial(_ x: Double, _ square: Double) -> Double {
    let fourth = square * square
    let first = 0x1.5555555555556p-3 + x * 0x1.5555555555555p-5
    let second = 0x1.11111111109b3p-7 + x * 0x1.6c16c16c167e1p-10
    let third = 0x1.a01a01a7c41d5p-13 + x * 0x1.a01a01a47b054p-16
    let fourthPair = 0x1.71de0dae63bb3p-19 + x * 0x1.27e4e1f48534fp-22
    let fifth = 0x1.af38a9b0ec855p-26 + x * 0x1.1f66df7fca49fp-29
    let upper = (third + square * fourthPair) + fourth * fifth
    return (first + square * second) + fourth * upper
  }

  @inline(never)
  private static func expNearLimits(_ value: Double) -> Double {
    if value != value { return .nan }
    if value > 0x1.62e42fefa39efp+9 { return .infinity }
    if value < -746 { return 0 }
    let parts = expParts(value)
    let sum = orderedSum(parts.leading, parts.rest)
    if parts.exponent < -1022 || (parts.exponent == -1022 && sum.value < 1) {
      return subnormal(sum.value, sum.lost, parts.exponent)
    }
    // In two steps, since 2^1024 itself is not representable.
    let half = parts.exponent / 2
    return sum.value * powerOfTwo(half) * powerOfTwo(parts.exponent - half)
  }

  /// `(high + low) * 2^exponent` rounded once to the spacing of subnormal numbers. Adding a power
  /// of two whose last bit has the weight of the smallest subnormal makes the addition round
  /// there, and leaves the wanted bit pattern as the difference of two patterns.
  private static func subnormal(_ high: Double, _ low: Double, _ exponent: Int64) -> Double {
    let anchor = powerOfTwo(-1022 - exponent)
    let sum = orderedSum(anchor, high)
    return Double(bitPattern: (sum.value + (sum.lost + low)).bitPattern &- anchor.bitPattern)
  }
}

// MARK: - Logarithm

extension ScalarMath {
  /// The natural logarithm of `value`: with `value = 2^k (1 + f)`, `k ln 2 + f - f^2 / 2` is summed
  /// without losing its rounding error, and the rest is a polynomial in `f / (2 + f)`.
  package static func log(_ value: Double) -> Double {
    let bits = value.bitPattern
    let isPositiveNormal = bits &- leastNormalBits < infinityBits &- leastNormalBits
    return isPositiveNormal ? logOfNormal(bits, exponentOffset: 0) : logNearLimits(value)
  }

  @inline(never)
  private static func logNearLimits(_ value: Double) -> Double {
    if value == 0 { return -.infinity }
    guard value > 0 else { return .nan }
    if value == .infinity { return value }
    return logOfNormal((value * 0x1p54).bitPattern, exponentOffset: -54)
  }

  @inline(__always)
  private static func logOfNormal(_ bits: UInt64, exponentOffset: Int64) -> Double {
    // Offsetting by the bits of sqrt(1/2) brings the significand into [sqrt(1/2), sqrt(2)).
    let shifted = bits &+ (oneBits &- halfRootBits)
    let exponent = Int64(bitPattern: shifted &>> 52) &- 1023 &+ exponentOffset
    let significand = Double(bitPattern: (shifted & fractionMask) &+ halfRootBits)
    return logSum(Double(exponent), significand - 1)
  }

  /// `exponent * ln 2 + log(1 + f)`.
  @inline(__always)
  private static func logSum(_ exponent: Double, _ f: Double) -> Double {
    let ratio = f / (2 + f)
    let fHigh = upperBits(f)
    let halfSquareHigh = 0.5 * fHigh * fHigh
    let halfSquareLow = 0.5 * (f + fHigh) * (f - fHigh)
    let tail = ratio * ((halfSquareHigh + halfSquareLow) + logPolynomial(ratio * ratio))
    let head = orderedSum(f, -halfSquareHigh)
    let sum = orderedSum(exponent * ln2High, head.value)
    let lost = sum.lost + (head.lost + exponent * ln2Low)
    return sum.value + (lost + (tail - halfSquareLow))
  }

  /// `log((1 + s) / (1 - s)) / s - 2` for `z = s^2`, `s` up to that of `f = sqrt(2) - 1`.
  @inline(__always)
  private static func logPolynomial(_ z: Double) -> Double {
    let square = z * z
    let first = 0x1.5555555555558p-1 + z * 0x1.99999999952d7p-2
    let second = 0x1.2492492df281ap-2 + z * 0x1.c71c62e3f11e6p-3
    let third = 0x1.7462b51cb66b1p-3 + z * 0x1.39fe51a7c18f9p-3
    let upper = third + square * 0x1.2b5900de53b32p-3
    return z * (first + square * (second + square * upper))
  }
}

// MARK: - Hyperbolic tangent

extension ScalarMath {
  /// The hyperbolic tangent of `value`: an odd polynomial up to 0.4375, beyond it
  /// `1 - 2 / (exp(2x) + 1)` with the rounding errors of the division carried along.
  package static func tanh(_ value: Double) -> Double {
    let magnitude = value.magnitude
    if magnitude < 0.4375 {
      // Below this bound the result is the argument itself, and the sign of zero is kept.
      return magnitude < 0x1p-28 ? value : tanhPolynomial(value)
    }
    if magnitude < 19.0625 {
      return value < 0 ? -tanhByExponential(magnitude) : tanhByExponential(magnitude)
    }
    if value != value { return .nan }
    return value < 0 ? -1 : 1
  }

  /// The hyperbolic tangent from 0.4375 to where it rounds to 1.
  @inline(__always)
  private static func tanhByExponential(_ magnitude: Double) -> Double {
    let parts = expParts(2 * magnitude)
    let scale = powerOfTwo(parts.exponent)
    let growth = orderedSum(parts.leading * scale, parts.rest * scale)
    let denominator = orderedSum(growth.value, 1)
    let reciprocal = 1 / denominator.value
    // A short quotient makes its products with the two halves of the denominator exact.
    let quotient = upperBits(2 * reciprocal)
    let high = upperBits(denominator.value)
    let middle = denominator.value - high
    let low = denominator.lost + growth.lost
    let remainder = ((2 - quotient * high) - quotient * middle) - quotient * low
    let result = orderedSum(1, -quotient)
    return result.value + (result.lost - remainder * reciprocal)
  }

  /// The hyperbolic tangent for |x| up to 0.4375.
  @inline(__always)
  private static func tanhPolynomial(_ x: Double) -> Double {
    let z = x * x
    let square = z * z
    let fourth = square * square
    let first = -0x1.5555555555555p-2 + z * 0x1.1111111111091p-3
    let second = -0x1.ba1ba1ba06025p-5 + z * 0x1.664f48776baa0p-6
    let third = -0x1.226e32587a1d2p-7 + z * 0x1.d6d2e3042fc4fp-9
    let fourthPair = -0x1.7d8d09b81fc18p-10 + z * 0x1.3408b10c139e3p-11
    let last = -0x1.dd5b6241f02aep-13 + z * 0x1.16c259d3e71dap-14
    let upper = (third + square * fourthPair) + fourth * last
    return x + (x * z) * ((first + square * second) + fourth * upper)
  }
}

// MARK: - Shared arithmetic

extension ScalarMath {
  private static var ln2High: Double { 0x1.62e42fefa3p-1 }
  private static var ln2Low: Double { 0x1.3de6af278ece6p-42 }
  static var quarterPi: Double { 0x1.921fb54442d18p-1 }
  static var halfPiHigh: Double { 0x1.921fb54442d18p+0 }
  static var leastNormalBits: UInt64 { 0x0010_0000_0000_0000 }
  static var fractionMask: UInt64 { 0x000f_ffff_ffff_ffff }
  static var infinityBits: UInt64 { 0x7ff0_0000_0000_0000 }
  static var oneBits: UInt64 { 0x3ff0_0000_0000_0000 }
  /// The bit pattern of the square root of one half.
  private static var halfRootBits: UInt64 { 0x3fe6_a09e_667f_3bcd }

  /// The integer nearest to `value`, |value| below 2^31. Adding 1.5 * 2^52 leaves no room for a
  /// fraction and puts the integer into the low bits of the pattern.
  @inline(__always)
  static func nearestInteger(_ value: Double) -> (value: Double, integer: Int64) {
    let shifted = value + 0x1.8p52
    return (shifted - 0x1.8p52, Int64(Int32(truncatingIfNeeded: shifted.bitPattern)))
  }

  /// `2^exponent` for a normal result.
  @inline(__always)
  static func powerOfTwo(_ exponent: Int64) -> Double {
    Double(bitPattern: UInt64(bitPattern: exponent &+ 1023) &<< 52)
  }

  /// `value` cut to its leading 26 bits, so that the product of two such numbers is exact.
  @inline(__always)
  static func upperBits(_ value: Double) -> Double {
    Double(bitPattern: value.bitPattern & 0xffff_ffff_f800_0000)
  }

  /// The rounded sum and exactly what rounding has lost, the first operand being the larger one
  /// in magnitude, or zero.
  @inline(__always)
  static func orderedSum(
    _ larger: Double, _ smaller: Double
  ) -> (value: Double, lost: Double) {
    let sum = larger + smaller
    return (sum, (larger - sum) + smaller)
  }

  /// The rounded sum and exactly what rounding has lost, for operands in any order of size.
  @inline(__always)
  static func exactSum(_ a: Double, _ b: Double) -> (value: Double, lost: Double) {
    let sum = a + b
    let bPart = sum - a
    return (sum, (a - (sum - bPart)) + (b - bPart))
  }

  /// What rounding has lost in `product`, the rounded `a * b`.
  static func productError(_ a: Double, _ b: Double, _ product: Double) -> Double {
    let aHigh = upperBits(a)
    let bHigh = upperBits(b)
    let aLow = a - aHigh
    let bLow = b - bHigh
    return ((aHigh * bHigh - product) + aHigh * bLow + aLow * bHigh) + aLow * bLow
  }

  /// The 128-bit product by halves of 32 bits, which needs no support routine in WebAssembly.
  static func fullProduct(_ a: UInt64, _ b: UInt64) -> (high: UInt64, low: UInt64) {
    let mask: UInt64 = 0xffff_ffff
    let lowLow = (a & mask) &* (b & mask)
    let highLow = (a &>> 32) &* (b & mask) &+ (lowLow &>> 32)
    let lowHigh = (a & mask) &* (b &>> 32) &+ (highLow & mask)
    let high = (a &>> 32) &* (b &>> 32) &+ (highLow &>> 32) &+ (lowHigh &>> 32)
    return (high, lowHigh &<< 32 | (lowLow & mask))
  }
}
