import AdjointGraph
import AdjointNN
import AdjointRuntime

#if !hasFeature(Embedded)
  /// All that an optimizer knows beside the parameters: with them it goes on as if it had never stopped.
  public struct OptimizerState: Sendable {
    /// Tensors by name: `fc1.weight.exp_avg`, or `0.exp_avg` where a parameter has no name.
    public var tensors: [(name: String, value: Tensor)]
    /// Numbers by name: `step`, and how often each parameter was updated.
    public var counts: [(name: String, value: Int)]

    /// A state from its parts.
    public init(tensors: [(name: String, value: Tensor)], counts: [(name: String, value: Int)]) {
      self.tensors = tensors
      self.counts = counts
    }
  }

  extension Optimizer {
    /// All that the optimizer knows beside the parameters. The schedule is no part of it: it is a function of the
    /// step.
    public var state: OptimizerState {
      var counts = [("step", stepCount), ("waiting", waiting)]
      for (name, slot) in zip(names, slots) { counts.append((name + ".step", slot.count)) }
      for (place, average) in averages.enumerated() {
        counts.append(("average.\(place).step", average.count))
      }
      let own = ownState
      return OptimizerState(
        tensors: namedCells.map { ($0.name, $0.cell.value) } + own.tensors,
        counts: counts + own.counts)
    }

    /// Goes on from a state. Where a part is missing, has another type or is not known here, this throws and
    /// nothing has changed.
    public func restore(_ state: OptimizerState) throws(GraphError) {
      var rest = StateReader(state)
      let sums = try rest.count("waiting") > 0
      if sums { for place in parameters.indices { _ = sumCell(place) } }
      let step = try rest.count("step")
      let waiting = try rest.count("waiting")
      var cells: [(Cell, Tensor)] = []
      for (name, cell) in namedCells(withSums: sums) {
        cells.append((cell, try rest.tensor(name, like: cell.value)))
      }
      var counts: [Int] = []
      for name in names { counts.append(try rest.count(name + ".step")) }
      var averaged: [Int] = []
      for place in averages.indices { averaged.append(try rest.count("average.\(place).step")) }
      try restoreOwnState(&rest)
      try rest.requireAllRead()
      for (cell, value) in cells { cell.value = value }
      for (place, count) in counts.enumerated() { slots[place].count = count }
      for (place, count) in averaged.enumerated() { averages[place].count = count }
      (stepCount, self.waiting) = (step, waiting)
      form += 1
    }

    /// The optimizer's tensors by name, as they are saved.
    private var namedCells: [(name: String, cell: Cell)] { namedCells(withSums: waiting > 0) }

    private func namedCells(withSums: Bool) -> [(name: String, cell: Cell)] {
      var found: [(name: String, cell: Cell)] = []
      for (name, slot) in zip(names, slots) {
        for (form, cell) in zip(slot.forms, slot.states) {
          found.append((name + "." + form.name, cell))
        }
        if withSums, let sum = slot.sum { found.append((name + ".gradient_sum", sum)) }
      }
      for (place, average) in averages.enumerated() {
        for (name, cell) in zip(names, average.cells) {
          found.append(("average.\(place).\(name)", cell))
        }
      }
      return found
    }

    /// The parameters' names, each once; where there is none, the parameter's number.
    private var names: [String] {
      var seen: Set<String> = []
      return parameters.enumerated().map { place, parameter in
        let name = parameter.name.isEmpty ? String(place) : parameter.name
        return seen.insert(name).inserted ? name : name + ".\(place)"
      }
    }
  }

  /// Takes the parts of a state by name and notes which are left.
  struct StateReader {
    private var tensors: [String: Tensor]
    private var counts: [String: Int]
    private var read: Set<String> = []

    init(_ state: OptimizerState) {
      tensors = Dictionary(state.tensors.map { ($0.name, $0.value) }) { first, _ in first }
      counts = Dictionary(state.counts.map { ($0.name, $0.value) }) { first, _ in first }
    }

    mutating func count(_ name: String) throws(GraphError) -> Int {
      guard let count = counts[name] else {
        throw GraphError("restore", "there is no count \(name)")
      }
      guard count >= 0 else { throw GraphError("restore", "the count \(name) is \(count)") }
      read.insert(name)
      return count
    }

    /// A tensor of the type that `other` has, in memory of its own.
    mutating func tensor(_ name: String, like other: Tensor) throws(GraphError) -> Tensor {
      let found = try tensor(name)
      guard found.shape == other.shape, found.element == other.element else {
        throw GraphError(
          "restore",
          "\(name) is \(found.element.name) \(found.shape.description), not \(other.element.name) \(other.shape.description)"
        )
      }
      return found
    }

    mutating func tensor(_ name: String) throws(GraphError) -> Tensor {
      guard let found = tensors[name] else {
        throw GraphError("restore", "there is no tensor \(name)")
      }
      read.insert(name)
      return found.copied
    }

    func requireAllRead() throws(GraphError) {
      let left = (Array(tensors.keys) + Array(counts.keys)).filter { !read.contains($0) }.sorted()
      guard let first = left.first else { return }
      throw GraphError("restore", "this optimizer has no \(first): the state is another one's")
    }
  }
#endif
