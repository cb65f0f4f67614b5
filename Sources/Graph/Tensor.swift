/// A value: its shape, its element type, and how to get it. Computed when somebody reads it.
public struct Tensor: Sendable {
  package let node: Node

  @inline(__always) package init(_ node: Node) { self.node = node }

  /// The sizes of its axes.
  public var shape: Shape { node.shape }
  /// What its elements are.
  public var element: ElementType { node.element }
  /// The number of axes.
  public var rank: Int { node.shape.rank }
  /// The number of elements.
  public var count: Int { node.shape.count }
  /// Shape and element type together.
  public var type: TensorType { node.type }

  /// True where both are the very same node of the graph.
  public func isSame(as other: Tensor) -> Bool { node === other.node }

  /// A scalar that enters plans as an operand: another value tomorrow is the same plan.
  public init(_ value: Double, _ element: ElementType = .float32) {
    node = Node(ScalarOperand.shared)
    node.element = element
    node.scalar = value
  }

  /// A constant that belongs to the structure, such as the 1 in 1 - t²: plans may fold it.
  package static func literal(_ value: Double, _ element: ElementType) -> Tensor {
    if element == .float32 {
      if value == 1 { return commonLiterals.one }
      if value.bitPattern == 0 { return commonLiterals.zero }
      if value == 2 { return commonLiterals.two }
    }
    return makeLiteral(value, element)
  }

  /// A tensor with these elements in row-major order.
  public init<Element: TensorElement>(_ elements: [Element], shape: Shape) {
    self.init(copying: elements, shape)
  }

  private init<Scalar: TensorScalar>(copying elements: [Scalar], _ shape: Shape) {
    guard shape.isValid, elements.count == shape.count else {
      self = Tensor.wrongCount(elements.count, shape)
      return
    }
    let storage = Storage.make(byteCount: elements.count * Scalar.elementType.byteCount)
    if Scalar.isStoredAsItIs {
      elements.withUnsafeBytes { bytes in
        guard let source = bytes.baseAddress else { return }
        storage.pointer.copyMemory(from: source, byteCount: bytes.count)
      }
    } else {
      let target = storage.pointer.assumingMemoryBound(to: Scalar.Stored.self)
      for index in 0..<elements.count { target[index] = elements[index].stored }
    }
    node = Node(
      Constant.shared, TensorType(shape, Scalar.elementType), storage: storage)
  }

  private init(rounding elements: [Double], _ shape: Shape, _ element: ElementType) {
    guard shape.isValid, elements.count == shape.count else {
      self = Tensor.wrongCount(elements.count, shape)
      return
    }
    let size = element.byteCount
    let storage = Storage.make(byteCount: elements.count * size)
    for index in 0..<elements.count {
      write(elements[index], as: element, to: storage.pointer + index * size)
    }
    node = Node(Constant.shared, TensorType(shape, element), storage: storage)
  }

  /// A tensor with these elements as they lie in memory: row-major, the lowest byte of each first. A truth value is a
  /// byte, and true where that is not 0.
  public init(bytes: UnsafeRawBufferPointer, shape: Shape, _ element: ElementType) {
    guard shape.isValid, bytes.count == shape.count * element.byteCount else {
      self = fail(
        GraphError(
          "tensor",
          "\(bytes.count) bytes do not fill \(element.name) \(shape.description), which takes \(shape.count) · \(element.byteCount)"
        ))
      return
    }
    let storage = Storage.make(byteCount: bytes.count)
    if let source = bytes.baseAddress {
      storage.pointer.copyMemory(from: source, byteCount: bytes.count)
    }
    if element == .bool {
      let truths = storage.pointer.assumingMemoryBound(to: UInt8.self)
      for index in 0..<bytes.count where truths[index] > 1 { truths[index] = 1 }
    }
    node = Node(Constant.shared, TensorType(shape, element), storage: storage)
  }

  private static func wrongCount(_ count: Int, _ shape: Shape) -> Tensor {
    fail(GraphError("tensor", "\(count) elements do not fill \(shape.description)"))
  }

  /// A tensor with these numbers in row-major order, float32 unless asked otherwise.
  public init(_ elements: [Double], shape: Shape, _ element: ElementType = .float32) {
    switch element {
    case .float32: self.init(elements.map { Float($0) }, shape: shape)
    case .float64: self.init(copying: elements, shape)
    default: self.init(rounding: elements, shape, element)
    }
  }

  /// A vector of these numbers, float32 unless asked otherwise.
  public init(_ elements: [Double], _ element: ElementType = .float32) {
    self.init(elements, shape: [elements.count], element)
  }

  /// A vector with these elements.
  public init<Element: TensorElement>(_ elements: [Element]) {
    self.init(elements, shape: [elements.count])
  }

  /// The value so far, cut from how it was computed: no gradient flows through.
  public var detached: Tensor { StopGradient.shared.apply(self) }
}

private func makeLiteral(_ value: Double, _ element: ElementType) -> Tensor {
  let node = Node(Literal(value, element))
  node.element = element
  node.scalar = value
  return Tensor(node)
}

private struct LiteralSet: Sendable {
  let one = makeLiteral(1, .float32)
  let zero = makeLiteral(0, .float32)
  let two = makeLiteral(2, .float32)
}
private let commonLiterals = LiteralSet()
