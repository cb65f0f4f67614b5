// Comparisons and logic as operators, and Swift numbers beside tensors in functions of two.

extension Tensor {
  /// a > b, element by element, as bool; false on NaN.
  public static func > (a: Tensor, b: Tensor) -> Tensor { greater(a, b) }
  /// a < b, element by element, as bool; false on NaN.
  public static func < (a: Tensor, b: Tensor) -> Tensor { less(a, b) }
  /// a ≥ b, element by element, as bool; false on NaN.
  public static func >= (a: Tensor, b: Tensor) -> Tensor { greaterEqual(a, b) }
  /// a ≤ b, element by element, as bool; false on NaN.
  public static func <= (a: Tensor, b: Tensor) -> Tensor { lessEqual(a, b) }

  /// a > b for every element, as bool.
  public static func > (a: Tensor, b: some TensorNumber) -> Tensor { a > a.beside(b) }
  /// a > b for every element, as bool.
  public static func > (a: some TensorNumber, b: Tensor) -> Tensor { b.beside(a) > b }
  /// a < b for every element, as bool.
  public static func < (a: Tensor, b: some TensorNumber) -> Tensor { a < a.beside(b) }
  /// a < b for every element, as bool.
  public static func < (a: some TensorNumber, b: Tensor) -> Tensor { b.beside(a) < b }
  /// a ≥ b for every element, as bool.
  public static func >= (a: Tensor, b: some TensorNumber) -> Tensor { a >= a.beside(b) }
  /// a ≥ b for every element, as bool.
  public static func >= (a: some TensorNumber, b: Tensor) -> Tensor { b.beside(a) >= b }
  /// a ≤ b for every element, as bool.
  public static func <= (a: Tensor, b: some TensorNumber) -> Tensor { a <= a.beside(b) }
  /// a ≤ b for every element, as bool.
  public static func <= (a: some TensorNumber, b: Tensor) -> Tensor { b.beside(a) <= b }

  /// Both, of truth values; the bits that both have, of integers.
  public static func & (a: Tensor, b: Tensor) -> Tensor {
    a.element == .bool ? logicalAnd(a, b) : bitwiseAnd(a, b)
  }
  /// Either, of truth values; the bits of both, of integers.
  public static func | (a: Tensor, b: Tensor) -> Tensor {
    a.element == .bool ? logicalOr(a, b) : bitwiseOr(a, b)
  }
  /// One but not the other, of truth values; the bits in which they differ, of integers.
  public static func ^ (a: Tensor, b: Tensor) -> Tensor {
    a.element == .bool ? logicalXor(a, b) : bitwiseXor(a, b)
  }
  /// True where a truth value is false.
  public static prefix func ! (a: Tensor) -> Tensor { logicalNot(a) }

  /// Replaces a by a + b.
  public static func += (a: inout Tensor, b: Tensor) { a = a + b }
  /// Replaces a by a − b.
  public static func -= (a: inout Tensor, b: Tensor) { a = a - b }
  /// Replaces a by a · b.
  public static func *= (a: inout Tensor, b: Tensor) { a = a * b }
  /// Replaces a by a / b.
  public static func /= (a: inout Tensor, b: Tensor) { a = a / b }
  /// Replaces a by a + b.
  public static func += (a: inout Tensor, b: some TensorNumber) { a = a + b }
  /// Replaces a by a − b.
  public static func -= (a: inout Tensor, b: some TensorNumber) { a = a - b }
  /// Replaces a by a · b.
  public static func *= (a: inout Tensor, b: some TensorNumber) { a = a * b }
  /// Replaces a by a / b.
  public static func /= (a: inout Tensor, b: some TensorNumber) { a = a / b }
}

/// True where an element is b.
public func equal(_ a: Tensor, _ b: some TensorNumber) -> Tensor { equal(a, a.beside(b)) }
/// True where an element is not b.
public func notEqual(_ a: Tensor, _ b: some TensorNumber) -> Tensor { notEqual(a, a.beside(b)) }
/// a > b for every element, as bool.
public func greater(_ a: Tensor, _ b: some TensorNumber) -> Tensor { a > b }
/// a < b for every element, as bool.
public func less(_ a: Tensor, _ b: some TensorNumber) -> Tensor { a < b }
/// The larger of an element and b.
public func maximum(_ a: Tensor, _ b: some TensorNumber) -> Tensor { maximum(a, a.beside(b)) }
/// The smaller of an element and b.
public func minimum(_ a: Tensor, _ b: some TensorNumber) -> Tensor { minimum(a, a.beside(b)) }
/// What is left of an element after whole multiples of b, of b's sign.
public func remainder(_ a: Tensor, _ b: some TensorNumber) -> Tensor { remainder(a, a.beside(b)) }
/// An element divided by b, rounded down.
public func floorDivide(_ a: Tensor, _ b: some TensorNumber) -> Tensor {
  a.beside(b) { floorDivide($0, $1) }
}
/// condition ? a : b, for a Swift number b.
public func select(_ condition: Tensor, _ a: Tensor, _ b: some TensorNumber) -> Tensor {
  select(condition, a, a.beside(b))
}
/// condition ? a : b, for a Swift number a.
public func select(_ condition: Tensor, _ a: some TensorNumber, _ b: Tensor) -> Tensor {
  select(condition, b.beside(a), b)
}
