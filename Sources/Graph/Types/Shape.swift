/// The sizes of a tensor's dimensions, up to eight of them, held inline: no allocation a node.
public struct Shape: Equatable, Sendable {
  /// The most axes a tensor can have.
  public static let maximumRank = 8

  /// Sizes beyond the rank are zero, so that equality may compare all eight.
  @usableFromInline package var sizes: InlineArray<8, Int32>
  @usableFromInline package var storedRank: Int32

  /// The shape of a scalar.
  @inlinable public init() {
    sizes = InlineArray(repeating: 0)
    storedRank = 0
  }

  /// A shape with these sizes. One that no tensor can have (`isValid` is false) is refused by the
  /// operation that it is given to.
  public init(_ dimensions: [Int]) {
    self.init()
    for size in dimensions { append(size) }
  }

  /// False above rank 8, where a size is negative or above 2³¹ − 1, and beyond any memory.
  public var isValid: Bool {
    for axis in 0..<rank where sizes[axis] < 0 { return false }
    return count < Shape.tooMany
  }

  /// The number of axes.
  @inlinable public var rank: Int { Int(storedRank) }

  /// The size of an axis; a negative one counts from the end.
  public internal(set) subscript(index: Int) -> Int {
    @inline(__always) get { Int(sizes[index < 0 ? index + rank : index]) }
    @inline(__always) set { sizes[index < 0 ? index + rank : index] = Shape.stored(newValue) }
  }

  /// The number of elements.
  public var count: Int {
    var product = 1
    for axis in 0..<rank {
      let (next, isOver) = product.multipliedReportingOverflow(by: Int(sizes[axis]))
      product = isOver ? Shape.tooMany : min(next, Shape.tooMany)
    }
    return product
  }

  /// More elements than any memory holds, and still countable in bytes.
  private static let tooMany = Int.max >> 4

  /// Stands for a size that 32 bits do not hold.
  private static let tooLarge = Int32.min

  /// Stands in the last place of a shape that was given more than eight axes.
  fileprivate static let tooManyAxes = Int32.min + 1

  /// True without axes.
  public var isScalar: Bool { storedRank == 0 }

  /// The sizes as an array.
  public var dimensions: [Int] { (0..<rank).map { self[$0] } }

  /// True where rank and all sizes agree.
  @inlinable public static func == (a: Shape, b: Shape) -> Bool {
    guard a.storedRank == b.storedRank else { return false }
    for axis in 0..<8 where a.sizes[axis] != b.sizes[axis] { return false }
    return true
  }

  /// A size as it is stored; what does not fit makes the shape invalid.
  private static func stored(_ size: Int) -> Int32 {
    Int32(exactly: size) ?? tooLarge
  }

  /// Adds an innermost axis.
  public mutating func append(_ size: Int) {
    insert(size, at: rank)
  }

  /// Adds an axis before the one at `axis`.
  public mutating func insert(_ size: Int, at axis: Int) {
    guard rank < Self.maximumRank else {
      sizes[Self.maximumRank - 1] = Shape.tooManyAxes
      return
    }
    var index = rank
    while index > axis {
      sizes[index] = sizes[index - 1]
      index -= 1
    }
    sizes[axis] = Shape.stored(size)
    storedRank += 1
  }

  /// Takes an axis away.
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
  package func reduced(over axes: AxisSet, keepingDimensions keep: Bool) -> Shape {
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
  /// From its parts.
  public init(arrayLiteral elements: Int...) { self.init(elements) }
}

extension Shape: CustomStringConvertible {
  /// As error texts write it: "[2, 3]".
  public var description: String {
    var text = "["
    for axis in 0..<rank {
      if axis > 0 { text += ", " }
      switch sizes[axis] {
      case Shape.tooManyAxes: text += "… more than 8 axes"
      case Shape.tooLarge: text += "… a size beyond 32 bits"
      default: text += String(self[axis])
      }
    }
    return text + "]"
  }
}

/// A set of axes, as a mask of eight bits.
package struct AxisSet: Equatable, Sendable {
  package let mask: UInt8

  package init(mask: UInt8) { self.mask = mask }

  /// Axes of a tensor of the given shape; negative ones count from the end.
  package init(_ axes: [Int], of shape: Shape, for operation: String) throws(GraphError) {
    var mask: UInt8 = 0
    for axis in axes {
      let place = axis < 0 ? axis + shape.rank : axis
      guard place >= 0, place < shape.rank else {
        throw GraphError(operation, "axis \(axis) is outside \(shape.description)")
      }
      mask |= 1 << UInt8(place)
    }
    self.mask = mask
  }

  package static func all(rank: Int) -> AxisSet { AxisSet(mask: UInt8((1 << rank) - 1)) }

  package func contains(_ axis: Int) -> Bool { mask & (1 << UInt8(axis)) != 0 }
  package var isEmpty: Bool { mask == 0 }
}

/// A shape and an element type: all that is known of a value before it is computed.
public struct TensorType: Equatable, Sendable {
  /// The sizes of the axes.
  public var shape: Shape
  /// What the elements are.
  public var element: ElementType

  /// From its parts.
  public init(_ shape: Shape, _ element: ElementType) {
    self.shape = shape
    self.element = element
  }

  /// Bytes that the elements take.
  public var byteCount: Int { shape.count * element.byteCount }
}
