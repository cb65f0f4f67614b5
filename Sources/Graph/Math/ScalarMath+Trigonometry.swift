// MARK: - Sine and cosine

extension ScalarMath {
  /// The sine of `value` radians: reduced to within pi/4 of a multiple of pi/2, keeping about
  /// twice the working precision for every finite argument, then a polynomial.
  package static func sin(_ value: Double) -> Double {
    let magnitude = value.magnitude
    if magnitude < quarterPi {
      // Below this bound the result is the argument itself, and the sign of zero is kept.
      return magnitude < 0x1p-27 ? value : sinNearZero(value, 0)
    }
    guard magnitude < .infinity else { return .nan }
    let angle = reducedAngle(value)
    return sinInQuadrant(angle.quadrant, angle.high, angle.low)
  }

  /// The cosine of `value` radians, by the same reduction and polynomials as the sine.
  package static func cos(_ value: Double) -> Double {
    let magnitude = value.magnitude
    if magnitude < quarterPi { return cosNearZero(value, 0) }
    guard magnitude < .infinity else { return .nan }
    let angle = reducedAngle(value)
    return sinInQuadrant(angle.quadrant &+ 1, angle.high, angle.low)
  }

  /// The sine of `quadrant * pi/2 + high + low`.
  @inline(__always)
  private static func sinInQuadrant(_ quadrant: Int64, _ high: Double, _ low: Double) -> Double {
    let result = quadrant & 1 == 0 ? sinNearZero(high, low) : cosNearZero(high, low)
    return quadrant & 2 == 0 ? result : -result
  }

  /// The sine of `x + low` for |x| up to pi/4.
  @inline(__always)
  private static func sinNearZero(_ x: Double, _ low: Double) -> Double {
    let z = x * x
    let square = z * z
    let first = -0x1.5555555555555p-3 + z * 0x1.1111111111110p-7
    let second = -0x1.a01a01a01992fp-13 + z * 0x1.71de3a545f836p-19
    let third = -0x1.ae645410e937bp-26 + z * 0x1.61217d9252c03p-33
    let upper = third - square * 0x1.ab16f5caa198ap-41
    let tail = first + square * (second + square * upper)
    return x + ((x * z) * tail + low * (1 - 0.5 * z))
  }

  /// The cosine of `x + low` for |x| up to pi/4; the rounding error of `1 - x^2 / 2` is kept.
  @inline(__always)
  private static func cosNearZero(_ x: Double, _ low: Double) -> Double {
    let z = x * x
    let square = z * z
    let first = 0x1.5555555555555p-5 - z * 0x1.6c16c16c16963p-10
    let second = 0x1.a01a019f4ddfdp-16 - z * 0x1.27e4fa16cc2d1p-22
    let third = 0x1.1eeb67d026ec6p-29 - z * 0x1.907cd8ff5ede7p-37
    let tail = square * (first + square * (second + square * third))
    let xHigh = upperBits(x)
    let halfSquareHigh = 0.5 * xHigh * xHigh
    let halfSquareLow = 0.5 * (x + xHigh) * (x - xHigh)
    let head = orderedSum(1, -halfSquareHigh)
    return head.value + (head.lost + (tail - (halfSquareLow + x * low)))
  }
}

// MARK: - Angle reduction

extension ScalarMath {
  /// An angle as `quadrant * pi/2 + high + low`, the quadrant modulo 4.
  private typealias Angle = (quadrant: Int64, high: Double, low: Double)

  @inline(__always)
  private static func reducedAngle(_ value: Double) -> Angle {
    if value.magnitude < 0x1p20 { return reducedInParts(value) }
    let angle = reducedHuge(value.magnitude)
    return value < 0 ? (0 &- angle.quadrant, -angle.high, -angle.low) : angle
  }

  /// Cody and Waite's reduction: pi/2 in three parts of 33 bits, whose products with a multiple
  /// below 2^20 are exact, and a fourth part that brings the total to 150 bits.
  @inline(__always)
  private static func reducedInParts(_ value: Double) -> Angle {
    let multiple = nearestInteger(value * 0x1.45f306dc9c883p-1)
    let first = value - multiple.value * 0x1.921fb544p+0
    let second = exactSum(first, -(multiple.value * 0x1.0b4611a6p-34))
    let third = exactSum(second.value, -(multiple.value * 0x1.3198a2ep-69))
    let rest = third.lost + (second.lost - multiple.value * 0x1.b839a252049c1p-104)
    let reduced = orderedSum(third.value, rest)
    return (multiple.integer, reduced.value, reduced.lost)
  }

  /// Payne and Hanek's reduction: only the bits of 2/pi that matter modulo 4 are multiplied by
  /// the integer significand, in 192 bits of integer arithmetic.
  @inline(never)
  private static func reducedHuge(_ magnitude: Double) -> Angle {
    let bits = magnitude.bitPattern
    let significand = (bits & fractionMask) | leastNormalBits
    let start = Int64(bitPattern: bits &>> 52) - 1075 - 2
    let low = fullProduct(twoOverPiWindow(start + 128), significand)
    let middle = fullProduct(twoOverPiWindow(start + 64), significand)
    let (second, carries) = middle.low.addingReportingOverflow(low.high)
    let first =
      twoOverPiWindow(start) &* significand &+ middle.high &+ (carries ? 1 : 0)
    // Two bits of quadrant, then the fraction; a fraction of half or more counts down from above.
    let fraction = first &<< 2 | second &>> 62
    let fractionLow = second &<< 2 | low.low &>> 62
    let isNegative = fraction &>> 63
    let flip = 0 &- isNegative
    let angle = angleOfFraction(fraction ^ flip, fractionLow ^ flip)
    let quadrant = Int64(bitPattern: (first &>> 62) &+ isNegative)
    return isNegative == 0
      ? (quadrant, angle.value, angle.lost) : (quadrant, -angle.value, -angle.lost)
  }

  /// The fraction `(high 2^64 + low) / 2^128` of pi/2, as a sum of two numbers.
  private static func angleOfFraction(
    _ high: UInt64, _ low: UInt64
  ) -> (value: Double, lost: Double) {
    // No double comes close enough to a multiple of pi/2 for `high` to vanish.
    let zeros = high.leadingZeroBitCount
    let top = high << zeros | low >> (64 - zeros)
    let next = low << zeros
    let scale = powerOfTwo(-53 - Int64(zeros))
    let upper = Double(top &>> 11) * scale
    let lower = Double(top &<< 53 | next &>> 11) * (scale * 0x1p-64)
    let product = upper * halfPiHigh
    let rest = upper * 0x1.1a62633145c07p-54 + lower * halfPiHigh
    return orderedSum(product, productError(upper, halfPiHigh, product) + rest)
  }

  /// The 64 bits of the binary expansion of 2/pi that follow the first `start` ones after the
  /// point; before the point there are zeros.
  private static func twoOverPiWindow(_ start: Int64) -> UInt64 {
    let word = start >> 6
    let offset = start & 63
    return twoOverPiWord(word) << offset | twoOverPiWord(word + 1) >> (64 - offset)
  }

  private static func twoOverPiWord(_ index: Int64) -> UInt64 {
    switch index {
    case 0: return 0xa2f9_836e_4e44_1529
    case 1: return 0xfc27_57d1_f534_ddc0
    case 2: return 0xdb62_9599_3c43_9041
    case 3: return 0xfe51_63ab_debb_c561
    case 4: return 0xb724_6e3a_424d_d2e0
    case 5: return 0x0649_2eea_09d1_921c
    case 6: return 0xfe1d_eb1c_b129_a73e
    case 7: return 0xe882_35f5_2ebb_4484
    case 8: return 0xe99c_7026_b45f_7e41
    case 9: return 0x3991_d639_8353_39f4
    case 10: return 0x9c84_5f8b_bdf9_283b
    case 11: return 0x1ff8_97ff_de05_980f
    case 12: return 0xef2f_118b_5a0a_6d1f
    case 13: return 0x6d36_7ecf_27cb_09b7
    case 14: return 0x4f46_3f66_9e5f_ea2d
    case 15: return 0x7527_bac7_ebe5_f17b
    case 16: return 0x3d07_39f7_8a52_92ea
    case 17: return 0x6bfb_5fb1_1f8d_5d08
    case 18: return 0x5603_3046_fc7b_6bab
    default: return 0
    }
  }
}
