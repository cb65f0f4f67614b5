import AdjointGraph
import AdjointReference

/// A plan with all that is needed to run it again without a graph: where each leaf's value comes from, and which
/// cells hold its results.
package final class CapturedPlan {
  struct CellLeaf {
    let leaf: Int
    let cell: Unmanaged<Cell>
    let type: TensorType
  }

  struct Update {
    let leaf: Int
    let cell: Unmanaged<Cell>
    let type: TensorType
    /// What the cell held when it was traced: to be compared, not to be followed.
    let node: ObjectIdentifier
  }

  /// Results up to this size keep their memory from call to call, where whoever got them has let them go.
  private static let keptBytes = 4096

  let entry: PlanCache.Entry
  let device: any Device
  let identity: UInt64
  package let numbers: ReplayNumbers
  let leaves: [CaptureLog.Leaf]
  let updates: [Update]
  private let results: [TensorType]
  /// Keeps what is referred to without counting.
  private let cells: [Cell]
  private let cellLeaves: [CellLeaf]
  private let argumentLeaves: [(leaf: Int, place: Int)]
  private let numberLeaves: [(leaf: Int, place: Int)]
  private let constants: [(leaf: Int, memory: UnsafeMutableRawPointer)]
  private let fixed: [(leaf: Int, number: Double)]
  private var keyLeaves: [Int] = []
  private let keyMemory = Storage.make(byteCount: 8)
  /// For each result and update the leaf whose memory it is written to, or -1; and the plan's variant for that.
  @exclusivity(unchecked) private var reuse: [Int]
  /// The pattern that this variant was asked for with: it reuses nothing where there are too many.
  @exclusivity(unchecked) private var asked: [Int]
  @exclusivity(unchecked) private var executable: Executable?
  /// The memory from which the part of the plan was computed that stays from run to run. It is held, so that nobody
  /// writes to it: whoever changes a parameter gives its cell other memory.
  @exclusivity(unchecked) private var heldMemory: [Storage?] = []
  @exclusivity(unchecked) private var hasHeldPart = false
  @exclusivity(unchecked) private var nodes: [Node?]
  /// New memory for updates whose cells do not own theirs alone.
  @exclusivity(unchecked) private var fresh: [Storage?]
  @exclusivity(unchecked) private var hasFresh = false
  /// How many cells are updated in their own memory.
  @exclusivity(unchecked) private(set) var reusedBuffers = 0

  init(
    _ log: CaptureLog, _ roots: [Node], _ cells: [Cell], _ reuse: [Int],
    _ entry: PlanCache.Entry, _ device: any Device
  ) {
    (self.entry, self.device, identity) = (entry, device, device.identity)
    (numbers, leaves) = (log.numbers, log.leaves)
    let resultCount = roots.count - cells.count
    results = roots[..<resultCount].map { $0.type }
    updates = cells.indices.map { place in
      Update(
        leaf: reuse[resultCount + place], cell: .passUnretained(cells[place]),
        type: roots[resultCount + place].type, node: ObjectIdentifier(cells[place].node))
    }
    (self.reuse, asked) = (reuse, reuse)
    nodes = Array(repeating: nil, count: resultCount)
    fresh = Array(repeating: nil, count: cells.count)
    var (held, cellLeaves) = (cells, [CellLeaf]())
    var (argumentLeaves, numberLeaves) = ([(leaf: Int, place: Int)](), [(leaf: Int, place: Int)]())
    var constants: [(leaf: Int, memory: UnsafeMutableRawPointer)] = []
    var fixed: [(leaf: Int, number: Double)] = []
    for (place, leaf) in log.leaves.enumerated() {
      switch leaf.source {
      case .cell(let cell):
        held.append(cell)
        cellLeaves.append(CellLeaf(leaf: place, cell: .passUnretained(cell), type: leaf.type))
      case .argument(let argument): argumentLeaves.append((place, argument))
      case .number(let number, _): numberLeaves.append((place, number))
      case .key: keyLeaves.append(place)
      case .constant(let storage): constants.append((place, storage.pointer))
      case .fixed(let number): fixed.append((place, number))
      }
    }
    (self.cells, self.cellLeaves) = (held, cellLeaves)
    (self.argumentLeaves, self.numberLeaves) = (argumentLeaves, numberLeaves)
    (self.constants, self.fixed) = (constants, fixed)
  }

  /// Whether the device is the one it was made for, and every cell that is read holds memory of the type it had.
  var isCurrent: Bool {
    let now = Devices.current
    return now === device && now.identity == identity && fitsItsCells
  }

  private var fitsItsCells: Bool {
    for entry in cellLeaves {
      let fits = entry.cell._withUnsafeGuaranteedRef { cell in
        cell.node.storage != nil && cell.node.element == entry.type.element
          && cell.node.shape == entry.type.shape
      }
      if !fits { return false }
    }
    return true
  }

  /// The variant for those cells that own their memory alone at this moment; nil where two of them hold one value,
  /// which to a trace is one leaf.
  func chooseVariant(_ engine: EngineState) throws(GraphError) -> Executable? {
    if updates.isEmpty { return try ownExecutable() }
    var isSame = true
    var owned = 0
    for place in updates.indices {
      let isOwned =
        updates[place].leaf >= 0
        && updates[place].cell._withUnsafeGuaranteedRef { $0.ownsItsValueAlone() }
      let leaf = isOwned ? updates[place].leaf : -1
      if isOwned { owned += 1 }
      if asked[results.count + place] != leaf {
        asked[results.count + place] = leaf
        isSame = false
      }
    }
    if owned < updates.count, hasSharedValues { return nil }
    if isSame, let executable { return executable }
    executable = nil
    engine.reuse = asked
    let found = try engine.variant(of: entry, device)
    reuse = engine.reuse
    reusedBuffers = reuse.count { $0 >= 0 }
    executable = found
    return found
  }

  /// Whether a cell holds another node than when it was traced, and another value: not where it was written in its own
  /// memory.
  var hasChangedNodes: Bool {
    updates.contains { update in
      update.leaf >= 0
        && update.cell._withUnsafeGuaranteedRef { ObjectIdentifier($0.node) != update.node }
    }
  }

  /// Where nothing is updated: an executable of this plan's own, that keeps what is made of its cells.
  func ownExecutable() throws(GraphError) -> Executable {
    if let executable { return executable }
    let held = leaves.map { leaf in
      switch leaf.source {
      case .cell, .constant, .fixed: true
      case .argument, .number, .key: false
      }
    }
    let made = try device.compile(entry.program, reuse: reuse.map { _ in -1 }, held: held)
    executable = made
    return made
  }

  /// Computes what stays from run to run, where that is not done or cells hold other memory by now.
  func refresh(
    _ executable: Executable, _ memory: (_ leaf: Int) -> Storage?
  ) throws(GraphError) {
    guard executable.hasHeldPart else { return }
    if heldMemory.isEmpty { heldMemory = executable.heldLeaves.map { _ in nil } }
    for (place, leaf) in executable.heldLeaves.enumerated() {
      let now = memory(leaf)
      guard heldMemory[place] !== now else { continue }
      heldMemory[place] = now
      hasHeldPart = false
    }
    guard !hasHeldPart else { return }
    try executable.computeHeldPart()
    hasHeldPart = true
  }

  fileprivate func refresh(_ executable: Executable) throws(GraphError) {
    guard updates.isEmpty else { return }
    try refresh(executable) { leaf in
      switch leaves[leaf].source {
      case .cell(let cell): cell.node.storage
      case .constant(let storage): storage
      default: nil
      }
    }
  }

  /// Whether two cells hold one and the same value.
  private var hasSharedValues: Bool {
    for index in cellLeaves.indices {
      cellLeaves[index].cell._withUnsafeGuaranteedRef { $0.node.ordinal = Int32(index) }
    }
    return cellLeaves.indices.contains { index in
      cellLeaves[index].cell._withUnsafeGuaranteedRef { $0.node.ordinal != Int32(index) }
    }
  }

  func setLeaves(_ executable: Executable, _ arguments: Arguments, key: UInt64) {
    for entry in cellLeaves {
      entry.cell._withUnsafeGuaranteedRef { cell in
        executable.setLeaf(entry.leaf, cell.node.storage.unsafelyUnwrapped.pointer)
      }
    }
    for entry in argumentLeaves {
      arguments.withLeaf(entry.place) { node in
        if let storage = node.storage {
          executable.setLeaf(entry.leaf, storage.pointer)
        } else {
          executable.setScalar(entry.leaf, node.scalar)
        }
      }
    }
    for entry in numberLeaves { executable.setScalar(entry.leaf, numbers.values[entry.place]) }
    for entry in constants { executable.setLeaf(entry.leaf, entry.memory) }
    for entry in fixed { executable.setScalar(entry.leaf, entry.number) }
    for leaf in keyLeaves {
      keyMemory.pointer.storeBytes(of: key, as: UInt64.self)
      executable.setLeaf(leaf, keyMemory.pointer)
    }
  }

  func setOutputs(_ executable: Executable, _ engine: EngineState) throws(GraphError) {
    for place in results.indices {
      if !isFree(place) {
        let type = results[place]
        nodes[place] = Node(
          Constant.shared, type, storage: try engine.resultMemory(type.byteCount))
      }
      executable.setOutput(place, nodes[place].unsafelyUnwrapped.storage.unsafelyUnwrapped.pointer)
    }
    for place in updates.indices {
      let output = results.count + place
      let update = updates[place]
      if reuse[output] >= 0 {
        update.cell._withUnsafeGuaranteedRef { cell in
          executable.setOutput(output, cell.node.storage.unsafelyUnwrapped.pointer)
        }
      } else {
        let storage = try engine.resultMemory(update.type.byteCount)
        fresh[place] = storage
        hasFresh = true
        executable.setOutput(output, storage.pointer)
      }
    }
  }

  /// True where the last result that was given out is nobody's any more.
  private func isFree(_ place: Int) -> Bool {
    guard isKnownUniquelyReferenced(&nodes[place]) else { return false }
    return isKnownUniquelyReferenced(&nodes[place].unsafelyUnwrapped.storage)
  }

  /// Lets the cells hold what was computed into new memory.
  func commit() {
    guard hasFresh else { return }
    for place in updates.indices {
      guard let storage = fresh[place] else { continue }
      let update = updates[place]
      update.cell._withUnsafeGuaranteedRef {
        $0.hold(Node(Constant.shared, update.type, storage: storage))
      }
    }
    dropFresh()
  }

  func dropFresh() {
    guard hasFresh else { return }
    for place in fresh.indices { fresh[place] = nil }
    hasFresh = false
  }

  /// A result of the replay that was just run. It is asked for once.
  package func result(_ place: Int) -> Tensor {
    let node = nodes[place].unsafelyUnwrapped
    if results[place].byteCount > CapturedPlan.keptBytes { nodes[place] = nil }
    return Tensor(node)
  }

  package var resultCount: Int { results.count }
}

extension EngineState {
  /// Runs a captured plan on these arguments. False where a cell or the device has changed its form since: then
  /// nothing was done.
  func replay(
    _ plan: CapturedPlan, _ arguments: Arguments, key: UInt64
  ) throws(GraphError) -> Bool {
    guard plan.isCurrent, margin.byteCount == 0, let executable = try plan.chooseVariant(self)
    else { return false }
    try executable.prepare()
    plan.setLeaves(executable, arguments, key: key)
    do throws(GraphError) {
      try plan.refresh(executable)
      try plan.setOutputs(executable, self)
      try executable.run()
    } catch {
      plan.dropFresh()
      throw error
    }
    plan.commit()
    statistics.replays += 1
    statistics.intermediateBytes = executable.arenaBytes
    statistics.reusedBuffers += plan.reusedBuffers
    return true
  }
}

extension Engine {
  /// Runs a captured plan on these arguments. False where a cell or the device has changed its form since: then
  /// nothing was done.
  package static func replay(
    _ plan: CapturedPlan, _ arguments: Arguments, key: UInt64 = 0
  ) throws(GraphError) -> Bool {
    try GraphLock.withLock { () throws(GraphError) in
      CaptureLog.current?.noteObstacle("takes a step of its own")
      return try state.replay(plan, arguments, key: key)
    }
  }
}
