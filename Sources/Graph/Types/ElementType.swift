/// What a tensor's elements are.
public enum ElementType: UInt8, Sendable, CaseIterable {
  case bool
  case int64
  case float32
  case float64

  /// Bytes one element takes in memory.
  public var byteCount: Int {
    switch self {
    case .bool: 1
    case .float32: 4
    case .int64, .float64: 8
    }
  }

  /// True of numbers with fractions: what derivatives are taken of.
  public var isFloating: Bool { self == .float32 || self == .float64 }

  /// The name as error texts write it.
  public var name: String {
    switch self {
    case .bool: "bool"
    case .int64: "int64"
    case .float32: "float32"
    case .float64: "float64"
    }
  }

  /// The type that holds both: bool < int64 < float32 < float64.
  public func promoted(with other: ElementType) -> ElementType {
    rawValue >= other.rawValue ? self : other
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
