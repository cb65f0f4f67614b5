/// A Swift number that may stand beside a tensor.
public protocol TensorNumber: Sendable {
  /// The same number as a Double.
  var asDouble: Double { get }
}

extension Double: TensorNumber {
  /// The same number as a Double.
  public var asDouble: Double { self }
}
extension Float: TensorNumber {
  /// The same number as a Double.
  public var asDouble: Double { Double(self) }
}
extension Int: TensorNumber {
  /// The same number as a Double.
  public var asDouble: Double { Double(self) }
}

// A number takes the tensor's element type. It is an operand of the plan: another number tomorrow is the
// same plan. Beside integers a fraction makes the result float32.
extension Tensor {
  /// a + b for every element.
  public static func + (a: Tensor, b: some TensorNumber) -> Tensor { a + a.beside(b) }
  /// a + b for every element.
  public static func + (a: some TensorNumber, b: Tensor) -> Tensor { b.beside(a) + b }
  /// a − b for every element.
  public static func - (a: Tensor, b: some TensorNumber) -> Tensor { a - a.beside(b) }
  /// a − b for every element.
  public static func - (a: some TensorNumber, b: Tensor) -> Tensor { b.beside(a) - b }
  /// a · b for every element.
  public static func * (a: Tensor, b: some TensorNumber) -> Tensor { a * a.beside(b) }
  /// a · b for every element.
  public static func * (a: some TensorNumber, b: Tensor) -> Tensor { b.beside(a) * b }
  /// a / b for every element.
  public static func / (a: Tensor, b: some TensorNumber) -> Tensor { a / a.beside(b) }
  /// a / b for every element.
  public static func / (a: some TensorNumber, b: Tensor) -> Tensor { b.beside(a) / b }

  /// A number as a tensor that fits beside this one.
  func beside(_ number: some TensorNumber) -> Tensor {
    let value = number.asDouble
    if element.isFloating { return Tensor(value, element) }
    let isWhole = value == value.rounded(.towardZero) && abs(value) < 0x1p53
    return Tensor(value, isWhole ? .int64 : .float32)
  }
}
