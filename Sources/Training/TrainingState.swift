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

/// What an optimizer remembers from step to step.
struct OptimizerState: Sendable {
  var cells: [(name: String, value: Tensor)]
  var stepCount: Int
  var updateCounts: [Int]
}

extension Trainer {
  /// The state of this moment, in memory of its own.
  func captureState() -> TrainingState {
    TrainingState(
      model: cells.map { $0.value.copied() }, optimizer: optimizer.captureState(),
      sums: trainingSums.map { $0.value.copied() }, history: history, position: position,
      best: best)
  }

  /// Goes back (or on) to a state.
  func restore(_ state: TrainingState) {
    for (cell, value) in zip(cells, state.model) { cell.value = value }
    for (cell, value) in zip(trainingSums, state.sums) { cell.value = value }
    optimizer.restore(state.optimizer)
    (history, position, best) = (state.history, state.position, state.best)
  }
}

extension Optimizer {
  /// The cells in which it remembers, named by their parameters and numbers.
  var stateCells: [(name: String, cell: Cell)] {
    parameters.indices.flatMap { place in
      states[place].enumerated().map { number, cell in
        let name = parameters[place].name.isEmpty ? String(place) : parameters[place].name
        return ("\(name).\(number)", cell)
      }
    }
  }

  func captureState() -> OptimizerState {
    OptimizerState(
      cells: stateCells.map { ($0.name, $0.cell.value.copied()) }, stepCount: stepCount,
      updateCounts: updateCounts)
  }

  func restore(_ state: OptimizerState) {
    for (own, given) in zip(stateCells, state.cells) { own.cell.value = given.value }
    stepCount = state.stepCount
    updateCounts = state.updateCounts
  }
}
