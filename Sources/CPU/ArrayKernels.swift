import AdjointGraph
import AdjointReference
import AdjointRuntime
import CKernels

extension CPUCompiler {
  /// Scans, sorting, places and indexing. False for everything else.
  mutating func appendArrays(
    _ operation: any Operation, _ value: Int, _ inputs: [Int], _ type: TensorType
  ) -> Bool {
    appendScan(operation, value, inputs, type) || appendSorting(operation, value, inputs)
      || appendIndexing(operation, value, inputs, type)
      || appendResample(operation, value, inputs, type)
  }

  /// Adds a call that reads row-major values and writes one.
  private mutating func appendCall(
    _ summary: String, _ value: Int, reads: [Location], canFail: Bool = false,
    scratch: [Int] = [], _ call: @escaping (Slots) throws(GraphError) -> Void
  ) {
    let type = program.values[value].type
    builder.append(
      CallKernel(summary + " " + type.shape.description, call), reads: reads.map { $0.slot },
      writes: [value] + scratch, canFail: canFail)
    locations[value] = .rowMajor(value, type)
  }

  private mutating func appendScan(
    _ operation: any Operation, _ value: Int, _ inputs: [Int], _ type: TensorType
  ) -> Bool {
    switch operation {
    case let sum as CumulativeSum:
      return appendScan(
        ADJ_SCAN_SUM, sum.axis, sum.isExclusive, sum.isReversed, value, inputs[0])
    case let product as CumulativeProduct:
      return appendScan(
        ADJ_SCAN_PRODUCT, product.axis, product.isExclusive, product.isReversed, value, inputs[0])
    case let maximum as CumulativeMaximum:
      return appendScan(ADJ_SCAN_MAXIMUM, maximum.axis, false, false, value, inputs[0])
    case let recurrence as Recurrence: return appendRecurrence(recurrence, value, inputs, type)
    default: return false
    }
  }

  private mutating func appendScan(
    _ kind: adj_scan_kind, _ axis: Int, _ isExclusive: Bool, _ isReversed: Bool, _ value: Int,
    _ input: Int
  ) -> Bool {
    guard let element = program.values[value].type.element.arrayElement else { return false }
    let source = rowMajor(input)
    let lanes = source.shape.lanes(along: axis)
    let (threads, from) = (Int32(device.threads), source.slot)
    appendCall("scan", value, reads: [source]) { slots in
      adj_scan(
        element, Int32(kind.rawValue), lanes, isExclusive ? 1 : 0, isReversed ? 1 : 0, slots[from],
        slots[value], threads)
    }
    return true
  }

  private mutating func appendRecurrence(
    _ operation: Recurrence, _ value: Int, _ inputs: [Int], _ type: TensorType
  ) -> Bool {
    guard let element = type.element.arrayElement else { return false }
    let (a, b) = (rowMajor(inputs[0]), rowMajor(inputs[1]))
    let lanes = type.shape.lanes(along: operation.axis)
    let (threads, isReversed) = (Int32(device.threads), Int32(operation.isReversed ? 1 : 0))
    appendCall("recurrence", value, reads: [a, b]) { slots in
      adj_recurrence(
        element, lanes, isReversed, slots[a.slot], slots[b.slot], slots[value], threads)
    }
    return true
  }

  /// Operations that compare elements of their input's type and give places.
  private mutating func appendSorting(
    _ operation: any Operation, _ value: Int, _ inputs: [Int]
  ) -> Bool {
    guard let first = inputs.first,
      let element = program.values[first].type.element.arrayElement
    else { return false }
    switch operation {
    case let place as ArgMax:
      let source = rowMajor(first)
      let lanes = source.shape.lanes(along: place.axis)
      let threads = Int32(device.threads)
      appendCall("argMax", value, reads: [source]) { slots in
        adj_arg_max(element, lanes, slots[source.slot], slots.places(value), threads)
      }
    case let sort as ArgSort: appendSort(sort, element, value, first)
    case let search as SearchSorted:
      let (sorted, values) = (rowMajor(first), rowMajor(inputs[1]))
      let (count, queries) = (Int64(sorted.shape.count), Int64(values.shape.count))
      let (threads, isRight) = (Int32(device.threads), Int32(search.isRight ? 1 : 0))
      appendCall("searchSorted", value, reads: [sorted, values]) { slots in
        adj_search_sorted(
          element, count, slots[sorted.slot], queries, slots[values.slot], isRight,
          slots.places(value), threads)
      }
    default: return false
    }
    return true
  }

  private mutating func appendSort(
    _ operation: ArgSort, _ element: Int32, _ value: Int, _ input: Int
  ) {
    let source = rowMajor(input)
    let lanes = source.shape.lanes(along: operation.axis)
    let (threads, isDescending) = (Int32(device.threads), Int32(operation.isDescending ? 1 : 0))
    let scratch = builder.newSlot(bytes: Int(adj_arg_sort_scratch(element, lanes, threads)))
    appendCall("argSort", value, reads: [source], scratch: [scratch]) { slots in
      adj_arg_sort(
        element, lanes, isDescending, slots[source.slot], slots.places(value), slots[scratch],
        threads)
    }
  }

  private mutating func appendIndexing(
    _ operation: any Operation, _ value: Int, _ inputs: [Int], _ type: TensorType
  ) -> Bool {
    switch operation {
    case let gather as Gather: appendGather(gather, value, inputs, type)
    case let check as CheckedIndices: appendCheck(check, value, inputs)
    case let scatter as ScatterAdd:
      guard let element = type.element.arrayElement else { return false }
      appendScatter(scatter, element, value, inputs, type)
    case let writer as LastWriter:
      let check = IndexCheck("lastWriter", rowMajor(inputs[0]), writer.length, device)
      let canFail = builder.isFirstCheck(operation, inputs)
      appendCall("lastWriter", value, reads: [check.indices], canFail: canFail) {
        (slots) throws(GraphError) in
        let indices = try check.checked(slots)
        adj_last_writer(check.bound, check.count, indices, slots.places(value), check.threads)
      }
    default: return false
    }
    return true
  }

  /// Checked indices are the indices: nothing is copied.
  private mutating func appendCheck(_ operation: CheckedIndices, _ value: Int, _ inputs: [Int]) {
    let list = rowMajor(inputs[0])
    let (count, bound) = (Int64(list.shape.count), Int64(operation.bound))
    let (threads, name) = (Int32(device.threads), operation.what)
    builder.append(
      CallKernel("check \(list.shape)") { (slots) throws(GraphError) in
        let indices = slots.places(list.slot)
        let wrong = adj_first_outside(count, indices, bound, threads)
        guard wrong < 0 else {
          throw GraphError(
            name, "\(indices[Int(wrong)]) at place \(wrong) is not from 0 to \(bound - 1)")
        }
      }, reads: [list.slot], writes: [], canFail: builder.isFirstCheck(operation, inputs))
    locations[value] = list
  }

  private mutating func appendGather(
    _ operation: Gather, _ value: Int, _ inputs: [Int], _ type: TensorType
  ) {
    let source = rowMajor(inputs[0])
    let lanes = source.shape.lanes(along: operation.axis)
    let check = IndexCheck("gather", rowMajor(inputs[1]), Int(lanes.length), device)
    let rowBytes = lanes.inner * Int64(type.element.byteCount)
    let canFail = builder.isFirstCheck(operation, inputs)
    appendCall("gather", value, reads: [source, check.indices], canFail: canFail) {
      (slots) throws(GraphError) in
      guard lanes.outer > 0 else { return }
      let indices = try check.checked(slots)
      adj_gather(
        lanes.outer, lanes.length, rowBytes, check.count, slots[source.slot], indices,
        slots[value], check.threads)
    }
  }

  private mutating func appendScatter(
    _ operation: ScatterAdd, _ element: Int32, _ value: Int, _ inputs: [Int], _ type: TensorType
  ) {
    let source = rowMajor(inputs[0])
    let lanes = type.shape.lanes(along: operation.axis)
    let check = IndexCheck("scatterAdd", rowMajor(inputs[1]), Int(lanes.length), device)
    let canFail = builder.isFirstCheck(operation, inputs)
    appendCall("scatterAdd", value, reads: [source, check.indices], canFail: canFail) {
      (slots) throws(GraphError) in
      guard lanes.outer > 0 else { return }
      let indices = try check.checked(slots)
      adj_scatter_add(
        element, lanes, check.count, slots[source.slot], indices, slots[value], check.threads)
    }
  }
}

/// Indices that must be below a bound when they are used.
private struct IndexCheck {
  let name: String
  let indices: Location
  let bound: Int64
  let count: Int64
  let threads: Int32

  init(_ name: String, _ indices: Location, _ bound: Int, _ device: CPUDevice) {
    self.name = name
    self.indices = indices
    self.bound = Int64(bound)
    count = Int64(indices.shape.count)
    threads = Int32(device.threads)
  }

  func checked(_ slots: Slots) throws(GraphError) -> UnsafeMutablePointer<Int64> {
    let list = slots.places(indices.slot)
    let wrong = adj_first_outside(count, list, bound, threads)
    guard wrong < 0 else {
      throw GraphError(name, "index \(list[Int(wrong)]) is outside an axis of \(bound)")
    }
    return list
  }
}
