import AdjointData
import AdjointGraph
import AdjointNN
import AdjointOptim
import AdjointRuntime

/// What an epoch gave.
public struct EpochRecord: Sendable {
  /// Which epoch it was, from 1.
  public let epoch: Int
  /// The mean training loss and the metrics over the training batches, each as the model was at that time.
  public let training: Scores
  /// The same over the validation data, after the epoch.
  public let validation: Scores?
  /// The learning rate of its last step.
  public let learningRate: Double
  /// How long it took, validation included.
  public let seconds: Double
}

/// A loss and metrics.
public struct Scores: Sendable {
  /// The mean loss an example.
  public let loss: Double
  /// The metrics by their names, in the trainer's order.
  public let metrics: [(name: String, value: Double)]

  /// The value of a metric by its name.
  public subscript(name: String) -> Double? { metrics.first { $0.name == name }?.value }
}

/// Where a training is.
public struct Progress: Sendable {
  /// The epoch that is going on, from 1.
  public let epoch: Int
  /// How many epochs there will be.
  public let epochs: Int
  /// Steps taken in this epoch.
  public let step: Int
  /// How many steps an epoch has.
  public let steps: Int
  /// The loss of the step just taken.
  public let loss: Double
  /// The mean loss of this epoch so far.
  public let meanLoss: Double
  /// Seconds since the training began.
  public let seconds: Double
}

/// Looks on while a trainer works, and may stop it.
public protocol TrainingObserver: AnyObject {
  /// Called before the first step.
  func trainingWillBegin(_ trainer: Trainer) throws
  /// Called after every step.
  func stepDidEnd(_ trainer: Trainer, _ progress: Progress) throws
  /// Called after every epoch.
  func epochDidEnd(_ trainer: Trainer, _ record: EpochRecord) throws
  /// Called at the end, however it came about.
  func trainingDidEnd(_ trainer: Trainer) throws
}

extension TrainingObserver {
  /// Does nothing.
  public func trainingWillBegin(_ trainer: Trainer) throws {}
  /// Does nothing.
  public func stepDidEnd(_ trainer: Trainer, _ progress: Progress) throws {}
  /// Does nothing.
  public func epochDidEnd(_ trainer: Trainer, _ record: EpochRecord) throws {}
  /// Does nothing.
  public func trainingDidEnd(_ trainer: Trainer) throws {}
}

/// The loop that people write anyway: epochs of steps, validation after each, and others who look on.
public final class Trainer {
  /// What learns.
  public let model: any Module
  /// How it learns.
  public let optimizer: Optimizer
  /// What is made small: from predictions and targets.
  public let loss: (Tensor, Tensor) -> Tensor
  /// What else is measured.
  public let metrics: [any Metric]
  /// Who looks on.
  public var observers: [any TrainingObserver]
  /// What each epoch gave.
  public private(set) var history: [EpochRecord] = []
  /// Why it was stopped before its last epoch, if it was.
  public private(set) var stopReason: String?

  private let trainingSums: [Cell]

  /// A trainer for a model.
  public init(
    _ model: any Module, optimizer: Optimizer, loss: @escaping (Tensor, Tensor) -> Tensor,
    metrics: [any Metric] = [], observers: [any TrainingObserver] = []
  ) {
    self.model = model
    self.optimizer = optimizer
    self.loss = loss
    self.metrics = metrics
    self.observers = observers
    trainingSums = metrics.map { Cell(.zeros([$0.sumCount], .float64)) }
  }

  /// Ends the training after the step that is being taken.
  public func stop(_ reason: String) { stopReason = reason }

  /// Trains until `epochs` epochs are done, those of the history included.
  public func fit(_ training: Loader, validation: Loader? = nil, epochs: Int) throws {
    stopReason = nil
    let start = monotonicSeconds()
    for observer in observers { try observer.trainingWillBegin(self) }
    while history.count < epochs, stopReason == nil {
      let begin = monotonicSeconds()
      let scores = try takeEpoch(training, of: epochs, start)
      guard let scores else { break }
      let record = EpochRecord(
        epoch: history.count + 1, training: scores,
        validation: try validation.map { try evaluate($0) },
        learningRate: optimizer.schedule(max(optimizer.stepCount - 1, 0)),
        seconds: monotonicSeconds() - begin)
      history.append(record)
      for observer in observers { try observer.epochDidEnd(self, record) }
    }
    for observer in observers { try observer.trainingDidEnd(self) }
  }

  /// One epoch of steps; nil where it was stopped before its end.
  private func takeEpoch(_ loader: Loader, of epochs: Int, _ start: Double) throws -> Scores? {
    let batches = loader.batches(epoch: history.count)
    for cell in trainingSums { cell.value = .zeros(cell.value.shape, .float64) }
    var (sum, examples, step) = (0.0, 0, 0)
    while let batch = try batches.nextBatch() {
      let loss = try take(batch).item
      sum += loss * Double(batch.count)
      examples += batch.count
      step += 1
      let progress = Progress(
        epoch: history.count + 1, epochs: epochs, step: step, steps: loader.batchCount,
        loss: loss, meanLoss: sum / Double(examples), seconds: monotonicSeconds() - start)
      for observer in observers { try observer.stepDidEnd(self, progress) }
      if stopReason != nil, step < loader.batchCount { return nil }
    }
    let measured = zip(metrics, trainingSums).map { metric, cell in
      (metric.name, metric.value(of: cell.value.doubles))
    }
    return Scores(loss: examples == 0 ? 0 : sum / Double(examples), metrics: measured)
  }

  /// One step; what the metrics add is computed in it.
  private func take(_ batch: Batch) throws -> Tensor {
    try optimizer.tryStep {
      let prediction = model(batch.input)
      for (metric, cell) in zip(metrics, trainingSums) {
        let sums = metric.sums(prediction.detached, batch.target)
        StepScope.record(cell) { $0 + sums }
      }
      return loss(prediction, batch.target)
    }
  }

  /// Loss and metrics over data, without learning from it.
  public func evaluate(_ loader: Loader) throws -> Scores {
    var sum = 0.0
    var examples = 0
    var sums = [[Double]](repeating: [], count: metrics.count)
    let batches = loader.batches(epoch: 0)
    while let batch = try batches.nextBatch() {
      let prediction = model(batch.input)
      let measured = metrics.map { $0.sums(prediction, batch.target) }
      let loss = loss(prediction, batch.target)
      try Engine.evaluate([loss] + measured)
      sum += loss.item * Double(batch.count)
      examples += batch.count
      for (place, tensor) in measured.enumerated() { add(tensor.doubles, to: &sums[place]) }
    }
    guard examples > 0 else { throw DataError("evaluation", "there are no examples") }
    return Scores(
      loss: sum / Double(examples),
      metrics: zip(metrics, sums).map { ($0.name, $0.value(of: $1)) })
  }

  private func add(_ values: [Double], to sums: inout [Double]) {
    sums = sums.isEmpty ? values : zip(sums, values).map { $0 + $1 }
  }
}
