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
    precondition(
      Scalar.elementType == element,
      "the elements are not of that type; cast the tensor first")
    if let number = scalarNumber {
      return withUnsafeTemporaryAllocation(byteCount: 8, alignment: 8) { memory in
        write(number, as: element, to: memory.baseAddress!)
        return [Scalar(stored: memory.baseAddress!.load(as: Scalar.Stored.self))]
      }
    }
    let node = evaluated().node
    guard let storage = node.storage else { return [] }
    let count = node.shape.count
    if Scalar.isStoredAsItIs {
      let source = storage.pointer.assumingMemoryBound(to: Scalar.self)
      return Array(UnsafeBufferPointer(start: source, count: count))
    }
    let source = storage.pointer.assumingMemoryBound(to: Scalar.Stored.self)
    return (0..<count).map { Scalar(stored: source[$0]) }
  }

  /// The elements as numbers, whatever their type. Reading converts; it plans nothing.
  public var floats: [Float] { element == .float32 ? array(of: Float.self) : numbers { Float($0) } }
  public var doubles: [Double] { element == .float64 ? array(of: Double.self) : numbers { $0 } }
  public var integers: [Int] { element == .int64 ? array(of: Int.self) : numbers { Int($0) } }
  public var booleans: [Bool] { element == .bool ? array(of: Bool.self) : numbers { $0 != 0 } }

  private func numbers<Number>(_ convert: (Double) -> Number) -> [Number] {
    switch element {
    case .bool: array(of: Bool.self).map { convert($0 ? 1 : 0) }
    case .int64: array(of: Int64.self).map { convert(Double($0)) }
    case .float32: array(of: Float.self).map { convert(Double($0)) }
    case .float64: array(of: Double.self).map { convert($0) }
    }
  }

  /// The one element of a tensor that has one.
  public var item: Double {
    precondition(count == 1, "item needs a tensor of one element")
    return scalarNumber.map { element == .float32 ? Double(Float($0)) : $0 } ?? doubles[0]
  }

  /// The number of a scalar that was given as one.
  private var scalarNumber: Double? {
    node.storage == nil && node.operation.kind == .leaf && !node.isPoisoned ? node.scalar : nil
  }
}
