import AdjointGraph
import AdjointReference

/// Where a value's elements lie: in which slot, and how far apart along each axis of its shape.
///
/// Transposes, broadcasts and most reshapes are only other strides over the same slot.
struct Location {
  let slot: Int
  let type: TensorType
  let strides: [Int]

  var shape: Shape { type.shape }

  static func rowMajor(_ slot: Int, _ type: TensorType) -> Location {
    Location(slot: slot, type: type, strides: type.shape.strides)
  }

  /// Dense, in the order N, …, C of the axes [N, C, …].
  static func channelsLast(_ slot: Int, _ type: TensorType) -> Location {
    Location(slot: slot, type: type, strides: channelsLastStrides(type.shape))
  }

  static func channelsLastStrides(_ shape: Shape) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.rank)
    var step = shape[1]
    for axis in (2..<shape.rank).reversed() {
      strides[axis] = step
      step *= shape[axis]
    }
    strides[0] = step
    return strides
  }

  /// The axes of images of a rank in the order N, …, C.
  static func channelsLastOrder(_ rank: Int) -> [Int] { [0] + Array(2..<rank) + [1] }

  /// Whether tensors of this rank can be images, with one to three spatial axes.
  static func canBeImages(_ rank: Int) -> Bool { rank >= 3 && rank <= 5 }

  /// Whether the elements lie as these strides say; axes of size 1 may say anything.
  func lies(as strides: [Int]) -> Bool {
    for axis in 0..<shape.rank where shape[axis] != 1 && self.strides[axis] != strides[axis] {
      return shape.count == 0
    }
    return true
  }

  var isRowMajor: Bool { lies(as: shape.strides) }
  var isChannelsLast: Bool {
    Location.canBeImages(shape.rank) && lies(as: Location.channelsLastStrides(shape))
  }

  func transposed(_ order: [Int], _ type: TensorType) -> Location {
    Location(slot: slot, type: type, strides: order.map { strides[$0] })
  }

  /// This value as if repeated to a larger shape.
  func broadcast(_ type: TensorType) -> Location {
    Location(slot: slot, type: type, strides: broadcastStrides(to: type.shape))
  }

  func broadcastStrides(to target: Shape) -> [Int] {
    (0..<target.rank).map { axis in
      let place = axis - (target.rank - shape.rank)
      return place < 0 || shape[place] == 1 ? 0 : strides[place]
    }
  }

  /// This value under another shape where that needs no copy.
  func reshaped(_ type: TensorType) -> Location? {
    if isRowMajor { return .rowMajor(slot, type) }
    // Axes of size 1 come and go freely.
    let own = (0..<shape.rank).filter { shape[$0] != 1 }
    let new = (0..<type.shape.rank).filter { type.shape[$0] != 1 }
    guard own.map({ shape[$0] }) == new.map({ type.shape[$0] }) else { return nil }
    var strides = [Int](repeating: 0, count: type.shape.rank)
    for (from, to) in zip(own, new) { strides[to] = self.strides[from] }
    return Location(slot: slot, type: type, strides: strides)
  }
}

/// Sizes and strides of a loop, with neighbouring axes merged where every operand allows it.
struct LoopNest {
  var sizes: [Int]
  /// One list of strides an operand.
  var strides: [[Int]]

  /// `order` lists the axes from the outermost to the innermost.
  init(_ shape: Shape, order: [Int], strides operands: [[Int]]) {
    sizes = []
    strides = operands.map { _ in [] }
    for axis in order where shape[axis] != 1 {
      let size = shape[axis]
      if let last = sizes.indices.last,
        operands.indices.allSatisfy({ strides[$0][last] == operands[$0][axis] * size })
      {
        sizes[last] *= size
        for operand in operands.indices { strides[operand][last] = operands[operand][axis] }
        continue
      }
      sizes.append(size)
      for operand in operands.indices { strides[operand].append(operands[operand][axis]) }
    }
  }
}
