import AdjointFormats
import AdjointGraph
import AdjointNN
import AdjointOptim
import AdjointRuntime

/// What to try where a training does not please, the most promising first, with what this run suggests.
public enum Remedies {
  /// What does not please.
  public enum Complaint: Sendable {
    /// The training takes too long.
    case tooSlow
    /// What is measured on data that were held back is not good enough.
    case lowTestScore
  }

  /// One thing to try.
  struct Remedy {
    let text: String
    /// What speaks for it in this run.
    var reason: String?
  }

  /// Sentences, those first for which something in the run speaks.
  public static func sentences(
    for complaint: Complaint, of trainer: Trainer, batchSize: Int
  ) -> [String] {
    let run = RunFacts(trainer, batchSize: batchSize)
    var list = quicker(run)
    if complaint == .lowTestScore { list = better(run) + list }
    let sorted = list.filter { $0.reason != nil } + list.filter { $0.reason == nil }
    return sorted.map { remedy in remedy.text + (remedy.reason.map { ": \($0)." } ?? ".") }
  }

  /// Too slow?
  private static func quicker(_ run: RunFacts) -> [Remedy] {
    [
      Remedy(
        text: "Take larger steps (a higher learning rate)",
        reason: run.isStillFalling && !run.isUnsteady ? "the loss was still falling steadily" : nil),
      Remedy(
        text: "Use a schedule that lowers the learning rate towards the end",
        reason: run.hasConstantRate && run.isUnsteady
          ? "the rate was \(NumberText.short(run.lastRate, digits: 4)) throughout, and the loss goes up and down"
          : nil),
      Remedy(
        text: "Use momentum, or Adam",
        reason: run.hasPlainSteps ? "the optimizer remembers nothing from step to step" : nil),
      Remedy(
        text: "Try another batch size",
        reason: run.batchSize < 16
          ? "batches of \(run.batchSize) leave processors idle"
          : run.batchSize > 1024 ? "batches of \(run.batchSize) give few steps an epoch" : nil),
      Remedy(
        text: "Add batch normalisation",
        reason: run.depth >= 4 && !run.hasNormalization
          ? "\(run.depth) layers have weights and none is normalised" : nil),
      Remedy(text: "Try a network of another size: a larger one can learn in fewer steps"),
      Remedy(text: "Compute on a GPU"),
    ]
  }

  /// Test score low?
  private static func better(_ run: RunFacts) -> [Remedy] {
    [
      Remedy(
        text: "Train for more epochs",
        reason: run.isStillFalling ? "the loss was still falling at the end" : nil),
      Remedy(
        text: "Keep the best model, with weight decay, dropout, augmentation or more data",
        reason: run.validationTurned.map { "validation was best after epoch \($0)" }),
      Remedy(
        text: "Take a larger network",
        reason: run.fitsBadly ? "it does not fit even its training data" : nil),
      Remedy(text: "Try other hyperparameters (`adjoint tune` does it for you)"),
    ]
  }
}

/// What a run shows.
private struct RunFacts {
  let batchSize: Int
  let isStillFalling: Bool
  let isUnsteady: Bool
  let hasConstantRate: Bool
  let lastRate: Double
  let hasPlainSteps: Bool
  let depth: Int
  let hasNormalization: Bool
  let validationTurned: Int?
  let fitsBadly: Bool

  init(_ trainer: Trainer, batchSize: Int) {
    self.batchSize = batchSize
    let losses = trainer.history.map { $0.training.loss }
    let last = losses.suffix(4)
    isStillFalling =
      last.count >= 2 && zip(last, last.dropFirst()).allSatisfy { $1 < $0 }
      && last.last! < 0.98 * last.first!
    isUnsteady = zip(losses, losses.dropFirst()).filter { $1 > $0 }.count * 3 > losses.count
    let rates = trainer.history.map { $0.learningRate }
    hasConstantRate = Set(rates).count <= 1
    lastRate = rates.last ?? 0
    hasPlainSteps = trainer.optimizer.state.tensors.isEmpty
    depth = trainer.optimizer.parameters.filter { $0.value.rank > 1 }.count
    hasNormalization =
      trainer.cells.contains { $0.name.hasSuffix("running_mean") }
      || trainer.cells.contains { $0.name.contains("norm") }
    let best = trainer.monitor.best(trainer.history)
    validationTurned = best.flatMap { $0.epoch + 1 < trainer.history.count ? $0.epoch : nil }
    fitsBadly = (trainer.history.last?.training["accuracy"]).map { $0 < 0.9 } ?? false
  }
}
