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

  public var isFloating: Bool { self == .float32 || self == .float64 }

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

/// A Swift type whose values fill tensors.
public protocol TensorScalar: Sendable {
  static var elementType: ElementType { get }
  /// What an element is in memory: the type itself, but for `Int`, which has 32 bits in the browser.
  associatedtype Stored = Self
  var stored: Stored { get }
  init(stored: Stored)
}

extension TensorScalar where Stored == Self {
  public var stored: Self { self }
  public init(stored: Self) { self = stored }
}

extension TensorScalar {
  /// True where memory may be copied as it is.
  package static var isStoredAsItIs: Bool { MemoryLayout<Self>.stride == elementType.byteCount }
}

extension Float: TensorScalar {
  public static var elementType: ElementType { .float32 }
}
extension Double: TensorScalar {
  public static var elementType: ElementType { .float64 }
}
extension Int: TensorScalar {
  public static var elementType: ElementType { .int64 }
  public var stored: Int64 { Int64(self) }
  public init(stored: Int64) { self = Int(stored) }
}
extension Int64: TensorScalar {
  public static var elementType: ElementType { .int64 }
}
extension Bool: TensorScalar {
  public static var elementType: ElementType { .bool }
}
