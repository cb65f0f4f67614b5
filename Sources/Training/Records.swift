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
  /// What each metric's value was made of, in the same order: a confusion matrix's counts, say.
  public let sums: [[Double]]

  /// The value of a metric, or of the `loss`, by its name.
  public subscript(name: String) -> Double? {
    name == "loss" ? loss : metrics.first { $0.name == name }?.value
  }

  /// What the value of a metric was made of, by its name.
  public func sums(of name: String) -> [Double]? {
    metrics.firstIndex { $0.name == name }.map { sums[$0] }
  }
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
  /// Called when something is found that goes wrong.
  func trainerDidFind(_ trainer: Trainer, _ finding: Finding) throws
  /// Called when all steps are taken, before the best weights are put back.
  func stepsDidEnd(_ trainer: Trainer) throws
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
  public func trainerDidFind(_ trainer: Trainer, _ finding: Finding) throws {}
  /// Does nothing.
  public func stepsDidEnd(_ trainer: Trainer) throws {}
  /// Does nothing.
  public func trainingDidEnd(_ trainer: Trainer) throws {}
}
