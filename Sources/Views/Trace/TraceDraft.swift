import AdjointGraph
import AdjointRuntime

/// A trace whose numbers are still tensors: all of them are computed together.
struct TraceDraft {
  private let graph: TraceGraph
  private let rows: [Int]
  private let records: [TraceRecorder.Record]
  private var places: [ObjectIdentifier: Int] = [:]
  /// By row: the local derivative with respect to each input that is a row.
  private var locals: [Int: [Int: Tensor]] = [:]
  /// By row.
  private var adjoints: [Int: Tensor] = [:]

  init(_ graph: TraceGraph, rows: [Int]) {
    self.graph = graph
    self.rows = rows
    let isRow = Set(rows)
    let nodes = rows.map { graph.entries[$0].tensor.node }
    let constants = graph.entries.indices.filter { !isRow.contains($0) }
    let root = graph.entries[graph.root].tensor
    records = TraceRecorder.records(
      order: constants.map { graph.entries[$0].tensor.node } + nodes, from: root.node, to: nodes)
    for (place, entry) in graph.entries.enumerated() {
      places[ObjectIdentifier(entry.tensor.node)] = place
    }
    for place in rows {
      let inputs = graph.entries[place].inputs
      let targets = inputs.filter { isRow.contains($0) }
      guard !targets.isEmpty else { continue }
      locals[place] = TraceRecorder.locals(
        of: graph.entries[place].tensor, inputs: inputs.map { graph.entries[$0].tensor },
        targets: targets.map { graph.entries[$0].tensor })
    }
    adjoints[graph.root] = .literal(1, .float64)
    for record in records { adjoints[placeOf(record.to)] = record.sum }
  }

  private func placeOf(_ node: Node) -> Int { places[ObjectIdentifier(node)]! }

  /// Every tensor that the trace shows.
  var tensors: [Tensor] {
    rows.map { graph.entries[$0].tensor } + locals.values.flatMap { $0.values }
      + records.flatMap { [$0.contribution, $0.sum] }
  }

  func steps(_ names: RowNames) -> [Trace.Step] {
    rows.map { place in
      let entry = graph.entries[place]
      let name = names[place]
      var variable: String?
      var operation = "input"
      var formula = ""
      if case .input(let name) = entry.source {
        variable = name
        formula = name
      } else {
        operation = entry.tensor.node.operation.name
        formula = filled(notation(entry).forward, place, names)
      }
      return Trace.Step(
        name: name.plain, variable: variable, operation: operation,
        inputs: entry.inputs.map { operand($0, names) }, values: Trace.Numbers(of: entry.tensor),
        adjoints: adjoint(of: place),
        written: (name.written, formula, name.adjoint))
    }
  }

  func contributions(_ names: RowNames) -> [Trace.Contribution] {
    var isBegun: Set<Int> = []
    return records.map { record in
      let from = placeOf(record.from)
      let to = placeOf(record.to)
      let rule = filled(notation(graph.entries[from]).reverse[record.input], from, names)
      let isSummed = isSummedBack(from: from, to: to)
      return Trace.Contribution(
        from: names[from].plain, to: names[to].plain, upstreams: Trace.Numbers(of: record.upstream),
        locals: isSummed ? nil : Trace.Numbers(of: locals[from]![record.input]!),
        contributions: Trace.Numbers(of: record.contribution), sums: Trace.Numbers(of: record.sum),
        written: (
          names[to].adjoint, isBegun.insert(to).inserted, isSummed ? "Σ(\(rule))" : rule
        ))
    }
  }

  /// Whether an operation repeats this input along a vector, so that its contributions are summed.
  private func isSummedBack(from: Int, to: Int) -> Bool {
    let shape = graph.entries[from].tensor.shape
    return !shape.isScalar && shape != graph.entries[to].tensor.shape
  }

  /// Zero where no path leads to the value.
  private func adjoint(of place: Int) -> Trace.Numbers {
    if let adjoint = adjoints[place] { return Trace.Numbers(of: adjoint) }
    let tensor = graph.entries[place].tensor
    return tensor.shape.isScalar
      ? Trace.Numbers(0) : Trace.Numbers(Array(repeating: 0, count: tensor.count))
  }

  private func notation(_ entry: TraceGraph.Entry) -> Notation {
    Notation.of(entry.tensor.node.operation, inputCount: entry.inputs.count)
  }

  private func filled(_ template: String, _ place: Int, _ names: RowNames) -> String {
    Notation.filled(
      template, inputs: graph.entries[place].inputs.map { names[$0].written },
      output: names[place].written, adjoint: names[place].adjoint)
  }

  private func operand(_ place: Int, _ names: RowNames) -> Trace.Operand {
    if case .constant(let value) = graph.entries[place].source {
      return value.isVector ? .vector(value.elements) : .constant(value.number)
    }
    return .row(names[place].plain)
  }
}
