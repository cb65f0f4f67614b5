import AdjointGraph

extension Tensor {
  /// This tensor with its value computed. Reading does the same; call it to compute several values at once
  /// or to meet an error where it can be caught.
  @discardableResult
  public func tryEvaluated() throws(GraphError) -> Tensor {
    try Engine.evaluate([self])
    return self
  }

  /// This tensor with its value computed.
  @discardableResult
  public func evaluated() -> Tensor {
    do throws(GraphError) {
      return try tryEvaluated()
    } catch {
      return fail(error)
    }
  }

  /// The elements in row-major order, as the Swift type that fits the element type.
  public func array<Scalar: TensorScalar>(of _: Scalar.Type) -> [Scalar] {
    guard Scalar.elementType == element else {
      _ = fail(
        GraphError(
          "array", "the elements are \(element.name), not \(Scalar.elementType.name); cast first"))
      return []
    }
    if let number = scalarNumber { return [number].map { Scalar(number: $0) } }
    let node = evaluated().node
    // What an error gave stands for one number, so that reading its first does not trap.
    guard !node.isPoisoned else { return [Scalar(number: .nan)] }
    guard let storage = node.storage else { return [] }
    let source = storage.pointer.assumingMemoryBound(to: Scalar.Stored.self)
    return UnsafeBufferPointer(start: source, count: node.shape.count).map { Scalar(stored: $0) }
  }

  /// The elements as they lie in memory: row-major, the lowest byte of each first. The memory is valid until `body`
  /// returns.
  public func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    if let number = scalarNumber {
      let scratch = Storage.make(byteCount: 8)
      write(number, as: element, to: scratch.pointer)
      return try body(UnsafeRawBufferPointer(start: scratch.pointer, count: element.byteCount))
    }
    let node = evaluated().node
    guard let storage = node.storage else {
      return try body(UnsafeRawBufferPointer(start: nil, count: 0))
    }
    defer { withExtendedLifetime(storage) {} }
    return try body(
      UnsafeRawBufferPointer(start: storage.pointer, count: node.type.byteCount))
  }

  /// The elements as numbers, whatever their type. Reading converts; it plans nothing.
  public var floats: [Float] { element == .float32 ? array(of: Float.self) : numbers { Float($0) } }
  /// The elements as Doubles, whatever their type.
  public var doubles: [Double] { element == .float64 ? array(of: Double.self) : numbers { $0 } }
  /// The elements as integers, cut towards zero.
  public var integers: [Int] {
    element == .int64
      ? array(of: Int.self) : numbers { Int(truncatingIfNeeded: Int64(cutting: $0)) }
  }
  /// Which elements are not zero.
  public var booleans: [Bool] { element == .bool ? array(of: Bool.self) : numbers { $0 != 0 } }

  private func numbers<Number>(_ convert: (Double) -> Number) -> [Number] {
    switch element {
    case .bool: array(of: Bool.self).map { convert($0 ? 1 : 0) }
    case .int32: array(of: Int32.self).map { convert(Double($0)) }
    case .int16: array(of: Int16.self).map { convert(Double($0)) }
    case .int8: array(of: Int8.self).map { convert(Double($0)) }
    case .uint8: array(of: UInt8.self).map { convert(Double($0)) }
    case .float16: array(of: Float16Bits.self).map { convert(Double($0.float)) }
    case .bfloat16: array(of: BFloat16.self).map { convert(Double($0.float)) }
    case .int64: array(of: Int64.self).map { convert(Double($0)) }
    case .float32: array(of: Float.self).map { convert(Double($0)) }
    case .float64: array(of: Double.self).map { convert($0) }
    }
  }

  /// The one element of a tensor that has one.
  public var item: Double {
    guard count == 1 else {
      _ = fail(GraphError("item", "needs a tensor of one element, not \(shape.description)"))
      return .nan
    }
    return doubles.first ?? .nan
  }

  /// The number of a scalar that was given as one.
  private var scalarNumber: Double? {
    let isNumber = node.operation is ScalarOperand || node.operation is Literal
    guard node.storage == nil && isNumber else { return nil }
    CaptureLog.current?.noteReading(self)
    return node.scalar
  }
}

/// float16 where Swift has no such type.
private struct Float16Bits: TensorScalar {
  static var elementType: ElementType { .float16 }
  let bits: UInt16
  init(number: Double) {
    bits = HalfPrecision.float16(HalfPrecision.roundedToOdd(number))
  }
  var float: Float { HalfPrecision.float(float16: bits) }
}
