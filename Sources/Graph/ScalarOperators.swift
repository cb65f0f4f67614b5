/// A Swift number that may stand beside a tensor.
public protocol TensorNumber: Sendable {
  /// The same number as a Double.
  var asDouble: Double { get }
  /// The same number as an integer; nil for a type of numbers with fractions.
  var asInteger: Int64? { get }
}

extension TensorNumber {
  /// The same number as an integer; nil for a type of numbers with fractions.
  public var asInteger: Int64? { nil }
}

extension Double: TensorNumber {
  /// The same number as a Double.
  public var asDouble: Double { self }
}
extension Float: TensorNumber {
  /// The same number as a Double.
  public var asDouble: Double { Double(self) }
}
extension BFloat16: TensorNumber {
  /// The same number as a Double.
  public var asDouble: Double { Double(float) }
}
#if !hasFeature(Embedded)
  extension Float16: TensorNumber {
    /// The same number as a Double.
    public var asDouble: Double { Double(self) }
  }
#endif
extension Int: TensorNumber {
  /// The same number as a Double.
  public var asDouble: Double { Double(self) }
  /// The same number as an integer.
  public var asInteger: Int64? { Int64(self) }
}

// A number takes the tensor's element type. It is an operand of the plan: another number tomorrow is the
// same plan. Beside integers a number of a type with fractions makes the result float32; beside truth values an
// integer makes it int64.
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
  public static func * (a: Tensor, b: some TensorNumber) -> Tensor { a.beside(b) { $0 * $1 } }
  /// a · b for every element.
  public static func * (a: some TensorNumber, b: Tensor) -> Tensor { b.beside(a) { $1 * $0 } }
  /// a / b for every element.
  public static func / (a: Tensor, b: some TensorNumber) -> Tensor { a.beside(b) { $0 / $1 } }
  /// a / b for every element.
  public static func / (a: some TensorNumber, b: Tensor) -> Tensor { b.beside(a) { $1 / $0 } }

  /// What `body` makes of this tensor and a number. Beside halves the number keeps the digits of their wide type, in
  /// which products, quotients and their gradients are computed and rounded once, as PyTorch does; in sums, powers and
  /// comparisons it is a half as well, there as here.
  @inline(__always)
  package func beside(
    _ number: some TensorNumber, _ body: (Tensor, Tensor) -> Tensor
  ) -> Tensor {
    guard element.isFloating, element.isNarrow else { return body(self, beside(number)) }
    return computedWide { body($0, $0.beside(number)) }
  }

  /// A number as a tensor that fits beside this one.
  package func beside(_ number: some TensorNumber) -> Tensor {
    let value = number.asDouble
    if element.isFloating { return Tensor(value, element) }
    guard let integer = number.asInteger else { return Tensor(value, .float32) }
    let target: ElementType = element == .bool ? .int64 : element
    // An operand is held as a Double; what that cannot hold is a constant.
    return abs(value) < 0x1p53
      ? Tensor(value, target) : Tensor([integer], shape: []).cast(to: target)
  }
}
