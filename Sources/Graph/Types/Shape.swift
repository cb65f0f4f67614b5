/// The sizes of a tensor's dimensions, up to eight of them, held inline: no allocation a node.
public struct Shape: Equatable, Sendable {
  public static let maximumRank = 8

  /// Sizes beyond the rank are zero, so that equality may compare all eight.
  @usableFromInline package var sizes: InlineArray<8, Int32>
  @usableFromInline package var storedRank: Int32

  /// The shape of a scalar.
  @inlinable public init() {
    sizes = InlineArray(repeating: 0)
    storedRank = 0
  }

  /// A shape with these sizes. Traps above rank 8 or on a negative size; `init(checking:)` throws instead.
  public init(_ dimensions: [Int]) {
    precondition(dimensions.count <= Self.maximumRank, "a shape has at most 8 dimensions")
    self.init()
    for size in dimensions { append(size) }
  }

  @inlinable public var rank: Int { Int(storedRank) }

  @inlinable public subscript(index: Int) -> Int {
    get { Int(sizes[index]) }
    set { sizes[index] = Int32(newValue) }
  }

  /// The number of elements.
  public var count: Int {
    var product = 1
    for axis in 0..<rank { product *= Int(sizes[axis]) }
    return product
  }

  public var isScalar: Bool { storedRank == 0 }

  public var dimensions: [Int] { (0..<rank).map { self[$0] } }

  @inlinable public static func == (a: Shape, b: Shape) -> Bool {
    guard a.storedRank == b.storedRank else { return false }
    for axis in 0..<8 where a.sizes[axis] != b.sizes[axis] { return false }
    return true
  }

  public mutating func append(_ size: Int) {
    precondition(size >= 0, "a dimension cannot be negative")
    precondition(rank < Self.maximumRank, "a shape has at most 8 dimensions")
    sizes[rank] = Int32(size)
    storedRank += 1
  }

  public mutating func insert(_ size: Int, at axis: Int) {
    precondition(rank < Self.maximumRank, "a shape has at most 8 dimensions")
    var index = rank
    while index > axis {
      sizes[index] = sizes[index - 1]
      index -= 1
    }
    sizes[axis] = Int32(size)
    storedRank += 1
  }

  public mutating func remove(at axis: Int) {
    for index in axis..<(rank - 1) { sizes[index] = sizes[index + 1] }
    sizes[rank - 1] = 0
    storedRank -= 1
  }

  /// Strides of a dense row-major array, in elements.
  public var strides: [Int] {
    var strides = [Int](repeating: 1, count: rank)
    var axis = rank - 2
    while axis >= 0 {
      strides[axis] = strides[axis + 1] * self[axis + 1]
      axis -= 1
    }
    return strides
  }

  /// The shape that both broadcast to by NumPy's rule, or nil.
  public func broadcast(with other: Shape) -> Shape? {
    if self == other { return self }
    if other.storedRank == 0 { return self }
    if storedRank == 0 { return other }
    let rank = max(self.rank, other.rank)
    var result = Shape()
    result.storedRank = Int32(rank)
    for axis in 0..<rank {
      let i = axis - (rank - self.rank)
      let j = axis - (rank - other.rank)
      let a = i < 0 ? 1 : sizes[i]
      let b = j < 0 ? 1 : other.sizes[j]
      guard a == b || a == 1 || b == 1 else { return nil }
      result.sizes[axis] = a == 1 ? b : a
    }
    return result
  }

  /// True where a tensor of this shape may be broadcast to `target`.
  public func broadcasts(to target: Shape) -> Bool { broadcast(with: target) == target }

  /// The shape without the axes in the mask, or with size 1 in their place.
  public func reduced(over axes: AxisSet, keepingDimensions keep: Bool) -> Shape {
    var result = Shape()
    for axis in 0..<rank {
      if !axes.contains(axis) {
        result.append(self[axis])
      } else if keep {
        result.append(1)
      }
    }
    return result
  }
}

extension Shape: ExpressibleByArrayLiteral {
  public init(arrayLiteral elements: Int...) { self.init(elements) }
}

extension Shape: CustomStringConvertible {
  public var description: String {
    var text = "["
    for axis in 0..<rank {
      if axis > 0 { text += ", " }
      text += String(self[axis])
    }
    return text + "]"
  }
}

/// A set of axes, as a mask of eight bits.
public struct AxisSet: Equatable, Sendable {
  public let mask: UInt8

  public init(mask: UInt8) { self.mask = mask }

  /// Axes of a tensor of the given rank; negative ones count from the end.
  public init(_ axes: [Int], rank: Int) {
    var mask: UInt8 = 0
    for axis in axes { mask |= 1 << UInt8(axis < 0 ? axis + rank : axis) }
    self.mask = mask
  }

  public static func all(rank: Int) -> AxisSet { AxisSet(mask: UInt8((1 << rank) - 1)) }

  public func contains(_ axis: Int) -> Bool { mask & (1 << UInt8(axis)) != 0 }
  public var isEmpty: Bool { mask == 0 }
}

/// A shape and an element type: all that is known of a value before it is computed.
public struct TensorType: Equatable, Sendable {
  public var shape: Shape
  public var element: ElementType

  public init(_ shape: Shape, _ element: ElementType) {
    self.shape = shape
    self.element = element
  }

  public var byteCount: Int { shape.count * element.byteCount }
}
