import AdjointGraph
import AdjointNN
import AdjointRuntime

/// An average of weights over the steps, kept in the optimizer's own plan: its numbers are operands.
public final class WeightAverage {
  /// How steps are weighed.
  public enum Kind: Sendable {
    /// a ← d a + (1−d) p, beginning with the first weights.
    case exponential(decay: Double)
    /// The mean of all: stochastic weight averaging.
    case equal
  }

  /// What is averaged.
  public let parameters: [Parameter]
  /// How steps are weighed.
  public let kind: Kind
  /// Updates averaged so far.
  public internal(set) var count = 0
  let cells: [Cell]
  private let start: Int
  private let period: Int

  init(_ parameters: [Parameter], _ kind: Kind, from start: Int, every period: Int) {
    self.parameters = parameters
    self.kind = kind
    self.start = start
    self.period = Swift.max(period, 1)
    cells = parameters.map { Cell($0.value.copied) }
  }

  /// Runs `body` with the averages in the place of the weights, and puts the weights back.
  public func withAverages<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    guard count > 0 else { return try body() }
    let own = parameters.map { $0.value }
    for (parameter, cell) in zip(parameters, cells) { parameter.value = cell.value }
    defer { for (parameter, value) in zip(parameters, own) { parameter.value = value } }
    return try body()
  }

  /// Makes the averages the weights.
  public func adopt() {
    guard count > 0 else { return }
    for (parameter, cell) in zip(parameters, cells) { parameter.value = cell.value.copied }
  }

  /// The averages after a step that gives the parameters at `places` these values.
  func updates(
    _ step: Int, _ values: [Tensor], of places: [Int], _ rules: NumberRules?
  ) -> [CellUpdate] {
    var shares: [(keep: Tensor, gain: Tensor)] = []
    var next = 0
    return parameters.indices.map { place in
      let isChanged = next < places.count && places[next] == place
      let value = isChanged ? values[next] : parameters[place].value
      if isChanged { next += 1 }
      if !shares.contains(where: { $0.gain.element == value.element }) {
        shares.append(self.shares(step, value.element, rules))
      }
      let (keep, gain) = shares.first { $0.gain.element == value.element }!
      return CellUpdate(cells[place], cells[place].value * keep + value * gain)
    }
  }

  /// What the average so far and the new weights are multiplied by.
  private func shares(
    _ step: Int, _ element: ElementType, _ rules: NumberRules?
  ) -> (keep: Tensor, gain: Tensor) {
    let share = share(at: step)
    let shares = (keep: Tensor(1 - share, element), gain: Tensor(share, element))
    rules?.note(shares.keep, .own { 1 - self.share(at: $0.stepCount) })
    rules?.note(shares.gain, .own { self.share(at: $0.stepCount) })
    return shares
  }

  func note(_ step: Int) { if isTaken(step) { count += 1 } }

  private func isTaken(_ step: Int) -> Bool { step >= start && (step - start) % period == 0 }

  /// The share of new weights.
  private func share(at step: Int) -> Double {
    guard isTaken(step) else { return 0 }
    guard count > 0 else { return 1 }
    switch kind {
    case .exponential(let decay): return 1 - decay
    case .equal: return 1 / Double(count + 1)
    }
  }
}
