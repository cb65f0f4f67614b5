import AdjointGraph
import AdjointReference

/// Evaluates graphs: walk, key, plan, run. One lock serialises it; threads wait for each other and are right.
public enum Engine {
  private nonisolated(unsafe) static let state = EngineState()

  public static var statistics: EngineStatistics { GraphLock.withLock { state.statistics } }

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
      var roots: [Node] = []
      for tensor in tensors where tensor.node.needsEvaluation {
        if !roots.contains(where: { $0 === tensor.node }) { roots.append(tensor.node) }
      }
      guard !roots.isEmpty else { return }
      try state.run(roots, cells: [], lettingGo: false)
    }
  }

  /// Computes results and the new values of cells as one plan, then lets the cells hold them.
  ///
  /// The graph behind all of them is let go first. A cell's old memory is written in place where then
  /// nobody else holds its old value.
  package static func commit(_ results: [Tensor], _ updates: consuming [CellUpdate])
    throws(GraphError)
  {
    try GraphLock.withLock { () throws(GraphError) in
      var roots: [Node] = []
      roots.reserveCapacity(results.count + updates.count)
      for result in results where result.node.needsEvaluation { roots.append(result.node) }
      var cells: [Cell] = []
      cells.reserveCapacity(updates.count)
      for update in updates {
        if update.value.node.needsEvaluation {
          roots.append(update.value.node)
          cells.append(update.cell)
        } else {
          update.cell.hold(update.value.node)
        }
      }
      updates = []
      guard !roots.isEmpty else { return }
      try state.run(roots, cells: cells, lettingGo: true)
    }
  }
}

/// A cell and the value it is to hold.
public struct CellUpdate {
  public let cell: Cell
  public let value: Tensor
  public init(_ cell: Cell, _ value: Tensor) {
    self.cell = cell
    self.value = value
  }
}

extension Node {
  /// False for what has a value: data, numbers, results computed before.
  fileprivate var needsEvaluation: Bool { storage == nil && operation.kind != .leaf }
}

private final class EngineState {
  let cache = PlanCache()
  @exclusivity(unchecked) var statistics = EngineStatistics()
  #if DEBUG
    var comparesStructures = true
  #else
    var comparesStructures = false
  #endif
  /// The leaves of the walk under way: memory, or nil and a number. Kept between runs.
  @exclusivity(unchecked) private var memory: [Storage?] = []
  @exclusivity(unchecked) private var numbers: [Double] = []
  @exclusivity(unchecked) private var reuse: [Int] = []

  /// Evaluates `roots`; the last of them become the values of `cells`. `lettingGo` drops the graph behind
  /// them before anything runs.
  func run(_ roots: [Node], cells: [Cell], lettingGo: Bool) throws(GraphError) {
    let results = roots.count - cells.count
    let device = Devices.current
    let entry = try find(roots, device)
    reuse.removeAll(keepingCapacity: true)
    for _ in 0..<results { reuse.append(-1) }
    for cell in cells { reuse.append(leafIndex(of: cell.node)) }
    if lettingGo { for root in roots { root.dropInputs() } }
    chooseReuse(cells, roots, results)
    let executable = try variant(of: entry, device)
    try execute(executable, roots, cells, results)
  }

  /// The walk, the key, the plan's entry; notes the leaves.
  private func find(_ roots: [Node], _ device: any Device) throws(GraphError) -> PlanCache.Entry {
    let walk = Walk.take()
    defer { walk.giveBack() }
    walk.order(roots: roots, stoppingAtValues: true)
    let key = StructureKey.of(walk, roots: roots, device: device.identity)
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
    let program = Program(walk, roots: roots) { device.runsWhole($0, $1) }
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
        "evaluate", "a function under vmap cannot read values: there is one a batch, not one")
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
    for (index, cell) in cells.enumerated() {
      let place = results + index
      let leaf = reuse[place]
      guard leaf >= 0, cell.node.type == roots[place].type else {
        reuse[place] = -1
        continue
      }
      memory[leaf] = nil
      if !cell.ownsItsValueAlone() { reuse[place] = -1 }
      memory[leaf] = cell.node.storage
    }
  }

  private func variant(
    of entry: PlanCache.Entry, _ device: any Device
  ) throws(GraphError) -> Executable {
    for variant in entry.variants where variant.reuse == reuse { return variant.executable }
    let executable = try device.compile(entry.program, reuse: reuse)
    entry.variants.append((reuse, executable))
    return executable
  }

  private func execute(
    _ executable: Executable, _ roots: [Node], _ cells: [Cell], _ results: Int
  ) throws(GraphError) {
    for index in 0..<memory.count {
      if let storage = memory[index] {
        executable.setLeaf(index, storage.pointer)
      } else {
        executable.setScalar(index, numbers[index])
      }
    }
    for (index, root) in roots.enumerated() {
      let leaf = reuse[index]
      let storage: Storage
      if leaf >= 0, let own = memory[leaf] {
        storage = own
        statistics.reusedBuffers += 1
      } else {
        guard let fresh = Storage(byteCount: root.type.byteCount) else {
          throw GraphError(
            "evaluate",
            "out of memory for a result of \(root.type.byteCount) bytes; use smaller tensors or batches"
          )
        }
        storage = fresh
      }
      outputs.append(storage)
      executable.setOutput(index, storage.pointer)
    }
    defer {
      outputs.removeAll(keepingCapacity: true)
      memory.removeAll(keepingCapacity: true)
    }
    try executable.run()
    for (index, root) in roots.enumerated() {
      root.storage = outputs[index]
      root.height = 0
    }
    for (index, cell) in cells.enumerated() { cell.hold(roots[results + index]) }
  }

  @exclusivity(unchecked) private var outputs: [Storage] = []
}
