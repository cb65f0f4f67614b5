import AdjointGraph
import AdjointReference
import CSupport

/// A compiled plan: kernels over slots, one slot a value. Everything but the caller's memory is in place
/// before it runs, so that a run allocates nothing.
package final class Executable {
  fileprivate let kernels: [any Kernel]
  fileprivate let slots: Slots
  fileprivate let slotCount: Int
  /// For each leaf its slot; scalars carry the type that their number is written in.
  fileprivate let leaves: [(slot: Int, scalar: ElementType?)]
  fileprivate let outputs: [Int]
  fileprivate let arena: Storage
  fileprivate let numbers: Storage
  /// Bytes of intermediate values.
  package var arenaBytes: Int { arena.byteCount }
  package var kernelCount: Int { kernels.count }

  fileprivate init(
    kernels: [any Kernel], slots: Slots, slotCount: Int,
    leaves: [(slot: Int, scalar: ElementType?)], outputs: [Int], arena: Storage, numbers: Storage
  ) {
    self.kernels = kernels
    self.slots = slots
    self.slotCount = slotCount
    self.leaves = leaves
    self.outputs = outputs
    self.arena = arena
    self.numbers = numbers
  }

  deinit { slots.deallocate() }

  @inline(__always)
  package func setLeaf(_ index: Int, _ memory: UnsafeMutableRawPointer) {
    slots[leaves[index].slot] = memory
  }

  @inline(__always)
  package func setScalar(_ index: Int, _ number: Double) {
    let leaf = leaves[index]
    write(number, as: leaf.scalar ?? .float64, to: slots[leaf.slot])
  }

  @inline(__always)
  package func setOutput(_ index: Int, _ memory: UnsafeMutableRawPointer) {
    slots[outputs[index]] = memory
  }

  package func run() throws(GraphError) {
    if Profile.isOn { return try runTimed() }
    for kernel in kernels { try kernel.run(slots) }
  }

  private func runTimed() throws(GraphError) {
    for (index, kernel) in kernels.enumerated() {
      let start = adj_seconds()
      try kernel.run(slots)
      Profile.note(kernel, place: index, seconds: adj_seconds() - start)
    }
  }
}

/// Writes a number in an element type.
package func write(_ number: Double, as element: ElementType, to memory: UnsafeMutableRawPointer) {
  switch element {
  case .float32: memory.storeBytes(of: Float(number), as: Float.self)
  case .float64: memory.storeBytes(of: number, as: Double.self)
  case .int64: memory.storeBytes(of: Int64(number), as: Int64.self)
  case .bool: memory.storeBytes(of: number != 0 ? 1 : 0, as: UInt8.self)
  }
}

/// Collects kernels in order, then gives every value its memory: intermediates share one arena by lifetime.
package struct ExecutableBuilder {
  private let program: Program
  private var kernels: [any Kernel] = []
  private var touched: [(reads: [Int], writes: [Int])] = []
  /// Bytes a slot needs; slots beyond the program's values are a device's own.
  private var slotBytes: [Int]
  /// Slots that are pointed elsewhere by a kernel when it runs (views), with what they look into.
  private var viewedSlot: [Int]

  package init(_ program: Program) {
    self.program = program
    slotBytes = program.values.map { $0.type.byteCount }
    viewedSlot = Array(0..<program.values.count)
  }

  /// Another slot, for scratch memory or a value in another layout.
  package mutating func newSlot(bytes: Int) -> Int {
    slotBytes.append(bytes)
    viewedSlot.append(slotBytes.count - 1)
    return slotBytes.count - 1
  }

  package mutating func append(_ kernel: any Kernel, reads: [Int], writes: [Int]) {
    kernels.append(kernel)
    touched.append((reads, writes))
  }

  /// Says that `slot` holds no memory of its own but looks into another's.
  package mutating func setView(_ slot: Int, into other: Int) {
    viewedSlot[slot] = viewedSlot[other]
  }

  package func owner(of slot: Int) -> Int { viewedSlot[slot] }

  /// Ends with each result in a slot of its own, written by the kernel that computes it where that is safe.
  package consuming func finish(reuse: [Int]) -> Executable {
    var outputs = [Int]()
    for (index, value) in program.outputs.enumerated() {
      let isSafe = reuse[index] < 0 || mayOverwrite(leafSlot(reuse[index]), by: value)
      outputs.append(outputSlot(value, isSafe: isSafe, taken: outputs))
    }
    return finish(outputs: outputs)
  }

  /// Ends with results in the slots named.
  package consuming func finish(outputs: [Int]) -> Executable {
    let slots = Slots.allocate(capacity: slotBytes.count)
    let (arena, offsets) = planArena(outputs: outputs)
    for slot in 0..<slotBytes.count { slots[slot] = arena.pointer + max(offsets[slot], 0) }
    let numbers = placeNumbers(slots)
    return Executable(
      kernels: kernels, slots: slots, slotCount: slotBytes.count, leaves: leafSlots(),
      outputs: outputs, arena: arena, numbers: numbers)
  }

  /// The slot that a result is written to: the value's own, or a copy's where the value is not computed
  /// here, is a view, is asked for twice, or would overwrite what is read later.
  private mutating func outputSlot(_ value: Int, isSafe: Bool, taken: [Int]) -> Int {
    if isSafe, case .computed = program.values[value].source, !taken.contains(value),
      viewedSlot[value] == value
    {
      return value
    }
    return moved(value, bytes: slotBytes[value])
  }

  /// A copy of a slot, made by the last kernel so far.
  package mutating func moved(_ slot: Int, bytes: Int) -> Int {
    let copy = newSlot(bytes: bytes)
    append(MoveKernel(slot, copy, bytes), reads: [slot], writes: [copy])
    return copy
  }

  /// The slot of a leaf.
  package func leafSlot(_ leaf: Int) -> Int {
    program.values.firstIndex { value in
      if case .leaf(leaf) = value.source { return true }
      return false
    } ?? -1
  }

  /// Whether nothing reads a leaf once `slot` has been written, so that both may share memory. The writing
  /// kernel itself may read the leaf only where it `worksInPlace`.
  package func mayOverwrite(_ leaf: Int, by slot: Int, worksInPlace: Bool = false) -> Bool {
    guard let write = touched.firstIndex(where: { $0.writes.contains(slot) }) else { return false }
    for time in write..<touched.count {
      let reads = touched[time].reads.contains { viewedSlot[$0] == leaf }
      if reads && (time > write || !worksInPlace) { return false }
      if touched[time].writes.contains(where: { viewedSlot[$0] == slot }) && time > write {
        return false
      }
    }
    return true
  }

  private func leafSlots() -> [(slot: Int, scalar: ElementType?)] {
    var leaves = [(slot: Int, scalar: ElementType?)](
      repeating: (0, nil), count: program.leafCount)
    for (slot, value) in program.values.enumerated() {
      switch value.source {
      case .leaf(let number): leaves[number] = (slot, nil)
      case .scalar(let number): leaves[number] = (slot, value.type.element)
      default: break
      }
    }
    return leaves
  }

  /// Scalars and literals live apart from the arena; literals are written here once.
  private func placeNumbers(_ slots: Slots) -> Storage {
    let numbers = Storage.make(byteCount: 8 * program.values.count)
    for (slot, value) in program.values.enumerated() {
      switch value.source {
      case .scalar: slots[slot] = numbers.pointer + 8 * slot
      case .literal(let number):
        slots[slot] = numbers.pointer + 8 * slot
        write(number, as: value.type.element, to: slots[slot])
      default: break
      }
    }
    return numbers
  }

  /// Offsets of all intermediate values, -1 for other slots. Two share memory only if one is dead before
  /// the other is born.
  private func planArena(outputs: [Int]) -> (Storage, [Int]) {
    var birth = [Int](repeating: -1, count: slotBytes.count)
    var death = [Int](repeating: -1, count: slotBytes.count)
    var born: [Int] = []
    for (time, step) in touched.enumerated() {
      for slot in step.writes where birth[viewedSlot[slot]] < 0 {
        birth[viewedSlot[slot]] = time
        born.append(viewedSlot[slot])
      }
      for slot in step.reads + step.writes { death[viewedSlot[slot]] = time }
    }
    var isOwn = birth.map { $0 >= 0 }
    for slot in outputs { isOwn[slot] = false }
    for (slot, value) in program.values.enumerated() {
      guard case .computed = value.source else {
        isOwn[slot] = false
        continue
      }
    }
    var arena = ArenaPlan()
    var offsets = [Int](repeating: -1, count: slotBytes.count)
    var living: [(death: Int, slot: Int)] = []
    for slot in born where isOwn[slot] {
      living.removeAll { entry in
        guard entry.death < birth[slot] else { return false }
        arena.free(offsets[entry.slot], slotBytes[entry.slot])
        return true
      }
      offsets[slot] = arena.take(slotBytes[slot])
      living.append((death[slot], slot))
    }
    return (Storage.make(byteCount: arena.size), offsets)
  }
}

/// First-fit offsets in an arena that grows as needed.
private struct ArenaPlan {
  private(set) var size = 0
  private var holes: [(offset: Int, bytes: Int)] = []

  private static func rounded(_ bytes: Int) -> Int { Swift.max((bytes + 63) & ~63, 64) }

  mutating func take(_ bytes: Int) -> Int {
    let needed = ArenaPlan.rounded(bytes)
    for index in holes.indices where holes[index].bytes >= needed {
      let offset = holes[index].offset
      holes[index].offset += needed
      holes[index].bytes -= needed
      if holes[index].bytes == 0 { holes.remove(at: index) }
      return offset
    }
    size += needed
    return size - needed
  }

  /// Gives a piece back and joins it with free neighbours.
  mutating func free(_ offset: Int, _ bytes: Int) {
    var piece = (offset: offset, bytes: ArenaPlan.rounded(bytes))
    var index = 0
    while index < holes.count, holes[index].offset < offset { index += 1 }
    if index < holes.count, piece.offset + piece.bytes == holes[index].offset {
      piece.bytes += holes[index].bytes
      holes.remove(at: index)
    }
    if index > 0, holes[index - 1].offset + holes[index - 1].bytes == piece.offset {
      holes[index - 1].bytes += piece.bytes
    } else {
      holes.insert(piece, at: index)
    }
  }
}

/// Copies a whole value.
private final class MoveKernel: Kernel {
  var summary: String { "move " + String(bytes) + " bytes" }
  private let from: Int
  private let to: Int
  private let bytes: Int

  init(_ from: Int, _ to: Int, _ bytes: Int) {
    self.from = from
    self.to = to
    self.bytes = bytes
  }

  func run(_ slots: Slots) {
    slots[to].copyMemory(from: slots[from], byteCount: bytes)
  }
}
