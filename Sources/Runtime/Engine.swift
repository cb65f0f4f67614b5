import AdjointGraph
import AdjointReference

/// Evaluates graphs: walk, key, plan, run. One lock serialises it; threads wait for each other and are right.
public enum Engine {
  nonisolated(unsafe) static let state = EngineState()

  /// What evaluation did so far.
  public static var statistics: EngineStatistics { GraphLock.withLock { state.statistics } }

  /// For tests: results get so many bytes more than their type has, all filled before kernels run, so that it
  /// shows what a kernel leaves out and what it writes beyond.
  package static var margin: (byteCount: Int, filling: UInt8) {
    get { GraphLock.withLock { state.margin } }
    set { GraphLock.withLock { state.margin = newValue } }
  }

  /// Whether every found plan is compared with the graph it stands for: on in debug builds.
  package static var comparesStructures: Bool {
    get { GraphLock.withLock { state.comparesStructures } }
    set { GraphLock.withLock { state.comparesStructures = newValue } }
  }

  /// Forgets all plans.
  package static func removePlans() { GraphLock.withLock { state.cache.removeAll() } }

  /// Plans held now.
  package static var cachedPlans: Int { GraphLock.withLock { state.cache.count } }

  package static func noteCutCell() { GraphLock.withLock { state.statistics.cutCells += 1 } }

  /// Computes tensors that have no value yet, together, as one plan.
  package static func evaluate(_ tensors: [Tensor]) throws(GraphError) {
    try GraphLock.withLock { () throws(GraphError) in
      if let log = CaptureLog.current { for tensor in tensors { log.noteReading(tensor) } }
      var roots: [Node] = []
      for tensor in tensors where try tensor.node.needsEvaluation() {
        // Once each: a node's ordinal, free before the walk, says where among them it would be.
        let (node, place) = (tensor.node, Int(tensor.node.ordinal))
        if roots.indices.contains(place), roots[place] === node { continue }
        node.ordinal = Int32(truncatingIfNeeded: roots.count)
        roots.append(node)
      }
      guard !roots.isEmpty else { return }
      try state.run(roots, cells: [], lettingGo: false)
    }
  }

  /// Computes results and the new values of cells as one plan, then lets the cells hold them.
  ///
  /// The graph behind all of them is let go first. A cell's old memory is written in place where then
  /// nobody else holds its old value. Where this throws, no cell has changed.
  ///
  /// A `capture` is told what the plan reads and writes before anything runs, and may refuse it.
  package static func commit(
    _ results: [Tensor], _ updates: [CellUpdate], capture: CaptureLog? = nil
  ) throws(GraphError) {
    try GraphLock.withLock { () throws(GraphError) in
      CaptureLog.current?.noteObstacle("takes a step of its own")
      var (roots, cells): ([Node], [Cell]) = ([], [])
      roots.reserveCapacity(results.count + updates.count)
      cells.reserveCapacity(updates.count)
      for result in results where try result.node.needsEvaluation() { roots.append(result.node) }
      for update in updates {
        try update.check()
        guard try update.value.node.needsEvaluation() else { continue }
        roots.append(update.value.node)
        cells.append(update.cell)
      }
      if roots.count < results.count + updates.count { capture?.noteHindrance() }
      if !roots.isEmpty {
        try state.run(roots, cells: cells, lettingGo: true, capture)
      } else {
        try capture?.conclude(nil)
      }
      // What was written in a cell's own memory stays in the cell's own node: a new one, left over from a graph that is
      // let go, would lie among the next graphs' nodes for ever.
      for update in updates where !update.cell.hasMemory(of: update.value.node) {
        update.cell.hold(update.value.node)
      }
      // What was read before it was committed has its value, and its graph still.
      for result in results { result.node.dropInputs() }
    }
  }
}

/// A cell and the value it is to hold.
public struct CellUpdate {
  /// The cell.
  public let cell: Cell
  /// What it is to hold.
  public let value: Tensor
  /// Says that `cell` is to hold `value`.
  public init(_ cell: Cell, _ value: Tensor) {
    self.cell = cell
    self.value = value
  }
}

extension CellUpdate {
  /// A cell keeps its type.
  fileprivate func check() throws(GraphError) {
    let (old, new) = (cell.node, value.node)
    guard !new.isPoisoned, old.shape != new.shape || old.element != new.element else { return }
    let name = cell.name.isEmpty ? "a cell" : cell.name
    throw GraphError(
      "update",
      "\(name) is \(old.element.name) \(old.shape.description); its new value is \(new.element.name) \(new.shape.description)"
    )
  }
}

extension Node {
  /// False for what has a value: data, numbers, results computed before. Throws the error that it carries.
  fileprivate func needsEvaluation() throws(GraphError) -> Bool {
    if isPoisoned, let error { throw error }
    if storage != nil { return false }
    return storedInputCount > 0 || (operation.kind != .leaf || operation is Placeholder)
  }
}

final class EngineState {
  let cache = PlanCache()
  @exclusivity(unchecked) var statistics = EngineStatistics()
  @exclusivity(unchecked) var margin: (byteCount: Int, filling: UInt8) = (0, 0)
  #if DEBUG
    var comparesStructures = true
  #else
    var comparesStructures = false
  #endif
  /// Patterns of reused buffers that a structure may have plans for.
  private static let variantLimit = 8
  /// The leaves of the walk under way: memory, or nil and a number. Kept between runs.
  @exclusivity(unchecked) private var memory: [Storage?] = []
  @exclusivity(unchecked) private var numbers: [Double] = []
  @exclusivity(unchecked) var reuse: [Int] = []
  @exclusivity(unchecked) private var isReused: [Bool] = []

  /// Evaluates `roots`; the last of them become the values of `cells`. `lettingGo` drops the graph behind
  /// them before anything runs.
  func run(
    _ roots: [Node], cells: [Cell], lettingGo: Bool, _ capture: CaptureLog? = nil
  ) throws(GraphError) {
    defer { memory.removeAll(keepingCapacity: true) }
    let results = roots.count - cells.count
    let device = Devices.current
    let entry = try find(roots, device, capture)
    reuse.removeAll(keepingCapacity: true)
    for _ in 0..<results { reuse.append(-1) }
    for cell in cells { reuse.append(leafIndex(of: cell.node)) }
    try capture?.conclude(roots, cells, leaves: reuse, entry, device)
    if lettingGo { for root in roots { root.dropInputs() } }
    chooseReuse(cells, roots, results)
    do throws(GraphError) {
      if let plan = capture?.ownPlan {
        try execute(try plan.ownExecutable(), roots, plan)
      } else {
        try execute(try variant(of: entry, device), roots, nil)
      }
    } catch {
      // Without its inputs a node cannot be computed any more: it says why.
      if lettingGo { for root in roots { root.poison(error) } }
      throw error
    }
  }

  /// The walk, the key, the plan's entry; notes the leaves.
  private func find(
    _ roots: [Node], _ device: any Device, _ capture: CaptureLog?
  ) throws(GraphError) -> PlanCache.Entry {
    let walk = Walk.take()
    defer { walk.giveBack() }
    walk.order(roots: roots, stoppingAtValues: true)
    let key = StructureKey.of(walk, roots: roots, device: device.identity)
    capture?.noteLeaves(of: walk)
    try noteLeaves(walk)
    let fits: ((Program) -> Bool)? =
      comparesStructures ? { $0.matches(walk, roots: roots) } : nil
    let found = cache.find(key, fits: fits)
    if found.collided { statistics.collisions += 1 }
    if let entry = found.entry {
      statistics.hits += 1
      return entry
    }
    statistics.plans += 1
    let program = PlanningCost.flatten(walk.count) {
      Program(walk, roots: roots) {
        device.runsWhole($0, $1)
      } takesNarrow: {
        device.takesNarrow($0, $1, $2)
      }
    }
    return cache.insert(key, program)
  }

  private func noteLeaves(_ walk: Walk) throws(GraphError) {
    memory.removeAll(keepingCapacity: true)
    numbers.removeAll(keepingCapacity: true)
    var isReadable = true
    for index in 0..<walk.count where walk.inputStart[index] == walk.inputStart[index + 1] {
      walk.nodes[index]._withUnsafeGuaranteedRef { node in
        if node.storage == nil {
          if node.operation is Literal || node.operation.kind != .leaf { return }
          if node.operation is Placeholder { isReadable = false }
        }
        // From here on the ordinal of a leaf is its number among the leaves.
        node.ordinal = Int32(memory.count)
        memory.append(node.storage)
        numbers.append(node.scalar)
      }
    }
    guard isReadable else {
      throw GraphError(
        "evaluate",
        "a function under vmap, scan or recomputed cannot read values: it is run once, for all of them"
      )
    }
  }

  /// The number of a cell's old value among the leaves of the last walk, or -1.
  private func leafIndex(of node: Node) -> Int {
    guard let storage = node.storage, Int(node.ordinal) < memory.count, node.ordinal >= 0,
      memory[Int(node.ordinal)] === storage
    else { return -1 }
    return Int(node.ordinal)
  }

  /// Keeps in `reuse` only those leaves whose memory nobody but their cell holds.
  private func chooseReuse(_ cells: [Cell], _ roots: [Node], _ results: Int) {
    isReused.removeAll(keepingCapacity: true)
    for _ in 0..<memory.count { isReused.append(false) }
    for (index, cell) in cells.enumerated() {
      let place = results + index
      let leaf = reuse[place]
      guard leaf >= 0, !isReused[leaf] else {
        reuse[place] = -1
        continue
      }
      memory[leaf] = nil
      isReused[leaf] = cell.ownsItsValueAlone()
      if !isReused[leaf] { reuse[place] = -1 }
      memory[leaf] = cell.node.storage
    }
  }

  func variant(
    of entry: PlanCache.Entry, _ device: any Device
  ) throws(GraphError) -> Executable {
    for variant in entry.variants where variant.reuse == reuse { return variant.executable }
    if entry.variants.count >= EngineState.variantLimit {
      // Ever other patterns of who holds what: one plan that reuses nothing serves them all.
      for index in reuse.indices { reuse[index] = -1 }
      for variant in entry.variants where variant.reuse == reuse { return variant.executable }
    }
    let executable = try PlanningCost.compile { () throws(GraphError) in
      try device.compile(entry.program, reuse: reuse, held: [])
    }
    entry.variants.append((reuse, executable))
    return executable
  }

  private func execute(
    _ executable: Executable, _ roots: [Node], _ plan: CapturedPlan?
  ) throws(GraphError) {
    defer { outputs.removeAll(keepingCapacity: true) }
    try executable.prepare()
    statistics.intermediateBytes = executable.arenaBytes
    for index in 0..<memory.count {
      if let storage = memory[index] {
        executable.setLeaf(index, storage.pointer)
      } else {
        executable.setScalar(index, numbers[index])
      }
    }
    try plan?.refresh(executable) { memory[$0] }
    for (index, root) in roots.enumerated() {
      let leaf = reuse[index]
      let storage: Storage
      if leaf >= 0, let own = memory[leaf] {
        storage = own
        statistics.reusedBuffers += 1
      } else {
        storage = try resultMemory(root.type.byteCount)
      }
      outputs.append(storage)
      executable.setOutput(index, storage.pointer)
    }
    try executable.run()
    for (index, root) in roots.enumerated() {
      root.storage = outputs[index]
      root.height = 0
    }
  }

  @exclusivity(unchecked) private var outputs: [Storage] = []

  /// Memory for a result of so many bytes.
  func resultMemory(_ bytes: Int) throws(GraphError) -> Storage {
    let size = bytes + margin.byteCount
    guard let fresh = Storage(byteCount: size) else {
      throw GraphError(
        "evaluate", "out of memory for a result of \(bytes) bytes; use smaller tensors or batches")
    }
    if margin.byteCount > 0 {
      fresh.pointer.initializeMemory(as: UInt8.self, repeating: margin.filling, count: size)
    }
    return fresh
  }
}
