import AdjointGraph

/// Writes down every contribution of a reverse walk, in the order in which the engine makes them.
final class TraceRecorder: ReverseObserver {
  struct Record {
    let from: Node
    let input: Int
    let upstream: Tensor
    let contribution: Tensor
    /// The sum so far, this contribution included, and whose it is.
    var sum: Tensor
    var to: Node
  }

  private(set) var records: [Record] = []

  func contribution(_ value: Tensor, from: Node, input: Int, upstream: Tensor) -> Tensor {
    records.append(
      Record(
        from: from, input: input, upstream: upstream, contribution: value, sum: value,
        to: from.input(input)))
    return value
  }

  func accumulated(_ sum: Tensor, in node: Node) { records[records.count - 1].sum = sum }

  /// The engine's own reverse walk from the last of `order`, a topological order, to all of `targets`.
  static func records(order: [Node], from root: Node, to targets: [Node]) -> [Record] {
    let recorder = TraceRecorder()
    GraphLock.withLock {
      let walk = Walk.take()
      defer { walk.giveBack() }
      walk.load(order)
      let reverse = ReverseWalk(walk, targets: targets, observer: recorder)
      reverse.run(from: Int(root.ordinal), seed: .literal(1, .float64))
    }
    return recorder.records
  }

  /// The local derivatives of one operation: what its reverse rule contributes to each of `targets`, inputs of
  /// its, when the upstream is 1 for every element.
  static func locals(of output: Tensor, inputs: [Tensor], targets: [Tensor]) -> [Int: Tensor] {
    let recorder = TraceRecorder()
    _ = gradients(
      of: output, withRespectTo: targets, behind: inputs, observer: recorder)
    return Dictionary(uniqueKeysWithValues: recorder.records.map { ($0.input, $0.contribution) })
  }
}
