/// A number with 8 significant bits and the range of `Float`, whose upper half it is.
public struct BFloat16: Equatable, Sendable {
  /// Sign, 8 bits of exponent, 7 of the fraction.
  public let bitPattern: UInt16

  /// From its bits.
  public init(bitPattern: UInt16) { self.bitPattern = bitPattern }

  /// The nearest number, halves to even; what is too large becomes infinite.
  public init(_ value: Float) { bitPattern = HalfPrecision.bfloat16(value) }

  /// The nearest number, rounded once.
  public init(number: Double) {
    bitPattern = HalfPrecision.bfloat16(HalfPrecision.roundedToOdd(number))
  }

  /// The same number as a Float, exactly.
  public var float: Float { HalfPrecision.float(bfloat16: bitPattern) }

  /// True where both are the same number: 0 is −0, and NaN is nothing.
  public static func == (a: BFloat16, b: BFloat16) -> Bool { a.float == b.float }
}

/// float16 and bfloat16 as bits: everything rounds to nearest, halves to even, and NaN stays a (quiet) NaN.
/// In the browser there is no `Float16`, and everywhere the bits must be the same.
package enum HalfPrecision {
  /// The float16 nearest to a number.
  package static func float16(_ value: Float) -> UInt16 {
    let sign = UInt16(truncatingIfNeeded: value.bitPattern >> 16) & 0x8000
    let size = value.bitPattern & 0x7FFF_FFFF
    if size > infinity { return sign | 0x7E00 | UInt16(size >> 13 & 0x3FF) }
    if size >= 0x477F_F000 { return sign | 0x7C00 }
    if size < smallestNormal {
      // Beside ½ the last bit of a Float is worth the smallest float16.
      let shifted = Float(bitPattern: size) + 0.5
      return sign | UInt16(shifted.bitPattern - Float(0.5).bitPattern)
    }
    let rounded = size + 0xFFF + (size >> 13 & 1)
    return sign | UInt16((rounded >> 13) - 112 << 10)
  }

  /// The same number as a Float, exactly.
  package static func float(float16 bits: UInt16) -> Float {
    let sign = UInt32(bits & 0x8000) << 16
    let (exponent, fraction) = (UInt32(bits >> 10 & 31), UInt32(bits & 0x3FF))
    if exponent == 0 {
      return Float(bitPattern: (Float(fraction) * 0x1p-24).bitPattern | sign)
    }
    if exponent == 31 {
      let quiet: UInt32 = fraction == 0 ? 0 : 0x40_0000
      return Float(bitPattern: sign | infinity | fraction << 13 | quiet)
    }
    return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
  }

  /// The bfloat16 nearest to a number.
  package static func bfloat16(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    if bits & 0x7FFF_FFFF > infinity { return UInt16(bits >> 16) | 0x40 }
    return UInt16((bits + 0x7FFF + (bits >> 16 & 1)) >> 16)
  }

  /// The same number as a Float, exactly.
  package static func float(bfloat16 bits: UInt16) -> Float {
    Float(bitPattern: UInt32(bits) << 16)
  }

  /// A number cut to a Float whose last bit tells whether something was cut off: rounding that to fewer bits
  /// gives what rounding the number itself gives.
  package static func roundedToOdd(_ number: Double) -> Float {
    let near = Float(number)
    guard Double(near) != number, number == number else { return near }
    let isOver = Double(near).magnitude > number.magnitude
    return Float(bitPattern: (isOver ? near.bitPattern - 1 : near.bitPattern) | 1)
  }

  /// The bits of the next smaller number.
  static func before(_ bits: UInt16) -> UInt16 {
    if bits == 0 { return 0x8001 }
    return bits & 0x8000 == 0 ? bits - 1 : bits + 1
  }

  private static var infinity: UInt32 { 0x7F80_0000 }
  /// 2⁻¹⁴, the smallest float16 with all its significant bits.
  private static var smallestNormal: UInt32 { 0x3880_0000 }
}

/// Writes a number in an element type: the nearest one with fractions, otherwise cut towards zero and wrapped.
package func write(_ number: Double, as element: ElementType, to memory: UnsafeMutableRawPointer) {
  switch element {
  case .float32: memory.storeBytes(of: Float(number), as: Float.self)
  case .float64: memory.storeBytes(of: number, as: Double.self)
  case .float16:
    let rounded = HalfPrecision.float16(HalfPrecision.roundedToOdd(number))
    memory.storeBytes(of: rounded, as: UInt16.self)
  case .bfloat16: memory.storeBytes(of: BFloat16(number: number), as: BFloat16.self)
  case .int64, .int32, .int16, .int8, .uint8:
    write(Int64(cutting: number), as: element, to: memory)
  case .bool: memory.storeBytes(of: number != 0 ? 1 : 0, as: UInt8.self)
  }
}

/// Writes an integer in an element type of integers, wrapped.
package func write(_ number: Int64, as element: ElementType, to memory: UnsafeMutableRawPointer) {
  switch element.byteCount {
  case 1: memory.storeBytes(of: UInt8(truncatingIfNeeded: number), as: UInt8.self)
  case 2: memory.storeBytes(of: UInt16(truncatingIfNeeded: number), as: UInt16.self)
  case 4: memory.storeBytes(of: UInt32(truncatingIfNeeded: number), as: UInt32.self)
  default: memory.storeBytes(of: number, as: Int64.self)
  }
}
