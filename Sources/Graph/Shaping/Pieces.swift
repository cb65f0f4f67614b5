// Pieces of a tensor: split, padded, windows, diagonals and triangles.

extension Tensor {
  /// Pieces of these sizes along an axis; together they are the whole axis.
  public func split(_ sizes: [Int], axis: Int = 0) -> [Tensor] {
    let place = fromFront(axis)
    guard place >= 0, place < rank, sizes.allSatisfy({ $0 >= 0 }),
      sizes.reduce(0, +) == shape[place]
    else {
      let wrong = fail(
        GraphError(
          "split", "sizes \(Shape.list(sizes)) do not fill axis \(axis) of \(shape.description)"))
      return sizes.map { _ in wrong }
    }
    var start = 0
    return sizes.map { size in
      defer { start += size }
      return strided(place, AxisStride(start: start, step: 1, count: size))
    }
  }

  /// `count` pieces along an axis, as long as each other; the last may be shorter, and there may be fewer.
  public func chunked(_ count: Int, axis: Int = 0) -> [Tensor] {
    let place = fromFront(axis)
    guard place >= 0, place < rank, count > 0 else {
      let wrong = fail(
        GraphError("chunked", "\(shape.description) has no \(count) pieces along axis \(axis)"))
      return Array(repeating: wrong, count: Swift.min(Swift.max(count, 1), 1 << 16))
    }
    let size = shape[place]
    let length = Swift.max((size + count - 1) / count, 1)
    var sizes: [Int] = []
    var rest = size
    while rest > 0 || sizes.isEmpty {
      sizes.append(Swift.min(length, rest))
      rest -= Swift.min(length, rest)
    }
    return split(sizes, axis: place)
  }

  /// What lies in front of and behind each axis is filled: one pair of widths an axis.
  public func padded(_ widths: [(Int, Int)], with number: Double = 0) -> Tensor {
    guard widths.count == rank, widths.allSatisfy({ $0.0 >= 0 && $0.1 >= 0 }) else {
      return fail(GraphError("padded", "the widths do not fit \(shape.description)"))
    }
    var target = Shape()
    for (axis, width) in widths.enumerated() { target.append(shape[axis] + width.0 + width.1) }
    guard target != shape else { return self }
    let place = StridedPlace(
      widths.enumerated().map { AxisStride(start: $1.0, step: 1, count: shape[$0]) }, in: target)
    let inside = place.apply(self)
    if number == 0 { return inside }
    let isInside = place.apply(Tensor.literal(1, .bool).broadcast(to: shape))
    return select(isInside, inside, Tensor(number, element))
  }

  /// How `padded` fills an axis from what it holds.
  public enum Padding: Sendable {
    /// Mirrored at the end, which is not repeated: 2 1 | 0 1 2 | 1 0.
    case reflect
    /// The end again and again: 0 0 | 0 1 2 | 2 2.
    case replicate
    /// From the other end: 1 2 | 0 1 2 | 0 1.
    case circular
  }

  /// An axis made longer by places that it already holds.
  public func padded(axis: Int, _ before: Int, _ after: Int, _ padding: Padding) -> Tensor {
    attempt { () throws(GraphError) in
      let place = try checked(axis, for: "padded")
      let size = shape[place]
      let longest = padding == .reflect ? size - 1 : padding == .circular ? size : Int.max
      guard before >= 0, after >= 0, size > 0, before <= longest, after <= longest else {
        throw GraphError(
          "padded",
          "\(before) and \(after) places cannot be made from axis \(axis) of "
            + shape.description)
      }
      let sources = (-before..<(size + after)).map { (index: Int) -> Int in
        switch padding {
        case .replicate: Swift.min(Swift.max(index, 0), size - 1)
        case .circular: (index + size) % size
        case .reflect: index < 0 ? -index : index < size ? index : 2 * size - 2 - index
        }
      }
      return gather(Tensor(sources), axis: place)
    }
  }

  /// A diagonal of the last two axes; an offset above 0 lies right of the main one.
  public func diagonal(offset: Int = 0) -> Tensor {
    guard rank >= 2 else {
      return fail(GraphError("diagonal", "needs two axes, not \(shape.description)"))
    }
    let (rows, columns) = (shape[rank - 2], shape[rank - 1])
    let length = Swift.max(
      0, Swift.min(rows + Swift.min(offset, 0), columns - Swift.max(offset, 0)))
    let start = offset >= 0 ? offset : -offset * columns
    return flattened(from: rank - 2).strided(
      rank - 2, AxisStride(start: start, step: columns + 1, count: length))
  }

  /// Square matrices with this tensor's last axis on a diagonal and 0 elsewhere.
  public func diagonalMatrix(offset: Int = 0) -> Tensor {
    guard Swift.abs(Double(offset)) < 0x1p31 else {
      return fail(GraphError("diagonalMatrix", "the offset \(offset) is too large"))
    }
    guard rank >= 1 else {
      return fail(GraphError("diagonalMatrix", "needs an axis, not a scalar"))
    }
    let length = shape[rank - 1]
    let size = length + abs(offset)
    var result = shape
    result[rank - 1] = size
    result.append(size)
    let start = offset >= 0 ? offset : -offset * size
    return stridedPlaced(
      rank - 1, AxisStride(start: start, step: size + 1, count: length), in: size * size
    ).reshaped(result)
  }

  /// The last two axes with 0 above the diagonal at `offset`.
  public func lowerTriangle(offset: Int = 0) -> Tensor {
    triangle { column, row in select(greater(column, row + offset), zero, self) }
  }

  /// The last two axes with 0 below the diagonal at `offset`.
  public func upperTriangle(offset: Int = 0) -> Tensor {
    triangle { column, row in select(greater(row + offset, column), zero, self) }
  }

  private var zero: Tensor { .literal(0, element) }

  private func triangle(_ body: (_ column: Tensor, _ row: Tensor) -> Tensor) -> Tensor {
    guard rank >= 2 else {
      return fail(GraphError("triangle", "needs two axes, not \(shape.description)"))
    }
    return body(.iota(shape[rank - 1]), Tensor.iota(shape[rank - 2]).unsqueezed(1))
  }
}
