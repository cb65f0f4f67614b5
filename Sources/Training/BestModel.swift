import AdjointGraph
import AdjointNN
import AdjointRuntime

/// When to stop before the last epoch: where what is measured on the validation data has not become better for a
/// while.
public struct EarlyStopping: Sendable {
  /// How many epochs without a better one are waited for.
  public var patience: Int
  /// By how much better counts as better.
  public var margin: Double

  /// Stops after `patience` epochs without a better one.
  public init(patience: Int = 5, margin: Double = 0) {
    self.patience = patience
    self.margin = margin
  }
}

/// The model as it was after its best epoch; of epochs that are equally good, the one with the lower loss.
public struct BestModel: Sendable {
  /// Which epoch that was, from 1.
  public let epoch: Int
  /// What was measured on the validation data then.
  public let value: Double
  /// The values of the model's cells.
  let values: [Tensor]
}

/// What better means: a metric or the loss, over the validation data.
struct Monitor {
  let name: String
  let isBetterWhenHigher: Bool

  /// The metric of this name or the `loss`; without a name the first metric, or the loss where there is none.
  init(_ name: String?, _ metrics: [any Metric]) {
    let metric = name == nil ? metrics.first : metrics.first { $0.name == name }
    self.name = metric?.name ?? "loss"
    isBetterWhenHigher = metric?.isBetterWhenHigher ?? false
  }

  func value(_ record: EpochRecord) -> Double? { record.validation?[name] }

  func isBetter(_ value: Double, than other: Double, by margin: Double = 0) -> Bool {
    isBetterWhenHigher ? value > other + margin : value < other - margin
  }

  /// The best epoch of a history and what it gave. Of equals the first.
  func best(_ history: [EpochRecord], margin: Double = 0) -> (epoch: Int, value: Double)? {
    var best: (epoch: Int, value: Double)?
    for record in history {
      guard let value = value(record), !value.isNaN else { continue }
      if let known = best, !isBetter(value, than: known.value, by: margin) { continue }
      best = (record.epoch, value)
    }
    return best
  }
}

extension Tensor {
  /// The same elements in memory of their own: what steps write in place does not reach them.
  func copied() -> Tensor { withBytes { Tensor(bytes: $0, shape: shape, element) } }
}
