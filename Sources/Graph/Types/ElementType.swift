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
}

extension Float: TensorScalar {
  public static var elementType: ElementType { .float32 }
}
extension Double: TensorScalar {
  public static var elementType: ElementType { .float64 }
}
extension Int: TensorScalar {
  public static var elementType: ElementType { .int64 }
}
extension Int64: TensorScalar {
  public static var elementType: ElementType { .int64 }
}
extension Bool: TensorScalar {
  public static var elementType: ElementType { .bool }
}
