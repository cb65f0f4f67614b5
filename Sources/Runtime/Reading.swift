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
        return [memory.baseAddress!.load(as: Scalar.self)]
      }
    }
    let node = evaluated().node
    guard let storage = node.storage else { return [] }
    let source = storage.pointer.assumingMemoryBound(to: Scalar.self)
    return Array(UnsafeBufferPointer(start: source, count: node.shape.count))
  }

  public var floats: [Float] { cast(to: .float32).array(of: Float.self) }
  public var doubles: [Double] { cast(to: .float64).array(of: Double.self) }
  public var integers: [Int] { cast(to: .int64).array(of: Int.self) }
  public var booleans: [Bool] { cast(to: .bool).array(of: Bool.self) }

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
