import AdjointGraph
import CSupport

/// What a trace tells those who want to replay it: which cells it read, which of its operands change by a rule, and
/// what it did that a replay would not do.
package final class CaptureLog {
  /// Where a replay gets the value of a leaf from.
  enum Source {
    /// The value that a cell has then.
    case cell(Cell)
    /// An argument, by its place.
    case argument(Int)
    /// A number that is computed for each step, by its place, and what the trace had.
    case number(Int, traced: Double)
    /// The key of the step.
    case key
    /// Data that stay.
    case constant(Storage)
    /// A number that stays.
    case fixed(Double)
  }

  struct Leaf {
    let source: Source
    let type: TensorType
  }

  /// The rules of the numbers that change from step to step.
  package let numbers: ReplayNumbers
  private let capture: Capture
  private let key: RandomKey?
  /// What cells had when they were read, first; operands are held until they are found again, so that no other node
  /// gets the address of one.
  private var sources: [ObjectIdentifier: Source] = [:]
  private var cells: Set<ObjectIdentifier> = []
  private var operands: [Node] = []
  /// Cells that had no value when they were read.
  private var pendingCells: [Cell] = []
  private(set) var leaves: [Leaf] = []
  /// What the trace did that a replay would not do.
  private(set) var obstacle: String?
  /// Whether this trace is no pattern for others, for a reason that may pass.
  private(set) var isHindered = false
  /// What the trace gave to be replayed.
  package private(set) var plan: CapturedPlan?

  /// A log for `capture`, in a step whose key is `key`.
  package init(_ capture: Capture, _ numbers: ReplayNumbers, key: RandomKey? = nil) {
    self.capture = capture
    self.numbers = numbers
    self.key = key
  }

  /// The log that is open on this thread.
  @inline(__always)
  package static var current: CaptureLog? {
    guard let open = adj_thread().pointee.capture else { return nil }
    return Unmanaged<CaptureLog>.fromOpaque(open).takeUnretainedValue()
  }

  /// Runs `body` with this log open.
  package func open<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let slots = adj_thread()!
    let outer = slots.pointee.capture
    slots.pointee.capture = Unmanaged.passUnretained(self).toOpaque()
    defer { slots.pointee.capture = outer }
    return try body()
  }

  /// The arguments over leaves of their own, whatever these were made from. A leaf that comes twice is one, as in a
  /// closure that uses it twice.
  package func arguments(_ given: Arguments) -> [Tensor] {
    var leaves: [Tensor] = []
    for place in 0..<given.leafCount {
      if let twin = given.twin(of: place) {
        leaves.append(leaves[twin])
        continue
      }
      let node = given.leaf(place)
      let leaf = Node(
        node.storage == nil ? ScalarOperand.shared : Constant.shared, node.type,
        storage: node.storage)
      leaf.scalar = node.scalar
      note(leaf, .argument(place))
      leaves.append(Tensor(leaf))
    }
    return given.over(leaves)
  }

  /// The plan by which a traced call is run too, where it has memory of its own: one that updates nothing.
  var ownPlan: CapturedPlan? {
    guard let plan, plan.updates.isEmpty else { return nil }
    return capture.plan ?? plan
  }

  /// Notes an operand whose number a rule gives.
  package func note(_ operand: Tensor, number: Int) {
    note(operand.node, .number(number, traced: operand.node.scalar))
  }

  func note(_ operand: Tensor, from key: RandomKey) {
    if key == self.key { note(operand.node, .key) }
  }

  private func note(_ operand: Node, _ source: Source) {
    operands.append(operand)
    sources[ObjectIdentifier(operand)] = source
  }

  func note(_ cell: Cell) {
    guard cells.insert(ObjectIdentifier(cell)).inserted else { return }
    let node = ObjectIdentifier(cell.node)
    // Two cells with one value are two leaves as soon as one of them is changed.
    if cell.node.storage == nil { pendingCells.append(cell) }
    if cell.node.storage == nil || sources[node] != nil { noteHindrance() }
    if sources[node] == nil { sources[node] = .cell(cell) }
  }

  func noteHindrance() { isHindered = true }

  /// Computes what cells hold that no step gives a value: each step would compute it anew, and none be replayed.
  func evaluatePendingCells() {
    let pending = pendingCells.filter { $0.node.storage == nil }.map { Tensor($0.node) }
    // What goes wrong is what the step that reads it says.
    if !pending.isEmpty { try? Engine.evaluate(pending) }
    pendingCells.removeAll()
  }

  package func noteObstacle(_ what: String) { obstacle = obstacle ?? what }

  /// Whatever a closure reads of what changes between steps, Swift code may decide by.
  func noteReading(_ tensor: Tensor) {
    let node = tensor.node
    guard !node.isPoisoned else { return }
    let isPending = node.storage == nil && node.operation.kind != .leaf
    guard isPending || sources[ObjectIdentifier(node)] != nil else { return }
    noteObstacle("reads a value (\(node.operation.name) of \(node.shape.description))")
  }

  /// Says of each leaf where its value comes from.
  func noteLeaves(of walk: Walk) {
    for index in 0..<walk.count where walk.isOperandLeaf(index) {
      let node = walk.node(index)
      leaves.append(Leaf(source: source(of: node), type: node.type))
    }
    operands.removeAll()
  }

  private func source(of node: Node) -> Source {
    sources[ObjectIdentifier(node)] ?? node.storage.map { .constant($0) } ?? .fixed(node.scalar)
  }

  /// Everything is known, and nothing has run: whoever captures may refuse now. `leaves` has for each root the leaf
  /// whose cell it goes to, or -1.
  func conclude(
    _ roots: [Node], _ cells: [Cell], leaves: [Int], _ entry: PlanCache.Entry, _ device: any Device
  ) throws(GraphError) {
    if !isHindered, obstacle == nil {
      plan = CapturedPlan(self, roots, cells, leaves, entry, device)
    }
    try conclude(roots)
  }

  /// The same where nothing is left to be computed.
  func conclude(_ roots: [Node]?) throws(GraphError) {
    try capture.judge(self, roots ?? [])
  }
}

/// The numbers that change from step to step, for the step that is to be taken.
package final class ReplayNumbers {
  /// The values, by place.
  @exclusivity(unchecked) private(set) var values: UnsafeMutablePointer<Double> = .allocate(
    capacity: 1)
  @exclusivity(unchecked) private var count = 0
  /// Computes all values for the step that is to be taken.
  private let rules: ((UnsafeMutablePointer<Double>) -> Void)?

  /// Numbers that `rules` computes.
  package init(rules: ((UnsafeMutablePointer<Double>) -> Void)? = nil) { self.rules = rules }

  deinit { values.deallocate() }

  /// A place for one more number.
  package func newPlace() -> Int {
    let larger = UnsafeMutablePointer<Double>.allocate(capacity: count + 1)
    larger.update(from: values, count: count)
    values.deallocate()
    values = larger
    values[count] = 0
    count += 1
    return count - 1
  }

  /// Computes all values for the step that is to be taken.
  package func compute() { rules?(values) }
}

extension Walk {
  /// True for a leaf that a plan is given by number: data and operands, not literals.
  func isOperandLeaf(_ index: Int) -> Bool {
    guard inputStart[index] == inputStart[index + 1] else { return false }
    return nodes[index]._withUnsafeGuaranteedRef { node in
      node.storage != nil || !(node.operation is Literal || node.operation.kind != .leaf)
    }
  }
}
