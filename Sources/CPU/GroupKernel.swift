import AdjointGraph
import AdjointReference
import AdjointRuntime
import CKernels

/// What a fused pass is made from.
struct GroupDraft {
  let program: Program
  let members: [Int]
  let inputs: [Int]
  let results: [Int]
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
}

/// Many pointwise operations in one pass over memory: as machine code where the processor has AVX-512, elsewhere as
/// bytecode over tiles. The results are the same to the last bit.
final class GroupKernel: Kernel {
  var summary: String { "group of \(program.pointee.instruction_count) over \(count) elements" }
  private let program: UnsafeMutablePointer<adj_program>
  private let inputs: UnsafeMutablePointer<adj_input>
  private let outputs: UnsafeMutablePointer<adj_output>
  private let instructions: UnsafeMutablePointer<adj_instruction>
  private let inPointers: UnsafeMutablePointer<UnsafeRawPointer?>
  private let outPointers: UnsafeMutablePointer<UnsafeMutableRawPointer?>
  private let inSlots: [Int]
  private let outSlots: [Int]
  /// Constants of the expressions, read like inputs.
  private let constants: Storage
  private let compute: ElementType
  /// Nil where tiles serve.
  private let code: OpaquePointer?
  private let count: Int64
  private let threads: Int32

  init(_ draft: GroupDraft, locations: [Location], _ device: CPUDevice) {
    let bytecode = Bytecode(draft)
    let constantCount = bytecode.constants.count
    compute = draft.compute.wide
    count = Int64(draft.shape.count)
    inSlots = locations.map { $0.slot }
    outSlots = draft.results
    constants = Storage.make(byteCount: 8 * max(constantCount, 1))
    inputs = .allocate(capacity: locations.count + constantCount)
    inPointers = .allocate(capacity: locations.count + constantCount)
    outputs = .allocate(capacity: draft.results.count)
    outPointers = .allocate(capacity: draft.results.count)
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
    program = .allocate(capacity: 1)
    program.pointee = adj_program(
      input_count: Int32(locations.count + constantCount),
      output_count: Int32(draft.results.count),
      instruction_count: Int32(bytecode.instructions.count),
      register_count: Int32(bytecode.registerCount), inputs: inputs, outputs: outputs,
      instructions: instructions)
    code =
      switch compute {
      case .float32: adj_pointwise_compile_f32(program)
      case .float64: adj_pointwise_compile_f64(program)
      default: nil
      }
    threads = Int32(device.threads(forWork: draft.shape.count * bytecode.instructions.count))
  }

  deinit {
    adj_pointwise_code_free(code)
    program.deallocate()
    inputs.deallocate()
    outputs.deallocate()
    instructions.deallocate()
    inPointers.deallocate()
    outPointers.deallocate()
  }

  func run(_ slots: Slots) {
    for index in 0..<inSlots.count { inPointers[index] = UnsafeRawPointer(slots[inSlots[index]]) }
    for index in 0..<outSlots.count { outPointers[index] = slots[outSlots[index]] }
    switch compute {
    case .int64: adj_pointwise_i64(program, inPointers, outPointers, count, threads)
    case .float64: adj_pointwise_f64(program, code, inPointers, outPointers, count, threads)
    default: adj_pointwise_f32(program, code, inPointers, outPointers, count, threads)
    }
  }

  /// True where the group reads a slot's memory only element by element at the place it writes: neither
  /// through a view nor in another order.
  func worksInPlace(on slot: Int, owner: (Int) -> Int) -> Bool {
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
