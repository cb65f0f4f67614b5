import AdjointGraph
import AdjointReference
import CSupport

/// The memory of intermediate values, one for all plans: they run one at a time.
private final class SharedArena {
  @exclusivity(unchecked) nonisolated(unsafe) static var storage = Storage.make(byteCount: 64)
  /// Changes when the memory does.
  @exclusivity(unchecked) nonisolated(unsafe) static var generation = 1

  static func reserve(_ bytes: Int) throws(GraphError) {
    guard bytes > storage.byteCount else { return }
    guard let larger = Storage(byteCount: bytes) else {
      throw GraphError(
        "evaluate",
        "out of memory for \(bytes) bytes of intermediate values; use smaller tensors or batches")
    }
    storage = larger
    generation += 1
  }
}

/// The part of a plan that reads only what stays from run to run.
package struct HeldPart {
  let kernels: [any Kernel]
  var placed: [(slot: Int, offset: Int)] = []
  var byteCount = 0
  var leaves: [Int] = []
}

/// A compiled plan: kernels over slots, one slot a value. Everything but the caller's memory is in place
/// before it runs, so that a run allocates nothing.
package final class Executable {
  private let kernels: [any Kernel]
  private let slots: Slots
  /// For each leaf its slot; scalars carry the type that their number is written in.
  private let leaves: [(slot: Int, scalar: ElementType?)]
  private let outputs: [Int]
  /// Bytes of intermediate values.
  package let arenaBytes: Int
  /// Slots in the arena, with their offsets.
  private let placed: [(slot: Int, offset: Int)]
  /// The arena that the slots point into now.
  @exclusivity(unchecked) private var generation = 0
  /// Memory of its own, for what runs as a part of another.
  @exclusivity(unchecked) private var ownArena: Storage?
  @exclusivity(unchecked) private var hasOwnArena = false
  private let numbers: Storage
  private let held: HeldPart
  /// The memory of what is computed once.
  @exclusivity(unchecked) private var heldMemory: Storage?

  init(
    kernels: [any Kernel], slots: Slots, leaves: [(slot: Int, scalar: ElementType?)],
    outputs: [Int], arenaBytes: Int, placed: [(slot: Int, offset: Int)], numbers: Storage,
    held: HeldPart
  ) {
    self.kernels = kernels
    self.slots = slots
    self.leaves = leaves
    self.outputs = outputs
    self.arenaBytes = arenaBytes
    self.placed = placed
    self.numbers = numbers
    self.held = held
  }

  /// The leaves that stay from run to run and are read by what is computed once.
  package var heldLeaves: [Int] { held.leaves }

  /// Whether something is computed once.
  package var hasHeldPart: Bool { !held.kernels.isEmpty }

  /// Computes what stays from run to run, from the leaves as they are set.
  package func computeHeldPart() throws(GraphError) {
    if heldMemory == nil {
      guard let memory = Storage(byteCount: Swift.max(held.byteCount, 64)) else {
        throw GraphError(
          "evaluate", "out of memory for \(held.byteCount) bytes that are made of parameters")
      }
      for entry in held.placed { slots[entry.slot] = memory.pointer + entry.offset }
      heldMemory = memory
    }
    for kernel in held.kernels { try kernel.run(slots) }
  }

  deinit { slots.deallocate() }

  var kernelCount: Int { kernels.count }

  private func pointIntoArena() throws(GraphError) {
    let arena = try hasOwnArena ? reservedArena() : sharedArena()
    for entry in placed { slots[entry.slot] = arena.pointer + entry.offset }
  }

  private func sharedArena() throws(GraphError) -> Storage {
    try SharedArena.reserve(arenaBytes)
    generation = SharedArena.generation
    return SharedArena.storage
  }

  private func reservedArena() throws(GraphError) -> Storage {
    guard let arena = ownArena ?? Storage(byteCount: Swift.max(arenaBytes, 64)) else {
      throw GraphError(
        "evaluate",
        "out of memory for \(arenaBytes) bytes of intermediate values; use smaller tensors or batches"
      )
    }
    ownArena = arena
    return arena
  }

  /// From now on its intermediate values lie apart from those of whatever runs around it.
  func takeOwnArena() { hasOwnArena = true }

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

  /// Brings the slots up to date. Before the caller's memory is set: one slot may be both.
  @inline(__always)
  package func prepare() throws(GraphError) {
    if hasOwnArena ? ownArena == nil : generation != SharedArena.generation || generation == 0 {
      try pointIntoArena()
    }
  }

  package func run() throws(GraphError) {
    if Profile.isOn { return try runTimed() }
    for kernel in kernels { try kernel.run(slots) }
  }

  private func runTimed() throws(GraphError) {
    for kernel in kernels {
      let start = adj_seconds()
      try kernel.run(slots)
      Profile.note(kernel, start: start, seconds: adj_seconds() - start)
    }
  }
}
