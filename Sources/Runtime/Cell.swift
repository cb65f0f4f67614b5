import AdjointGraph

/// A place that holds a tensor and may be given another: a parameter, a statistic, an optimizer's state.
public class Cell: @unchecked Sendable {
  @exclusivity(unchecked) package final var node: Node
  /// What the cell is called in its model, such as `fc1.weight`.
  public package(set) final var name = ""

  /// Beyond this many pending operations behind a cell its value is computed at once.
  public static let pendingLimit = 10_000

  public init(_ value: Tensor) { node = value.node }

  /// The value. Assigning does not compute it, unless too much is pending behind it.
  public final var value: Tensor {
    get { GraphLock.withLock { Tensor(node) } }
    set { assign(newValue) }
  }

  private func assign(_ new: Tensor) {
    GraphLock.withLock {
      node = new.node
      guard Int(node.height) > Cell.pendingLimit, node.storage == nil else { return }
      Engine.noteCutCell()
      new.evaluated().node.dropInputs()
    }
  }

  package final func hold(_ new: Node) { node = new }

  /// True where nothing else holds this value or its memory: it may be overwritten.
  package final func ownsItsValueAlone() -> Bool {
    isKnownUniquelyReferenced(&node) && isKnownUniquelyReferenced(&node.storage)
  }
}

/// A cell that training changes.
public final class Parameter: Cell, @unchecked Sendable {
  /// False keeps optimizers away.
  public var isTrainable = true
}
