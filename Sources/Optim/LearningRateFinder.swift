import AdjointGraph
import AdjointNN
import AdjointRuntime

/// What the losses were while the learning rate grew.
public struct LearningRateSweep: Sendable {
  /// The learning rates, each larger than the one before.
  public let rates: [Double]
  /// The loss at each, before that step.
  public let losses: [Double]
  /// The losses, smoothed as means that forget.
  public let smoothed: [Double]

  /// Where the smoothed loss falls fastest against the rate's logarithm; nil where it never falls.
  public var suggestion: Double? {
    var best: (slope: Double, rate: Double)?
    guard smoothed.count > 2 else { return nil }
    for place in 1..<(smoothed.count - 1) {
      let slope = smoothed[place + 1] - smoothed[place - 1]
      if slope < best?.slope ?? 0 { best = (slope, rates[place]) }
    }
    return best?.rate
  }
}

extension Optimizer {
  /// Takes steps while the learning rate grows from `low` to `high` by equal factors, until the loss has grown
  /// to four times its smallest, and puts everything back: the parameters, the optimizer's states, and the cells
  /// in `keeping` (a model's statistics, say).
  public final func findLearningRate(
    from low: Double = 1e-7, to high: Double = 10, steps: Int = 100, keeping cells: [Cell] = [],
    smoothing: Double = 0.9, _ loss: (_ step: Int) -> Tensor
  ) throws(GraphError) -> LearningRateSweep {
    guard low > 0, high > low, steps > 1 else {
      throw GraphError(
        "findLearningRate",
        "takes 0 < low < high and at least two steps, not \(low), \(high), \(steps)")
    }
    let memory = OptimizerMemory(self, cells)
    defer { memory.putBack(self) }
    let (start, growth) = (stepCount, ScalarMath.log(high / low) / Double(steps - 1))
    let rate: @Sendable (Int) -> Double = { low * ScalarMath.exp(growth * Double($0)) }
    schedule = { rate($0 - start) }
    (accumulation, waiting) = (1, 0)
    var (rates, losses, smoothed): ([Double], [Double], [Double]) = ([], [], [])
    var (mean, best) = (0.0, Double.infinity)
    for step in 0..<steps {
      let value = try tryStep { loss(step) }.item
      guard value.isFinite else { break }
      mean = mean * smoothing + value * (1 - smoothing)
      let now = mean / (1 - power(smoothing, step + 1))
      rates.append(rate(step))
      losses.append(value)
      smoothed.append(now)
      if step > 0, now > 4 * best { break }
      best = Swift.min(best, now)
    }
    return LearningRateSweep(rates: rates, losses: losses, smoothed: smoothed)
  }
}

/// What an optimizer and its parameters were.
private struct OptimizerMemory {
  private let values: [(cell: Cell, value: Tensor)]
  private let slots: [Optimizer.Slot]
  private let averaged: [Int]
  private let schedule: @Sendable (Int) -> Double
  private let stepCount: Int
  private let waiting: Int
  private let accumulation: Int

  init(_ optimizer: Optimizer, _ others: [Cell]) {
    var cells = others
    for parameter in optimizer.parameters { cells.append(parameter) }
    for slot in optimizer.slots { cells += slot.states + (slot.sum.map { [$0] } ?? []) }
    for average in optimizer.averages { cells += average.cells }
    values = cells.map { ($0, $0.value) }
    slots = optimizer.slots
    averaged = optimizer.averages.map { $0.count }
    schedule = optimizer.schedule
    stepCount = optimizer.stepCount
    waiting = optimizer.waiting
    accumulation = optimizer.accumulation
  }

  func putBack(_ optimizer: Optimizer) {
    for (cell, value) in values { cell.value = value }
    optimizer.slots = slots
    for (average, count) in zip(optimizer.averages, averaged) { average.count = count }
    optimizer.schedule = schedule
    optimizer.stepCount = stepCount
    optimizer.waiting = waiting
    optimizer.accumulation = accumulation
  }
}
