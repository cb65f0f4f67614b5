import AdjointData
import AdjointNN
import AdjointOptim
import AdjointRuntime

/// Event files for TensorBoard: `tensorboard --logdir FOLDER` shows the curves, the spread of the weights, and layer
/// by layer the sizes of gradients and activations.
public final class TensorBoardLog: TrainingObserver {
  private let file: EventFile
  private let stepInterval: Int
  private let hasHistograms: Bool

  /// Writes a new file into `folder`: the loss every `stepInterval` steps, the rest after every epoch.
  public init(folder: String, everySteps stepInterval: Int = 10, histograms: Bool = true) throws {
    file = try EventFile(folder: folder)
    self.stepInterval = Swift.max(stepInterval, 1)
    hasHistograms = histograms
  }

  /// Writes the step's loss, if it is time.
  public func stepDidEnd(_ trainer: Trainer, _ progress: Progress) throws {
    let step = trainer.optimizer.stepCount
    guard step % stepInterval == 0 else { return }
    try file.scalar("step/loss", progress.loss, step: step)
    try file.scalar("step/learning rate", trainer.optimizer.schedule(step - 1), step: step)
  }

  /// Writes the epoch's numbers and the weights' histograms.
  public func epochDidEnd(_ trainer: Trainer, _ record: EpochRecord) throws {
    for (part, scores) in [("training", record.training), ("validation", record.validation)] {
      guard let scores else { continue }
      try file.scalar("\(part)/loss", scores.loss, step: record.epoch)
      for (name, value) in scores.metrics {
        try file.scalar("\(part)/\(name)", value, step: record.epoch)
      }
    }
    guard hasHistograms else { return }
    for parameter in trainer.optimizer.parameters {
      try file.histogram(
        "weights/\(parameter.name)", parameter.value.doubles, step: record.epoch)
    }
  }

  /// Writes the sizes of gradients and activations, as a `LayerWatch` has them.
  public func write(_ statistics: LayerStatistics, step: Int) throws {
    for gradient in statistics.gradients {
      try file.scalar("gradients/\(gradient.name)", gradient.size, step: step)
    }
    for activation in statistics.activations {
      let tag = "\(activation.layer) \(activation.function)"
      try file.scalar("activations/\(tag)", activation.size, step: step)
      try file.scalar("dead share/\(tag)", activation.deadShare, step: step)
    }
  }
}

/// Looks at gradients and activations every so many steps: at those of one batch, at the weights of that moment.
public final class LayerWatch: TrainingObserver {
  /// What was seen, with the step at which it was.
  public private(set) var records: [(step: Int, statistics: LayerStatistics)] = []
  private let batch: Batch
  private let stepInterval: Int
  private let log: TensorBoardLog?

  /// Looks at `batch` every `stepInterval` steps, and writes to `log`.
  public init(_ batch: Batch, everySteps stepInterval: Int = 100, log: TensorBoardLog? = nil) {
    self.batch = batch
    self.stepInterval = Swift.max(stepInterval, 1)
    self.log = log
  }

  /// Looks, if it is time.
  public func stepDidEnd(_ trainer: Trainer, _ progress: Progress) throws {
    let step = trainer.optimizer.stepCount
    guard step % stepInterval == 0 else { return }
    let statistics = try trainer.layerStatistics(of: batch)
    records.append((step, statistics))
    try log?.write(statistics, step: step)
  }
}
