import AdjointGraph
import CSupport

/// What new structures have cost in this process: the making of programs and kernels, apart from running them.
package struct PlanningCost: Sendable {
  /// Nodes of the graphs that were planned.
  package private(set) var nodes = 0
  /// Kernels that were made for them.
  package private(set) var kernels = 0
  /// Seconds in all, and those of them that a library took to make its primitives.
  package private(set) var seconds = 0.0
  package private(set) var librarySeconds = 0.0

  @exclusivity(unchecked) private nonisolated(unsafe) static var sum = PlanningCost()

  /// What it was so far.
  package static var soFar: PlanningCost { GraphLock.withLock { sum } }

  /// What came since an earlier moment.
  package func since(_ earlier: PlanningCost) -> PlanningCost {
    var difference = self
    difference.nodes -= earlier.nodes
    difference.kernels -= earlier.kernels
    difference.seconds -= earlier.seconds
    difference.librarySeconds -= earlier.librarySeconds
    return difference
  }

  /// Flattens a graph of so many nodes.
  static func flatten(_ nodes: Int, _ body: () -> Program) -> Program {
    let start = adj_seconds()
    let program = body()
    sum.seconds += adj_seconds() - start
    sum.nodes += nodes
    return program
  }

  /// Makes kernels.
  static func compile(
    _ body: () throws(GraphError) -> Executable
  ) throws(GraphError) -> Executable {
    let start = adj_seconds()
    let executable = try body()
    sum.seconds += adj_seconds() - start
    sum.kernels += executable.kernelCount
    return executable
  }

  /// Makes a library's primitive, within `compile`.
  package static func library<Primitive>(_ body: () -> Primitive) -> Primitive {
    let start = adj_seconds()
    defer { sum.librarySeconds += adj_seconds() - start }
    return body()
  }
}
