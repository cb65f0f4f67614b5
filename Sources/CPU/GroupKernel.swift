import AdjointGraph
import AdjointReference
import AdjointRuntime
import CKernels

/// A sum that is taken along a fused pass, of rows of `length` elements or of the columns of them.
struct GroupSum {
  let value: Int
  let summed: Int
  let isByColumns: Bool
  let length: Int
}

/// What a fused pass is made from.
struct GroupDraft {
  let program: Program
  let members: [Int]
  private(set) var inputs: [Int]
  /// Members whose values others read.
  var results: [Int] = []
  var sums: [GroupSum] = []
  /// What its members compute in. A half type stands for float32, with loads that leave the rounding to its members.
  let compute: ElementType
  let shape: Shape
  let isChannelsLast: Bool
  /// Whether a product and the sum it is used in may round once. Only in what gives results: elsewhere the
  /// bits of a value must not depend on who else reads it, or a recomputed one would differ.
  let fusesProducts: Bool

  /// The axes from the outermost to the innermost in memory.
  var order: [Int] {
    isChannelsLast ? Location.channelsLastOrder(shape.rank) : Array(0..<shape.rank)
  }

  /// Whether a value lies as the elements follow each other.
  func isDense(_ location: Location) -> Bool {
    isChannelsLast ? location.isChannelsLast : location.isRowMajor
  }

  /// More columns are summed in blocks of them, by a pass of their own.
  private static let mostColumns = 4096

  init(
    program: Program, members: [Int], inputs: [Int], compute: ElementType, shape: Shape,
    isChannelsLast: Bool, fusesProducts: Bool
  ) {
    self.program = program
    self.members = members
    self.inputs = inputs
    self.compute = compute
    self.shape = shape
    self.isChannelsLast = isChannelsLast
    self.fusesProducts = fusesProducts
  }

  /// Takes along those sums that are taken in tiles of one length, by which their order is decided.
  mutating func takeSums(_ sums: [GroupSum]) {
    let bytes: Int32 = compute.wide == .float32 ? 4 : 8
    func tile(_ sum: GroupSum) -> Int64 { adj_tile_of_sum(Int64(sum.length), bytes) }
    self.sums = sums.filter { tile($0) == tile(sums[0]) }
    let read = Set(members.flatMap { program.inputs(of: $0) } + self.sums.map { $0.summed })
    inputs.removeAll { !read.contains($0) }
  }

  /// How a sum of rows or of columns of the elements, as they lie, is taken along; nil where it is of neither.
  func sum(_ value: Int) -> GroupSum? {
    guard case .computed(let operation, let inputs) = program.values[value].source,
      let axes = (operation as? Sum)?.axes
    else { return nil }
    let places = order.filter { shape[$0] != 1 }
    let kept = places.filter { !axes.contains($0) }
    let reduced = places.filter { axes.contains($0) }
    guard !reduced.isEmpty, kept == kept.sorted() else { return nil }
    func size(_ axes: [Int]) -> Int { axes.reduce(1) { $0 * shape[$1] } }
    if places == kept + reduced {
      return GroupSum(
        value: value, summed: inputs[0], isByColumns: false, length: size(reduced))
    }
    guard places == reduced + kept, size(kept) <= GroupDraft.mostColumns else { return nil }
    return GroupSum(value: value, summed: inputs[0], isByColumns: true, length: size(kept))
  }
}

/// Many pointwise operations in one pass over memory: as machine code where the processor has AVX-512, elsewhere as
/// bytecode over tiles. The results are the same to the last bit.
final class GroupKernel: Kernel {
  var summary: String {
    let sums = program.pointee.sum_count == 0 ? "" : " with \(program.pointee.sum_count) sums"
    return "group of \(program.pointee.instruction_count) over \(count) elements\(sums)"
  }
  private let program: UnsafeMutablePointer<adj_program>
  private let inputs: UnsafeMutablePointer<adj_input>
  private let outputs: UnsafeMutablePointer<adj_output>
  private let sums: UnsafeMutablePointer<adj_sum>
  private let instructions: UnsafeMutablePointer<adj_instruction>
  private let inPointers: UnsafeMutablePointer<UnsafeRawPointer?>
  private let outPointers: UnsafeMutablePointer<UnsafeMutableRawPointer?>
  private let inSlots: [Int]
  /// For each place in `outPointers` its slot, or -1 for what is only summed.
  private let outSlots: [Int]
  /// Constants of the expressions, read like inputs.
  private let constants: Storage
  private let compute: ElementType
  /// Nil where tiles serve.
  private let code: OpaquePointer?
  private let count: Int64
  private let threads: Int32

  init(_ draft: GroupDraft, locations: [Location], _ device: CPUDevice) {
    let summed = GroupKernel.onlySummed(draft, locations)
    let bytecode = Bytecode(draft, keeping: draft.results + summed)
    let constantCount = bytecode.constants.count
    compute = draft.compute.wide
    count = Int64(draft.shape.count)
    inSlots = locations.map { $0.slot }
    let outputCount = draft.results.count + summed.count
    outSlots = draft.results + summed.map { _ in -1 } + draft.sums.map { $0.value }
    constants = Storage.make(byteCount: 8 * max(constantCount, 1))
    inputs = .allocate(capacity: locations.count + constantCount)
    inPointers = .allocate(capacity: locations.count + constantCount)
    outputs = .allocate(capacity: outputCount)
    outPointers = .allocate(capacity: outSlots.count)
    outPointers.initialize(repeating: nil, count: outSlots.count)
    sums = .allocate(capacity: draft.sums.count)
    instructions = .allocate(capacity: bytecode.instructions.count)
    instructions.initialize(from: bytecode.instructions, count: bytecode.instructions.count)
    for (index, location) in locations.enumerated() {
      inputs[index] = GroupKernel.access(location, draft)
    }
    for (index, number) in bytecode.constants.enumerated() {
      let memory = constants.pointer + 8 * index
      write(number, as: compute, to: memory)
      inputs[locations.count + index] = adj_input()
      inputs[locations.count + index].access = Int32(ADJ_SPLAT.rawValue)
      inPointers[locations.count + index] = UnsafeRawPointer(memory)
    }
    for (index, result) in draft.results.enumerated() {
      outputs[index] = adj_output(
        reg: Int32(bytecode.register(of: result)),
        stored: GroupKernel.stored(draft.program.values[result].type.element, draft.compute))
    }
    for (index, value) in summed.enumerated() {
      outputs[draft.results.count + index] = adj_output(
        reg: Int32(bytecode.register(of: value)), stored: Int32(ADJ_STORED_NOWHERE.rawValue))
    }
    for (index, sum) in draft.sums.enumerated() {
      let output = (draft.results + summed).firstIndex(of: sum.summed)
      let input = draft.inputs.firstIndex(of: sum.summed)
      sums[index] = adj_sum(
        source: Int32(output ?? -1 - input!), by_columns: sum.isByColumns ? 1 : 0,
        length: Int64(sum.length))
    }
    program = .allocate(capacity: 1)
    program.pointee = adj_program(
      input_count: Int32(locations.count + constantCount),
      output_count: Int32(outputCount), instruction_count: Int32(bytecode.instructions.count),
      register_count: Int32(bytecode.registerCount), sum_count: Int32(draft.sums.count),
      inputs: inputs, outputs: outputs, instructions: instructions, sums: sums, tile: 0)
    program.pointee.tile = adj_tile_of(program, compute == .float32 ? 4 : 8)
    code =
      switch compute {
      case .float32: adj_pointwise_compile_f32(program)
      case .float64: adj_pointwise_compile_f64(program)
      default: nil
      }
    let steps = bytecode.instructions.count + draft.sums.count
    threads = Int32(device.threads(forWork: draft.shape.count * steps))
  }

  deinit {
    adj_pointwise_code_free(code)
    program.deallocate()
    inputs.deallocate()
    outputs.deallocate()
    sums.deallocate()
    instructions.deallocate()
    inPointers.deallocate()
    outPointers.deallocate()
  }

  func run(_ slots: Slots) {
    for index in 0..<inSlots.count { inPointers[index] = UnsafeRawPointer(slots[inSlots[index]]) }
    for index in 0..<outSlots.count where outSlots[index] >= 0 {
      outPointers[index] = slots[outSlots[index]]
    }
    switch compute {
    case .int64: adj_pointwise_i64(program, inPointers, outPointers, count, threads)
    case .float64: adj_pointwise_f64(program, code, inPointers, outPointers, count, threads)
    default: adj_pointwise_f32(program, code, inPointers, outPointers, count, threads)
    }
  }

  /// What is summed but not stored, each once: what lies in memory as it is computed is read there.
  private static func onlySummed(_ draft: GroupDraft, _ locations: [Location]) -> [Int] {
    var values: [Int] = []
    for sum in draft.sums where !draft.results.contains(sum.summed) && !values.contains(sum.summed)
    {
      if let input = draft.inputs.firstIndex(of: sum.summed) {
        let access = access(locations[input], draft)
        let isThere =
          access.access == Int32(ADJ_CONTIGUOUS.rawValue)
          && access.stored == Int32(ADJ_STORED_COMPUTED.rawValue)
        if isThere { continue }
      }
      values.append(sum.summed)
    }
    return values
  }

  /// True where the group reads a slot's memory only element by element at the place it writes: neither
  /// through a view nor in another order, nor to sum it afterwards.
  func worksInPlace(on slot: Int, owner: (Int) -> Int) -> Bool {
    for index in 0..<Int(program.pointee.sum_count) where sums[index].source < 0 {
      if owner(inSlots[Int(-1 - sums[index].source)]) == slot { return false }
    }
    for index in 0..<inSlots.count where owner(inSlots[index]) == slot {
      let isElementwise =
        inputs[index].access == Int32(ADJ_CONTIGUOUS.rawValue)
        && inputs[index].stored != Int32(ADJ_STORED_BYTES.rawValue)
      if inSlots[index] != slot || !isElementwise { return false }
    }
    return true
  }

  /// How elements lie in memory, for a group that computes in a type.
  private static func stored(_ element: ElementType, _ compute: ElementType) -> Int32 {
    if element == compute.wide { return Int32(ADJ_STORED_COMPUTED.rawValue) }
    let roundsAgain = compute.isNarrow
    let kind: adj_stored =
      switch element {
      case .bool, .uint8: ADJ_STORED_BYTES
      case .int8: ADJ_STORED_INT8
      case .int16: ADJ_STORED_INT16
      case .int32: roundsAgain ? ADJ_STORED_INT32_ODD : ADJ_STORED_INT32
      case .int64: roundsAgain ? ADJ_STORED_INT64_ODD : ADJ_STORED_INT64
      case .float16: ADJ_STORED_FLOAT16
      case .bfloat16: ADJ_STORED_BFLOAT16
      case .float32: ADJ_STORED_FLOAT32
      case .float64: roundsAgain ? ADJ_STORED_FLOAT64_ODD : ADJ_STORED_FLOAT64
      }
    return Int32(kind.rawValue)
  }

  /// How one input is read over the group's iteration space.
  private static func access(_ location: Location, _ draft: GroupDraft) -> adj_input {
    var input = adj_input()
    input.stored = stored(location.type.element, draft.compute)
    if location.shape.count == 1 {
      input.access = Int32(ADJ_SPLAT.rawValue)
      return input
    }
    if location.shape == draft.shape, draft.isDense(location) {
      input.access = Int32(ADJ_CONTIGUOUS.rawValue)
      return input
    }
    let own = location.broadcastStrides(to: draft.shape)
    let nest = LoopNest(draft.shape, order: draft.order, strides: [own])
    let strides = nest.strides[0]
    if strides.allSatisfy({ $0 == 0 }) {
      input.access = Int32(ADJ_SPLAT.rawValue)
    } else if strides == [1] {
      input.access = Int32(ADJ_CONTIGUOUS.rawValue)
    } else {
      input.access = Int32(ADJ_STRIDED.rawValue)
      input.rank = Int32(nest.sizes.count)
      withUnsafeMutableBytes(of: &input.sizes) { memory in
        let sizes = memory.bindMemory(to: Int64.self)
        for axis in nest.sizes.indices { sizes[axis] = Int64(nest.sizes[axis]) }
      }
      withUnsafeMutableBytes(of: &input.strides) { memory in
        let target = memory.bindMemory(to: Int64.self)
        for axis in strides.indices { target[axis] = Int64(strides[axis]) }
      }
    }
    return input
  }
}
