import CSupport

/// A graph in topological order, flattened: nodes, and for each node the places of its inputs.
///
/// Every view of the graph begins with this one iterative post-order walk. Walks are reused, so that a
/// steady loop allocates nothing. Use only while holding the graph lock (`GraphLock`).
package final class Walk {
  @exclusivity(unchecked) package private(set) var nodes: UnsafeMutablePointer<Unmanaged<Node>>
  @exclusivity(unchecked) package private(set) var count = 0
  /// The inputs of node i are `inputs[inputStart[i]..<inputStart[i + 1]]`.
  @exclusivity(unchecked) package private(set) var inputStart: UnsafeMutablePointer<Int32>
  @exclusivity(unchecked) package private(set) var inputs: UnsafeMutablePointer<Int32>
  @exclusivity(unchecked) private var capacity = 256
  @exclusivity(unchecked) private var inputCapacity = 1024
  @exclusivity(unchecked) private var stack:
    UnsafeMutablePointer<(node: Unmanaged<Node>, next: Int32)>
  @exclusivity(unchecked) private var stackCapacity = 256

  @exclusivity(unchecked) private nonisolated(unsafe) static var free: [Walk] = []
  @exclusivity(unchecked) private nonisolated(unsafe) static var lastMark: UInt32 = 0

  private init() {
    nodes = .allocate(capacity: capacity)
    inputStart = .allocate(capacity: capacity + 1)
    inputs = .allocate(capacity: inputCapacity)
    stack = .allocate(capacity: stackCapacity)
  }

  deinit {
    nodes.deallocate()
    inputStart.deallocate()
    inputs.deallocate()
    stack.deallocate()
  }

  package static func take() -> Walk { free.popLast() ?? Walk() }

  /// Gives a walk back for reuse. One that grew very large is let go.
  package func giveBack() {
    if capacity <= 1 << 18, Walk.free.count < 8 { Walk.free.append(self) }
  }

  package func node(_ index: Int) -> Node { nodes[index].takeUnretainedValue() }

  /// Asks for the memory of a node that a pass over all of them will soon come to.
  @inline(__always)
  func prefetch(_ index: Int) { if index >= 0 { adj_prefetch(nodes[index].toOpaque()) } }

  /// Orders all that `roots` need. `boundary` nodes come first and are not looked behind.
  /// With `stoppingAtValues` a node that has its value is not looked behind either.
  package func order(roots: [Node], boundary: [Node] = [], stoppingAtValues: Bool) {
    let mark = begin()
    for node in boundary where node.mark != mark {
      node.mark = mark
      emitLeaf(node)
    }
    for root in roots where root.mark != mark {
      root.mark = mark
      if Walk.isLeaf(root, stoppingAtValues) {
        emitLeaf(root)
      } else {
        descend(from: root, mark: mark, stoppingAtValues)
      }
    }
  }

  /// Takes an order made by somebody else: topological, complete.
  package func load(_ order: [Node]) {
    let mark = begin()
    for node in order {
      node.mark = mark
      emit(Unmanaged.passUnretained(node))
    }
  }

  private func begin() -> UInt32 {
    count = 0
    inputStart[0] = 0
    // Four thousand million walks later marks begin again; old ones are overwritten by then.
    Walk.lastMark = Walk.lastMark == .max ? 1 : Walk.lastMark + 1
    return Walk.lastMark
  }

  @inline(__always)
  private static func isLeaf(_ node: Node, _ stoppingAtValues: Bool) -> Bool {
    node.storedInputCount == 0 || (stoppingAtValues && node.storage != nil)
  }

  private func descend(from root: Node, mark: UInt32, _ stoppingAtValues: Bool) {
    var depth = 0
    var stack = self.stack
    stack[0] = (Unmanaged.passUnretained(root), 0)
    depth = 1
    while depth > 0 {
      let (reference, next) = stack[depth - 1]
      let finished = reference._withUnsafeGuaranteedRef { node -> Bool in
        guard next < node.storedInputCount else { return true }
        stack[depth - 1].next = next + 1
        let below = node.unmanagedInput(Int(next))
        below._withUnsafeGuaranteedRef { child in
          guard child.mark != mark else { return }
          child.mark = mark
          if Walk.isLeaf(child, stoppingAtValues) {
            emitLeaf(child)
          } else {
            if depth == stackCapacity { stack = growStack() }
            stack[depth] = (below, 0)
            depth += 1
            child.prefetchInputs()
          }
        }
        return false
      }
      if finished {
        emit(reference)
        depth -= 1
      }
    }
  }

  @inline(__always)
  private func emitLeaf(_ node: Node) {
    if count == capacity { grow() }
    node.ordinal = Int32(truncatingIfNeeded: count)
    nodes[count] = Unmanaged.passUnretained(node)
    inputStart[count + 1] = inputStart[count]
    count += 1
  }

  @inline(__always)
  private func emit(_ reference: Unmanaged<Node>) {
    if count == capacity { grow() }
    reference._withUnsafeGuaranteedRef { node in
      let start = inputStart[count]
      let inputCount = node.storedInputCount
      if Int(start + inputCount) > inputCapacity { growInputs(Int(start + inputCount)) }
      for index in 0..<inputCount {
        inputs[Int(start + index)] =
          node.unmanagedInput(Int(index))._withUnsafeGuaranteedRef { $0.ordinal }
      }
      node.ordinal = Int32(truncatingIfNeeded: count)
      nodes[count] = reference
      inputStart[count + 1] = start + inputCount
    }
    count += 1
  }

  private func grow() {
    nodes = regrown(nodes, count, capacity * 2)
    inputStart = regrown(inputStart, count + 1, capacity * 2 + 1)
    capacity *= 2
  }

  private func growInputs(_ needed: Int) {
    let larger = max(inputCapacity * 2, needed)
    inputs = regrown(inputs, inputCapacity, larger)
    inputCapacity = larger
  }

  private func growStack() -> UnsafeMutablePointer<(node: Unmanaged<Node>, next: Int32)> {
    stack = regrown(stack, stackCapacity, stackCapacity * 2)
    stackCapacity *= 2
    return stack
  }
}

private func regrown<Element>(
  _ old: UnsafeMutablePointer<Element>, _ count: Int, _ capacity: Int
) -> UnsafeMutablePointer<Element> {
  let new = UnsafeMutablePointer<Element>.allocate(capacity: capacity)
  new.moveInitialize(from: old, count: count)
  old.deallocate()
  return new
}

/// The lock under which graphs are walked and evaluated; the same thread may take it again.
package enum GraphLock {
  @inline(__always)
  package static func withLock<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    adj_lock()
    defer { adj_unlock() }
    return try body()
  }
}
