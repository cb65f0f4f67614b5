// Tensors from Swift numbers: of their own type, or of one that is named, to the last bit.

extension Tensor {
  /// A scalar of the number's own type: of an `Int` int64, of a `Float` float32, of a `Bool` bool. A number written
  /// without a point is an `Int`, as in an array.
  public init<Element: TensorElement>(_ number: Element) {
    self.init([number], shape: [])
  }

  /// A scalar of that number's own type, which enters plans as an operand: another number tomorrow is the same plan.
  public init<Element: TensorElement & TensorNumber>(_ number: Element) {
    self.init(number, Element.elementType)
  }

  /// A scalar of the type that is named. It enters plans as an operand: another number tomorrow is the same plan.
  public init(_ number: some TensorNumber, _ element: ElementType) {
    guard element.isInteger, let integer = number.asInteger, integer.magnitude >= 1 << 53 else {
      self.init(number.asDouble, element)
      return
    }
    // An operand is held as a Double; what that cannot hold is a constant.
    self.init([integer], shape: [], element)
  }

  /// A tensor with these numbers in row-major order, in the type that is named.
  public init<Number: TensorNumber>(_ numbers: [Number], shape: Shape, _ element: ElementType) {
    let integers = element.isInteger ? numbers.compactMap { $0.asInteger } : []
    guard integers.count == numbers.count, element.isInteger else {
      self.init(numbers.map { $0.asDouble }, shape: shape, element)
      return
    }
    switch element {
    case .int32: self.init(integers.map { Int32(truncatingIfNeeded: $0) }, shape: shape)
    case .int16: self.init(integers.map { Int16(truncatingIfNeeded: $0) }, shape: shape)
    case .int8: self.init(integers.map { Int8(truncatingIfNeeded: $0) }, shape: shape)
    case .uint8: self.init(integers.map { UInt8(truncatingIfNeeded: $0) }, shape: shape)
    default: self.init(integers, shape: shape)
    }
  }

  /// A vector of these numbers in the type that is named.
  public init<Number: TensorNumber>(_ numbers: [Number], _ element: ElementType) {
    self.init(numbers, shape: [numbers.count], element)
  }

  /// Every element the same number.
  public static func full(
    _ shape: Shape, _ number: some TensorNumber, _ element: ElementType = .float32
  ) -> Tensor {
    guard shape.isValid else { return full(shape, number.asDouble, element) }
    return Tensor(Array(repeating: number, count: shape.count), shape: shape, element)
  }

  /// Every element the same number.
  public static func full(
    _ sizes: [Int], _ number: some TensorNumber, _ element: ElementType = .float32
  ) -> Tensor {
    full(Shape(sizes), number, element)
  }

  /// Every element 0.
  public static func zeros(_ sizes: [Int], _ element: ElementType = .float32) -> Tensor {
    zeros(Shape(sizes), element)
  }

  /// Every element 1.
  public static func ones(_ sizes: [Int], _ element: ElementType = .float32) -> Tensor {
    ones(Shape(sizes), element)
  }
}

extension Int64: TensorNumber {
  /// The same number as a Double.
  public var asDouble: Double { Double(self) }
  /// The same number as an integer.
  public var asInteger: Int64? { self }
}
extension Int32: TensorNumber {
  /// The same number as a Double.
  public var asDouble: Double { Double(self) }
  /// The same number as an integer.
  public var asInteger: Int64? { Int64(self) }
}
extension Int16: TensorNumber {
  /// The same number as a Double.
  public var asDouble: Double { Double(self) }
  /// The same number as an integer.
  public var asInteger: Int64? { Int64(self) }
}
extension Int8: TensorNumber {
  /// The same number as a Double.
  public var asDouble: Double { Double(self) }
  /// The same number as an integer.
  public var asInteger: Int64? { Int64(self) }
}
extension UInt8: TensorNumber {
  /// The same number as a Double.
  public var asDouble: Double { Double(self) }
  /// The same number as an integer.
  public var asInteger: Int64? { Int64(self) }
}
