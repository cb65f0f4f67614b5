import AdjointGraph

/// The order in which elements along an axis are sorted.
final class ArgSortKernel<Scalar: ReferenceScalar>: Kernel {
  var summary: String { "argSort " + input.shape.description }
  private let input: Operand
  private let output: Operand
  private let outer: Int
  private let length: Int
  private let inner: Int
  private let isDescending: Bool

  init(_ operation: ArgSort, _ input: Operand, _ output: Operand) {
    self.input = input
    self.output = output
    isDescending = operation.isDescending
    (outer, length, inner) = input.shape.split(at: operation.axis)
  }

  func run(_ slots: Slots) {
    let from = slots[input.slot].assumingMemoryBound(to: Scalar.self)
    let to = slots[output.slot].assumingMemoryBound(to: Int64.self)
    var order = [Int](repeating: 0, count: length)
    for o in 0..<outer {
      for i in 0..<inner {
        let base = o * length * inner + i
        for place in 0..<length { order[place] = place }
        // Places break ties, so that equal elements keep their order whatever the algorithm.
        order.sort { a, b in
          let (x, y) = (from[base + a * inner], from[base + b * inner])
          if isBefore(x, y, isDescending) { return true }
          return !isBefore(y, x, isDescending) && a < b
        }
        for place in 0..<length { to[base + place * inner] = Int64(order[place]) }
      }
    }
  }
}

/// Whether x is sorted strictly before y; NaN behind everything.
private func isBefore<Scalar: ReferenceScalar>(
  _ x: Scalar, _ y: Scalar, _ isDescending: Bool
) -> Bool {
  if x.isNotANumber { return false }
  if y.isNotANumber { return true }
  return isDescending ? x > y : y > x
}

/// Where values belong in a sorted vector, by halving.
final class SearchSortedKernel<Scalar: ReferenceScalar>: Kernel {
  var summary: String { "searchSorted " + values.shape.description }
  private let sorted: Operand
  private let values: Operand
  private let output: Operand
  private let isRight: Bool

  init(_ operation: SearchSorted, _ sorted: Operand, _ values: Operand, _ output: Operand) {
    self.sorted = sorted
    self.values = values
    self.output = output
    isRight = operation.isRight
  }

  func run(_ slots: Slots) {
    let list = slots[sorted.slot].assumingMemoryBound(to: Scalar.self)
    let from = slots[values.slot].assumingMemoryBound(to: Scalar.self)
    let to = slots[output.slot].assumingMemoryBound(to: Int64.self)
    for place in 0..<values.shape.count {
      var (low, high) = (0, sorted.shape.count)
      while low < high {
        let middle = (low + high) / 2
        let value = from[place]
        let belongsRight =
          isRight ? !isBefore(value, list[middle], false) : isBefore(list[middle], value, false)
        if belongsRight { low = middle + 1 } else { high = middle }
      }
      to[place] = Int64(low)
    }
  }
}

/// Which index names each place last.
final class LastWriterKernel: Kernel {
  var summary: String { "lastWriter " + output.shape.description }
  private let indices: Operand
  private let output: Operand

  init(_ indices: Operand, _ output: Operand) {
    self.indices = indices
    self.output = output
  }

  func run(_ slots: Slots) throws(GraphError) {
    let list = slots[indices.slot].assumingMemoryBound(to: Int64.self)
    let to = slots[output.slot].assumingMemoryBound(to: Int64.self)
    for place in 0..<output.shape.count { to[place] = -1 }
    for index in 0..<indices.shape.count {
      to[try checkedIndex(list[index], output.shape.count, "lastWriter")] = Int64(index)
    }
  }
}

/// The kernel of an operation that compares elements of its first input's type and gives places.
func placesKernel<Scalar: ReferenceScalar>(
  _: Scalar.Type, _ operation: any Operation, _ inputs: [Operand], _ output: Operand
) -> (any Kernel)? {
  switch operation {
  case let sort as ArgSort: ArgSortKernel<Scalar>(sort, inputs[0], output)
  case let search as SearchSorted:
    SearchSortedKernel<Scalar>(search, inputs[0], inputs[1], output)
  default: nil
  }
}
