import AdjointGraph

/// The arguments of a captured step or function: nodes that whoever calls holds. Used under a lock.
///
/// What a plan is given are their leaves. An argument that has its value is one; one that is pending is computed in
/// the plan, and its leaves are those of its graph.
package final class Arguments {
  private typealias Nodes = UnsafeMutablePointer<Unmanaged<Node>>

  @exclusivity(unchecked) private var nodes: Nodes
  /// For each leaf the first that is the same node.
  @exclusivity(unchecked) private var firsts: UnsafeMutablePointer<Int>
  @exclusivity(unchecked) private var capacity = 8
  @exclusivity(unchecked) private var count = 0
  /// The leaves stand behind the arguments, or are the arguments.
  @exclusivity(unchecked) private var firstLeaf = 0
  @exclusivity(unchecked) package private(set) var leafCount = 0
  /// Stands for how the pending ones are computed.
  @exclusivity(unchecked) private(set) var key = StructureKey()

  package init() {
    nodes = .allocate(capacity: capacity)
    firsts = .allocate(capacity: capacity)
  }

  deinit {
    nodes.deallocate()
    firsts.deallocate()
  }

  package func removeAll() {
    (count, firstLeaf, leafCount) = (0, 0, 0)
    key = StructureKey()
  }

  package func append(_ tensor: Tensor) {
    append(Unmanaged.passUnretained(tensor.node))
    count += 1
    leafCount += 1
  }

  private func append(_ node: Unmanaged<Node>) {
    let place = firstLeaf == 0 ? count : firstLeaf + leafCount
    if place == capacity { grow() }
    nodes[place] = node
  }

  private func grow() {
    let larger = Nodes.allocate(capacity: capacity * 2)
    larger.update(from: nodes, count: capacity)
    nodes.deallocate()
    firsts.deallocate()
    (nodes, capacity) = (larger, capacity * 2)
    firsts = .allocate(capacity: capacity)
  }

  /// The arguments as they were given.
  package var tensors: [Tensor] { (0..<count).map { Tensor(nodes[$0].takeUnretainedValue()) } }

  func leaf(_ place: Int) -> Node { nodes[firstLeaf + place].takeUnretainedValue() }

  @inline(__always)
  func withLeaf<Result>(_ place: Int, _ body: (Node) -> Result) -> Result {
    nodes[firstLeaf + place]._withUnsafeGuaranteedRef(body)
  }

  /// The first leaf that is the same node as this one, if it is before it.
  func twin(of place: Int) -> Int? { firsts[place] == place ? nil : firsts[place] }

  /// Finds the leaves. Call it under the graph lock, when all arguments are there.
  package func findLeaves() throws(GraphError) {
    if (0..<count).contains(where: { isPending($0) }) { try expand() }
    for place in (0..<leafCount).reversed() { withLeaf(place) { $0.ordinal = Int32(place) } }
    for place in 0..<leafCount { firsts[place] = withLeaf(place) { Int($0.ordinal) } }
  }

  @inline(__always)
  private func isPending(_ place: Int) -> Bool {
    nodes[place]._withUnsafeGuaranteedRef { node in
      node.storage == nil && !(node.operation is ScalarOperand)
    }
  }

  /// Puts the leaves of pending arguments behind the arguments, after those arguments that are leaves themselves.
  private func expand() throws(GraphError) {
    let pending = (0..<count).filter { isPending($0) }
    firstLeaf = count
    leafCount = 0
    for place in 0..<count {
      if isPending(place) {
        key.mix(UInt64(place))
      } else {
        append(nodes[place])
        leafCount += 1
      }
    }
    let roots = pending.map { nodes[$0].takeUnretainedValue() }
    let walk = Walk.take()
    defer { walk.giveBack() }
    walk.order(roots: roots, stoppingAtValues: true)
    for index in 0..<walk.count where walk.isOperandLeaf(index) {
      let node = walk.node(index)
      // Whoever cannot be computed says why.
      if node.isPoisoned || node.operation is Placeholder { try Engine.evaluate([Tensor(node)]) }
      append(walk.nodes[index])
      leafCount += 1
    }
    let own = StructureKey.of(walk, roots: roots, device: 0)
    key.mix(own.a)
    key.mix(own.b)
  }

  /// The arguments over other leaves.
  func over(_ leaves: [Tensor]) -> [Tensor] {
    guard firstLeaf > 0 else { return leaves }
    let pending = (0..<count).filter { isPending($0) }
    let ready = count - pending.count
    var computed = Template.filled(
      pending.map { Tensor(nodes[$0].takeUnretainedValue()) },
      (ready..<leafCount).map { Tensor(leaf($0)) }, with: Array(leaves[ready...]))
    var others = Array(leaves[..<ready])
    return (0..<count).map { isPending($0) ? computed.removeFirst() : others.removeFirst() }
  }
}
