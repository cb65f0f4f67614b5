/// What a tensor's elements are. Every operation on a narrow type computes in its wide type and rounds or wraps
/// once, at its end (`docs/element-types.md`).
public enum ElementType: UInt8, Sendable, CaseIterable {
  /// Truth values, a byte each.
  case bool
  /// Integers of 64 bits, which wrap.
  case int64
  /// Numbers with 24 significant bits.
  case float32
  /// Numbers with 53 significant bits.
  case float64
  /// Numbers with 11 significant bits, up to 65,504.
  case float16
  /// Numbers with 8 significant bits and the range of float32.
  case bfloat16
  /// Integers of 32 bits.
  case int32
  /// Integers of 16 bits.
  case int16
  /// Integers of 8 bits.
  case int8
  /// Integers from 0 to 255.
  case uint8

  /// Bytes one element takes in memory.
  public var byteCount: Int {
    switch self {
    case .bool, .int8, .uint8: 1
    case .float16, .bfloat16, .int16: 2
    case .float32, .int32: 4
    case .int64, .float64: 8
    }
  }

  /// True of numbers with fractions: what derivatives are taken of.
  @inlinable public var isFloating: Bool {
    switch self {
    case .float16, .bfloat16, .float32, .float64: true
    case .bool, .int8, .uint8, .int16, .int32, .int64: false
    }
  }

  /// True of whole numbers, which truth values are not.
  @inlinable public var isInteger: Bool { !isFloating && self != .bool }

  /// The type that operations on this one compute in: float32 for the narrower ones with fractions, int64 for the
  /// narrower integers, otherwise the type itself.
  public var wide: ElementType {
    switch self {
    case .float16, .bfloat16: .float32
    case .int32, .int16, .int8, .uint8: .int64
    case .bool, .int64, .float32, .float64: self
    }
  }

  /// True where operations compute in a wider type.
  package var isNarrow: Bool { wide != self }

  /// The name as error texts write it.
  public var name: String {
    switch self {
    case .bool: "bool"
    case .int64: "int64"
    case .float32: "float32"
    case .float64: "float64"
    case .float16: "float16"
    case .bfloat16: "bfloat16"
    case .int32: "int32"
    case .int16: "int16"
    case .int8: "int8"
    case .uint8: "uint8"
    }
  }

  /// The last number of this type before the one that `end` rounds to; `end` itself where numbers are not rounded.
  package func largest(below end: Double) -> Double {
    switch self {
    case .float32: Double(Float(end).nextDown)
    case .float16:
      Double(
        HalfPrecision.float(
          float16: HalfPrecision.before(HalfPrecision.float16(Float(end)))))
    case .bfloat16:
      Double(HalfPrecision.float(bfloat16: HalfPrecision.before(BFloat16(Float(end)).bitPattern)))
    default: end
    }
  }

  /// The narrowest type of the same kind that holds both; a fraction beside an integer keeps its own type, and
  /// anything beside a truth value does.
  public func promoted(with other: ElementType) -> ElementType {
    if self == other || other == .bool { return self }
    if self == .bool { return other }
    if isFloating != other.isFloating { return isFloating ? self : other }
    if byteCount != other.byteCount { return byteCount > other.byteCount ? self : other }
    // float16 beside bfloat16, or int8 beside uint8: neither holds the other.
    return isFloating ? .float32 : .int16
  }
}

/// A Swift type that tensors are read into.
public protocol TensorScalar: Sendable {
  /// The element type that holds these values.
  static var elementType: ElementType { get }
  /// What an element is in memory: the type itself, but for `Int`, which has 32 bits in the browser.
  associatedtype Stored = Self
  /// The value as it is in memory.
  var stored: Stored { get }
  /// The value from what is in memory.
  init(stored: Stored)
  /// The value nearest to a number.
  init(number: Double)
}

/// A Swift type whose arrays become tensors of just that element type. `Double` is not one of them: numbers
/// written without a type are float32.
public protocol TensorElement: TensorScalar {}

extension TensorScalar where Stored == Self {
  /// The same number in 64 bits.
  public var stored: Self { self }
  /// The value from what is given.
  public init(stored: Self) { self = stored }
}

extension TensorScalar {
  /// True where memory may be copied as it is.
  package static var isStoredAsItIs: Bool { MemoryLayout<Self>.stride == elementType.byteCount }
}

extension Float: TensorElement {
  /// The value from what is given.
  public init(number: Double) { self = Float(number) }
  /// What tensors of it hold.
  public static var elementType: ElementType { .float32 }
}
extension Double: TensorScalar {
  /// The value from what is given.
  public init(number: Double) { self = number }
  /// What tensors of it hold.
  public static var elementType: ElementType { .float64 }
}
extension Int: TensorElement {
  /// The value from what is given.
  public init(number: Double) { self = Int(truncatingIfNeeded: Int64(cutting: number)) }
  /// What tensors of it hold.
  public static var elementType: ElementType { .int64 }
  /// The same number in 64 bits.
  public var stored: Int64 { Int64(self) }
  /// The value from what is given.
  public init(stored: Int64) { self = Int(truncatingIfNeeded: stored) }
}
extension Int64: TensorElement {
  /// The value from what is given.
  public init(number: Double) { self.init(cutting: number) }
  /// What tensors of it hold.
  public static var elementType: ElementType { .int64 }
}
extension Int32: TensorElement {
  /// Cut towards zero, then wrapped.
  public init(number: Double) { self.init(truncatingIfNeeded: Int64(cutting: number)) }
  /// What tensors of it hold.
  public static var elementType: ElementType { .int32 }
}
extension Int16: TensorElement {
  /// Cut towards zero, then wrapped.
  public init(number: Double) { self.init(truncatingIfNeeded: Int64(cutting: number)) }
  /// What tensors of it hold.
  public static var elementType: ElementType { .int16 }
}
extension Int8: TensorElement {
  /// Cut towards zero, then wrapped.
  public init(number: Double) { self.init(truncatingIfNeeded: Int64(cutting: number)) }
  /// What tensors of it hold.
  public static var elementType: ElementType { .int8 }
}
extension UInt8: TensorElement {
  /// Cut towards zero, then wrapped.
  public init(number: Double) { self.init(truncatingIfNeeded: Int64(cutting: number)) }
  /// What tensors of it hold.
  public static var elementType: ElementType { .uint8 }
}
extension BFloat16: TensorElement {
  /// What tensors of it hold.
  public static var elementType: ElementType { .bfloat16 }
}
#if !hasFeature(Embedded)
  extension Float16: TensorElement {
    /// The nearest float16, halves to even.
    public init(number: Double) { self = Float16(number) }
    /// What tensors of it hold.
    public static var elementType: ElementType { .float16 }
  }
#endif
extension Bool: TensorElement {
  /// The value from what is given.
  public init(number: Double) { self = number != 0 }
  /// What tensors of it hold.
  public static var elementType: ElementType { .bool }
}

extension Int64 {
  /// Cut towards zero; what does not fit goes to the nearest end, and NaN to 0.
  package init(cutting number: Double) {
    if number != number {
      self = 0
    } else if number >= 0x1p63 {
      self = .max
    } else if number <= -0x1p63 {
      self = .min
    } else {
      self = Int64(number)
    }
  }
}
