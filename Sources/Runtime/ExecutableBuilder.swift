import AdjointGraph
import AdjointReference

/// Collects kernels in order, then gives every value its memory: intermediates share one arena by lifetime.
package struct ExecutableBuilder {
  private let program: Program
  private var kernels: [any Kernel] = []
  private var touched: [(reads: [Int], writes: [Int], canFail: Bool)] = []
  /// Bytes a slot needs; slots beyond the program's values are a device's own.
  private var slotBytes: [Int]
  /// Slots that are pointed elsewhere by a kernel when it runs (views), with what they look into.
  private var viewedSlot: [Int]
  private var checks = CheckList()
  /// Slots that stay from run to run, the kernels that fill them, and what these touch.
  private var heldSlots: [Bool]
  private var held: [(kernel: any Kernel, reads: [Int], writes: [Int])] = []
  /// Slots that kernels of every run write.
  private var isWritten: [Bool]

  /// `held` tells which leaves stay from run to run; empty where none does.
  package init(_ program: Program, held: [Bool]) {
    self.program = program
    slotBytes = program.values.map { $0.type.byteCount }
    viewedSlot = Array(0..<program.values.count)
    heldSlots = program.values.map { held.isEmpty ? false : $0.isHeldLeaf(held) }
    isWritten = program.values.map { _ in false }
  }

  /// Whether a slot stays from run to run.
  package func isHeld(_ slot: Int) -> Bool { heldSlots[slot] }

  /// Another slot, for scratch memory or a value in another layout.
  package mutating func newSlot(bytes: Int) -> Int {
    slotBytes.append(bytes)
    viewedSlot.append(slotBytes.count - 1)
    heldSlots.append(false)
    isWritten.append(false)
    return slotBytes.count - 1
  }

  /// Adds a kernel with the slots it reads and writes. One that checks an operand `canFail`. One that reads only what
  /// stays from run to run is run once.
  package mutating func append(
    _ kernel: any Kernel, reads: [Int], writes: [Int], canFail: Bool = false
  ) {
    if !canFail, !reads.isEmpty, reads.allSatisfy({ heldSlots[$0] }), areNew(writes) {
      held.append((kernel, reads, writes))
      for slot in writes { heldSlots[slot] = true }
      return
    }
    for slot in writes where heldSlots[viewedSlot[slot]] { takeBack(viewedSlot[slot]) }
    kernels.append(kernel)
    touched.append((reads, writes, canFail))
    for slot in writes { (isWritten[slot], isWritten[viewedSlot[slot]]) = (true, true) }
  }

  /// Whether no kernel of every run has written to these slots.
  private func areNew(_ slots: [Int]) -> Bool {
    slots.allSatisfy { !isWritten[$0] && !isWritten[viewedSlot[$0]] }
  }

  /// A value that is put together by several kernels is computed in every run if one of them is. Those that began it
  /// were to be run once.
  private mutating func takeBack(_ owner: Int) {
    let steps = held.filter { $0.writes.contains { viewedSlot[$0] == owner } }
    held.removeAll { $0.writes.contains { viewedSlot[$0] == owner } }
    for step in steps {
      kernels.append(step.kernel)
      touched.append((step.reads, step.writes, false))
      for slot in step.writes { (heldSlots[slot], isWritten[slot]) = (false, true) }
    }
  }

  /// Says that `slot` holds no memory of its own but looks into another's.
  package mutating func setView(_ slot: Int, into other: Int) {
    viewedSlot[slot] = viewedSlot[other]
  }

  /// For each slot the one whose memory it looks into: itself where it is no view.
  package var owners: [Int] { viewedSlot }

  /// True for the first operation that checks these values against this bound. What passed once passes again.
  package mutating func isFirstCheck(_ operation: any Operation, _ inputs: [Int]) -> Bool {
    checks.isFirst(operation, inputs, program)
  }

  /// Ends with each result in a slot of its own. `found` says in which slot each lies now, dense.
  ///
  /// A result that looks into a leaf, or that is asked for twice, is copied first. Only then, with every read
  /// known, is it decided which results are written straight to the memory they are to reuse: those after
  /// whose writing nobody reads the old value and nothing can fail. The others are moved there at the end.
  /// `worksInPlace` tells whether the kernel that writes a slot reads a leaf only where it writes.
  package consuming func finish(
    found: [Int], reuse: [Int], worksInPlace: (_ slot: Int, _ leaf: Int) -> Bool
  ) -> Executable {
    var outputs: [Int] = []
    var isTaken = [Bool](repeating: false, count: slotBytes.count)
    for (index, slot) in found.enumerated() {
      let bytes = program.values[program.outputs[index]].type.byteCount
      let isOwn =
        isComputed(slot) && viewedSlot[slot] == slot && slotBytes[slot] == bytes && !heldSlots[slot]
      outputs.append(isOwn && !isTaken[slot] ? slot : moved(slot, bytes: bytes))
      isTaken[slot] = true
    }
    let (planned, leaves, times) = (outputs, leafSlots(), AccessTimes(touched, viewedSlot))
    for (index, slot) in planned.enumerated() where reuse[index] >= 0 {
      let leaf = leaves[reuse[index]].slot
      if !times.mayOverwrite(leaf, by: slot, worksInPlace: worksInPlace(slot, leaf)) {
        outputs[index] = moved(slot, bytes: slotBytes[slot])
      }
    }
    return finish(outputs: outputs)
  }

  private consuming func finish(outputs: [Int]) -> Executable {
    let slots = Slots.allocate(capacity: slotBytes.count)
    let (arenaBytes, offsets) = planArena(outputs: outputs)
    let placed = offsets.indices.filter { offsets[$0] >= 0 }.map { (slot: $0, offset: offsets[$0]) }
    let numbers = placeNumbers(slots)
    return Executable(
      kernels: kernels, slots: slots, leaves: leafSlots(), outputs: outputs,
      arenaBytes: arenaBytes, placed: placed, numbers: numbers, held: heldPart())
  }

  /// What is run once, with memory of its own that nothing else uses.
  private func heldPart() -> HeldPart {
    var part = HeldPart(kernels: held.map { $0.kernel })
    var (isPlaced, isRead) = (heldSlots.map { _ in false }, heldSlots.map { _ in false })
    for step in held {
      for slot in step.writes where viewedSlot[slot] == slot && !isPlaced[slot] {
        isPlaced[slot] = true
        part.placed.append((slot, part.byteCount))
        part.byteCount += ArenaPlan.rounded(slotBytes[slot])
      }
      for slot in step.reads where viewedSlot[slot] < program.values.count {
        let owner = viewedSlot[slot]
        guard case .leaf(let leaf) = program.values[owner].source, !isRead[owner] else { continue }
        isRead[owner] = true
        part.leaves.append(leaf)
      }
    }
    return part
  }

  private func isComputed(_ slot: Int) -> Bool {
    guard slot < program.values.count else { return true }
    if case .computed = program.values[slot].source { return true }
    return false
  }

  /// A copy of a slot, made by the last kernel so far.
  private mutating func moved(_ slot: Int, bytes: Int) -> Int {
    let copy = newSlot(bytes: bytes)
    kernels.append(MoveKernel(slot, copy, bytes))
    touched.append(([slot], [copy], false))
    return copy
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
  private func planArena(outputs: [Int]) -> (Int, [Int]) {
    var birth = [Int](repeating: -1, count: slotBytes.count)
    var death = [Int](repeating: -1, count: slotBytes.count)
    var born: [Int] = []
    for (time, step) in touched.enumerated() {
      for slot in step.writes where birth[viewedSlot[slot]] < 0 {
        birth[viewedSlot[slot]] = time
        born.append(viewedSlot[slot])
      }
      for slot in step.reads { death[viewedSlot[slot]] = time }
      for slot in step.writes { death[viewedSlot[slot]] = time }
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
    var dying: [[Int]] = Array(repeating: [], count: touched.count)
    var buried = 0
    for slot in born where isOwn[slot] {
      while buried < birth[slot] {
        for dead in dying[buried] { arena.free(offsets[dead], slotBytes[dead]) }
        buried += 1
      }
      offsets[slot] = arena.take(slotBytes[slot])
      dying[death[slot]].append(slot)
    }
    return (arena.size, offsets)
  }
}

/// When slots are first written and last read, and when a kernel last can fail.
private struct AccessTimes {
  private var firstWrite: [Int]
  /// By the slot whose memory is read.
  private var lastRead: [Int]
  private var lastFailure = -1

  init(_ touched: [(reads: [Int], writes: [Int], canFail: Bool)], _ viewedSlot: [Int]) {
    firstWrite = Array(repeating: -1, count: viewedSlot.count)
    lastRead = firstWrite
    for (time, step) in touched.enumerated() {
      for slot in step.writes where firstWrite[slot] < 0 { firstWrite[slot] = time }
      for slot in step.reads { lastRead[viewedSlot[slot]] = time }
      if step.canFail { lastFailure = time }
    }
  }

  /// Whether, once `slot` has been written, nothing reads a leaf and nothing can fail, so that both may share
  /// memory. The writing kernel itself may read the leaf only where it `worksInPlace`.
  func mayOverwrite(_ leaf: Int, by slot: Int, worksInPlace: Bool) -> Bool {
    let write = firstWrite[slot]
    guard write >= 0, lastFailure < write else { return false }
    return lastRead[leaf] < write || (lastRead[leaf] == write && worksInPlace)
  }
}

/// First-fit offsets in an arena that grows as needed.
private struct ArenaPlan {
  private(set) var size = 0
  private var holes: [(offset: Int, bytes: Int)] = []

  static func rounded(_ bytes: Int) -> Int { Swift.max((bytes + 63) & ~63, 64) }

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

/// Which values have been checked against which bounds.
struct CheckList {
  private var known: [(value: Int, bound: Int)] = []

  mutating func isFirst(_ operation: any Operation, _ inputs: [Int], _ program: Program) -> Bool {
    let types = inputs.map { program.values[$0].type }
    guard let check = operation.check(types) else { return false }
    let value = inputs[check.input]
    guard !known.contains(where: { $0.value == value && $0.bound == check.bound }) else {
      return false
    }
    known.append((value, check.bound))
    return true
  }
}
