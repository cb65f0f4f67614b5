// Swift numbers beside tensors in functions of two, and the operators that stand for such functions. A number takes
// the tensor's element type, as with + and −.

/// True where an element is a.
public func equal(_ a: some TensorNumber, _ b: Tensor) -> Tensor { equal(b.beside(a), b) }
/// True where an element is not a.
public func notEqual(_ a: some TensorNumber, _ b: Tensor) -> Tensor { notEqual(b.beside(a), b) }
/// a > b for every element, as bool.
public func greater(_ a: some TensorNumber, _ b: Tensor) -> Tensor { greater(b.beside(a), b) }
/// a < b for every element, as bool.
public func less(_ a: some TensorNumber, _ b: Tensor) -> Tensor { less(b.beside(a), b) }
/// a ≥ b for every element, as bool.
public func greaterEqual(_ a: Tensor, _ b: some TensorNumber) -> Tensor {
  greaterEqual(a, a.beside(b))
}
/// a ≥ b for every element, as bool.
public func greaterEqual(_ a: some TensorNumber, _ b: Tensor) -> Tensor {
  greaterEqual(b.beside(a), b)
}
/// a ≤ b for every element, as bool.
public func lessEqual(_ a: Tensor, _ b: some TensorNumber) -> Tensor { lessEqual(a, a.beside(b)) }
/// a ≤ b for every element, as bool.
public func lessEqual(_ a: some TensorNumber, _ b: Tensor) -> Tensor { lessEqual(b.beside(a), b) }
/// The larger of a and an element.
public func maximum(_ a: some TensorNumber, _ b: Tensor) -> Tensor { maximum(b.beside(a), b) }
/// The smaller of a and an element.
public func minimum(_ a: some TensorNumber, _ b: Tensor) -> Tensor { minimum(b.beside(a), b) }
/// What is left of a after whole multiples of an element, of its sign.
public func remainder(_ a: some TensorNumber, _ b: Tensor) -> Tensor { remainder(b.beside(a), b) }
/// a divided by an element, rounded down.
public func floorDivide(_ a: some TensorNumber, _ b: Tensor) -> Tensor {
  floorDivide(b.beside(a), b)
}
/// The angle of (b, a) for every element a.
public func atan2(_ a: Tensor, _ b: some TensorNumber) -> Tensor { atan2(a, a.beside(b)) }
/// The angle of (b, a) for every element b.
public func atan2(_ a: some TensorNumber, _ b: Tensor) -> Tensor { atan2(b.beside(a), b) }
/// √(a² + b²) for every element.
public func hypot(_ a: Tensor, _ b: some TensorNumber) -> Tensor { hypot(a, a.beside(b)) }
/// √(a² + b²) for every element.
public func hypot(_ a: some TensorNumber, _ b: Tensor) -> Tensor { hypot(b.beside(a), b) }
/// The bits that an element shares with b.
public func bitwiseAnd(_ a: Tensor, _ b: some TensorNumber) -> Tensor { bitwiseAnd(a, a.beside(b)) }
/// The bits that an element shares with a.
public func bitwiseAnd(_ a: some TensorNumber, _ b: Tensor) -> Tensor { bitwiseAnd(b.beside(a), b) }
/// The bits of an element and of b.
public func bitwiseOr(_ a: Tensor, _ b: some TensorNumber) -> Tensor { bitwiseOr(a, a.beside(b)) }
/// The bits of an element and of a.
public func bitwiseOr(_ a: some TensorNumber, _ b: Tensor) -> Tensor { bitwiseOr(b.beside(a), b) }
/// The bits in which an element differs from b.
public func bitwiseXor(_ a: Tensor, _ b: some TensorNumber) -> Tensor { bitwiseXor(a, a.beside(b)) }
/// The bits in which an element differs from a.
public func bitwiseXor(_ a: some TensorNumber, _ b: Tensor) -> Tensor { bitwiseXor(b.beside(a), b) }
/// An element times 2ᵇ within 64 bits.
public func shiftLeft(_ a: Tensor, _ b: some TensorNumber) -> Tensor { shiftLeft(a, a.beside(b)) }
/// a times 2 to the power of an element, within 64 bits.
public func shiftLeft(_ a: some TensorNumber, _ b: Tensor) -> Tensor { shiftLeft(b.beside(a), b) }
/// An element divided by 2ᵇ, rounded down.
public func shiftRight(_ a: Tensor, _ b: some TensorNumber) -> Tensor { shiftRight(a, a.beside(b)) }
/// a divided by 2 to the power of an element, rounded down.
public func shiftRight(_ a: some TensorNumber, _ b: Tensor) -> Tensor { shiftRight(b.beside(a), b) }

/// condition ? a : b for Swift numbers: int64 of two integers, otherwise float32.
public func select(
  _ condition: Tensor, _ a: some TensorNumber, _ b: some TensorNumber
) -> Tensor {
  let element = a.asInteger != nil && b.asInteger != nil ? ElementType.int64 : .float32
  return select(condition, Tensor(a, element), Tensor(b, element))
}

extension Tensor {
  /// What is left of a after whole multiples of b, of b's sign (as in Python, not as in Swift).
  public static func % (a: Tensor, b: Tensor) -> Tensor { remainder(a, b) }
  /// What is left of an element after whole multiples of b, of b's sign.
  public static func % (a: Tensor, b: some TensorNumber) -> Tensor { remainder(a, b) }
  /// What is left of a after whole multiples of an element, of its sign.
  public static func % (a: some TensorNumber, b: Tensor) -> Tensor { remainder(a, b) }

  /// True where a truth value is false; the bits of integers inverted.
  public static prefix func ~ (a: Tensor) -> Tensor {
    a.element == .bool ? logicalNot(a) : bitwiseNot(a)
  }

  /// a · 2ᵇ, element by element.
  public static func << (a: Tensor, b: Tensor) -> Tensor { shiftLeft(a, b) }
  /// a · 2ᵇ for every element.
  public static func << (a: Tensor, b: some TensorNumber) -> Tensor { shiftLeft(a, b) }
  /// a / 2ᵇ rounded down, element by element.
  public static func >> (a: Tensor, b: Tensor) -> Tensor { shiftRight(a, b) }
  /// a / 2ᵇ rounded down, for every element.
  public static func >> (a: Tensor, b: some TensorNumber) -> Tensor { shiftRight(a, b) }

  /// True where the elements are equal.
  public static func .== (a: Tensor, b: Tensor) -> Tensor { equal(a, b) }
  /// True where an element is b.
  public static func .== (a: Tensor, b: some TensorNumber) -> Tensor { equal(a, b) }
  /// True where the elements differ.
  public static func .!= (a: Tensor, b: Tensor) -> Tensor { notEqual(a, b) }
  /// True where an element is not b.
  public static func .!= (a: Tensor, b: some TensorNumber) -> Tensor { notEqual(a, b) }
}
