import AdjointGraph
import AdjointNN
import AdjointOptim
import AdjointRuntime

/// Everything that decides how a training goes on, bit for bit, but the data and the code.
struct TrainingState: Sendable {
  /// The values of the model's cells: parameters, statistics, keys.
  var model: [Tensor]
  var optimizer: OptimizerState
  /// What the metrics have added up in the epoch that is going on.
  var sums: [Tensor]
  var history: [EpochRecord]
  var position: EpochPosition
  var best: BestModel?
}

extension Trainer {
  /// The state of this moment, in memory of its own.
  func captureState() -> TrainingState {
    TrainingState(
      model: cells.map { $0.value.copied() }, optimizer: optimizer.captureState(),
      sums: trainingSums.map { $0.value.copied() }, history: history, position: position,
      best: best)
  }

  /// Goes back (or on) to a state. Where the optimizer's does not fit, this throws and nothing has changed.
  func restore(_ state: TrainingState) throws {
    try optimizer.restore(state.optimizer)
    for (cell, value) in zip(cells, state.model) { cell.value = value }
    for (cell, value) in zip(trainingSums, state.sums) { cell.value = value }
    (history, position, best) = (state.history, state.position, state.best)
  }
}

extension Optimizer {
  /// All that it remembers, in memory of its own, so that the next step still works in place.
  func captureState() -> OptimizerState {
    let now = state
    return OptimizerState(
      tensors: now.tensors.map { ($0.name, $0.value.copied()) }, counts: now.counts)
  }
}
