import AdjointGraph

/// A place that holds a tensor and may be given another: a parameter, a statistic, an optimizer's state.
public class Cell: @unchecked Sendable {
  @exclusivity(unchecked) package final var node: Node
  /// What the cell is called in its model, such as `fc1.weight`.
  public package(set) final var name = ""

  /// When the longest chain of pending operations behind a cell is longer than this, its
  /// value is computed at once.
  public static let pendingLimit = 10_000

  /// A cell that holds `value`.
  public init(_ value: Tensor) { node = value.node }

  /// The value. Assigning does not compute it, unless too much is pending behind it.
  ///
  /// A cell cuts: no gradient flows through what was assigned once it has its value.
  public final var value: Tensor {
    get {
      GraphLock.withLock {
        cutHistory()
        CaptureLog.current?.note(self)
        return Tensor(node)
      }
    }
    set { assign(newValue) }
  }

  /// A computed value that still has its graph behind it is held as plain data: otherwise a cell that is
  /// assigned and read for ever would keep all that it ever held.
  private func cutHistory() {
    guard node.inputCount > 0, let storage = node.storage else { return }
    node = Node(Constant.shared, node.type, storage: storage)
  }

  private func assign(_ new: Tensor) {
    GraphLock.withLock {
      CaptureLog.current?.noteObstacle(
        "assigns a cell (`StepScope.record` would change it in every step)")
      // What carries an error is not worth holding; whoever made it has been told.
      guard !new.node.isPoisoned else { return }
      node = new.node
      cutHistory()
      guard Int(node.height) > Cell.pendingLimit, node.storage == nil else { return }
      Engine.noteCutCell()
      new.evaluated().node.dropInputs()
    }
  }

  package final func hold(_ new: Node) { node = new }

  /// Whether the cell holds a node's memory already; numbers and what is not computed yet have none.
  final func hasMemory(of other: Node) -> Bool {
    node.storage != nil && node.storage === other.storage
  }

  /// True where nothing else holds this value or its memory: it may be overwritten.
  package final func ownsItsValueAlone() -> Bool {
    isKnownUniquelyReferenced(&node) && isKnownUniquelyReferenced(&node.storage)
  }
}

/// A cell that training changes.
public final class Parameter: Cell, @unchecked Sendable {
  /// False keeps optimizers away.
  @exclusivity(unchecked) public var isTrainable = true
}
