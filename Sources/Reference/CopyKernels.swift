import AdjointGraph

/// Elements found through strides, written densely: reshape, transpose, broadcast, slice.
final class CopyKernel: Kernel {
  var summary: String { "copy " + output.shape.description }
  private let input: Operand
  private let output: Operand
  private let odometer: Odometer
  /// The slot of a slice's start, and what one place of it skips.
  private let start: (slot: Int, stride: Int, last: Int)?

  init(
    _ input: Operand, strides: [Int], to output: Operand,
    start: (slot: Int, stride: Int, last: Int)? = nil
  ) {
    self.input = input
    self.output = output
    self.start = start
    odometer = Odometer(output.shape, strides: [strides])
  }

  func run(_ slots: Slots) {
    let size = output.element.byteCount
    var from = UnsafeRawPointer(slots[input.slot])
    if let start { from += clampedStart(slots, start.slot, start.last) * start.stride * size }
    let to = slots[output.slot]
    var walk = odometer
    for place in 0..<output.shape.count {
      (to + place * size).copyMemory(from: from + walk.offsets[0] * size, byteCount: size)
      walk.next()
    }
  }
}

/// A start operand, moved to where the piece fits.
package func clampedStart(_ slots: Slots, _ slot: Int, _ last: Int) -> Int {
  let start = Int(slots[slot].assumingMemoryBound(to: Int64.self).pointee)
  return min(max(start, 0), last)
}

/// Zeros with the input at a start along one axis.
final class PlaceKernel: Kernel {
  var summary: String { "place " + output.shape.description }
  private let input: Operand
  private let start: Operand
  private let output: Operand
  private let odometer: Odometer
  private let stride: Int
  private let last: Int

  init(_ operation: Place, _ input: Operand, _ start: Operand, _ output: Operand) {
    self.input = input
    self.start = start
    self.output = output
    let strides = output.shape.strides
    odometer = Odometer(input.shape, strides: [strides])
    stride = strides[operation.axis]
    last = operation.length - input.shape[operation.axis]
  }

  func run(_ slots: Slots) {
    let size = output.element.byteCount
    let to = slots[output.slot]
    to.initializeMemory(as: UInt8.self, repeating: 0, count: output.type.byteCount)
    let base = clampedStart(slots, start.slot, last) * stride
    let from = slots[input.slot]
    var walk = odometer
    for place in 0..<input.shape.count {
      (to + (base + walk.offsets[0]) * size).copyMemory(from: from + place * size, byteCount: size)
      walk.next()
    }
  }
}

/// Places along an axis by index: rows of `inner` elements, `outer` times.
final class GatherKernel: Kernel {
  var summary: String { "gather " + output.shape.description }
  private let input: Operand
  private let indices: Operand
  private let output: Operand
  private let outer: Int
  private let length: Int
  private let inner: Int

  init(_ operation: Gather, _ input: Operand, _ indices: Operand, _ output: Operand) {
    self.input = input
    self.indices = indices
    self.output = output
    (outer, length, inner) = input.shape.split(at: operation.axis)
  }

  func run(_ slots: Slots) throws(GraphError) {
    let bytes = inner * output.element.byteCount
    let (from, to) = (slots[input.slot], slots[output.slot])
    let list = slots[indices.slot].assumingMemoryBound(to: Int64.self)
    let count = indices.shape.count
    for o in 0..<outer {
      for i in 0..<count {
        let place = try checkedIndex(list[i], length, "gather")
        (to + (o * count + i) * bytes).copyMemory(
          from: from + (o * length + place) * bytes, byteCount: bytes)
      }
    }
  }
}

/// Zeros to which rows are added at indexed places.
final class ScatterAddKernel<Scalar: ReferenceScalar>: Kernel {
  var summary: String { "scatterAdd " + output.shape.description }
  private let input: Operand
  private let indices: Operand
  private let output: Operand
  private let outer: Int
  private let length: Int
  private let inner: Int

  init(_ operation: ScatterAdd, _ input: Operand, _ indices: Operand, _ output: Operand) {
    self.input = input
    self.indices = indices
    self.output = output
    (outer, length, inner) = output.shape.split(at: operation.axis)
  }

  func run(_ slots: Slots) throws(GraphError) {
    let from = slots[input.slot].assumingMemoryBound(to: Scalar.self)
    let to = slots[output.slot].assumingMemoryBound(to: Scalar.self)
    let list = slots[indices.slot].assumingMemoryBound(to: Int64.self)
    for place in 0..<output.shape.count { to[place] = .zero }
    let count = indices.shape.count
    for o in 0..<outer {
      for i in 0..<count {
        let place = try checkedIndex(list[i], length, "scatterAdd")
        for j in 0..<inner {
          let target = (o * length + place) * inner + j
          to[target] = .sum(to[target], from[(o * count + i) * inner + j])
        }
      }
    }
  }
}

/// Indices as they are, each below a bound.
final class CheckedIndicesKernel: Kernel {
  var summary: String { "check " + input.shape.description }
  private let input: Operand
  private let output: Operand
  private let bound: Int
  private let what: String

  init(_ operation: CheckedIndices, _ input: Operand, _ output: Operand) {
    self.input = input
    self.output = output
    bound = operation.bound
    what = operation.what
  }

  func run(_ slots: Slots) throws(GraphError) {
    let from = slots[input.slot].assumingMemoryBound(to: Int64.self)
    for place in 0..<input.shape.count where from[place] < 0 || from[place] >= bound {
      throw GraphError(
        what,
        String(from[place]) + " at place " + String(place) + " is not from 0 to "
          + String(bound - 1))
    }
    slots[output.slot].copyMemory(from: slots[input.slot], byteCount: output.type.byteCount)
  }
}

func checkedIndex(_ index: Int64, _ length: Int, _ name: String) throws(GraphError) -> Int {
  guard index >= 0, index < length else {
    throw GraphError(
      name, "index " + String(index) + " is outside an axis of " + String(length))
  }
  return Int(index)
}

/// 0, 1, 2, …
final class IotaKernel: Kernel {
  var summary: String { "iota " + output.shape.description }
  private let output: Operand
  init(_ output: Operand) { self.output = output }

  func run(_ slots: Slots) {
    let to = slots[output.slot].assumingMemoryBound(to: Int64.self)
    for place in 0..<output.shape.count { to[place] = Int64(place) }
  }
}

extension Shape {
  /// The product of sizes before an axis, the axis, and the product after it.
  func split(at axis: Int) -> (Int, Int, Int) {
    var (outer, inner) = (1, 1)
    for index in 0..<rank {
      if index < axis { outer *= self[index] }
      if index > axis { inner *= self[index] }
    }
    return (outer, self[axis], inner)
  }
}
