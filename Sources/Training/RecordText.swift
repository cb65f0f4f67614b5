import AdjointFormats

extension JSON {
  /// An epoch's record, exactly.
  public init(_ record: EpochRecord) {
    self = [
      "epoch": .integer(record.epoch),
      "training": JSON(record.training),
      "validation": record.validation.map { JSON($0) } ?? .null,
      "learningRate": .number(record.learningRate),
      "seconds": .number(record.seconds),
    ]
  }

  /// A loss and metrics, with what they were made of.
  public init(_ scores: Scores) {
    self = [
      "loss": .number(scores.loss),
      "metrics": .object(scores.metrics.map { Member($0.name, .number($0.value)) }),
      "sums": .array(scores.sums.map { .array($0.map { .number($0) }) }),
    ]
  }
}

extension EpochRecord {
  /// The record that a value is, as `JSON(record)` made it; nil where it is none.
  public init?(_ json: JSON) {
    guard let epoch = json["epoch"]?.integer, let training = json["training"].flatMap(Scores.init),
      let rate = json["learningRate"]?.double, let seconds = json["seconds"]?.double
    else { return nil }
    let validation = json["validation"].flatMap(Scores.init)
    self.init(
      epoch: epoch, training: training, validation: validation, learningRate: rate,
      seconds: seconds)
  }
}

extension Scores {
  /// The scores that a value is, as `JSON(scores)` made it; nil where it is none.
  public init?(_ json: JSON) {
    guard let loss = json["loss"]?.double, let members = json["metrics"]?.members,
      let sums = json["sums"]?.array
    else { return nil }
    let metrics = members.compactMap { member in member.value.double.map { (member.name, $0) } }
    guard metrics.count == members.count, sums.count == members.count else { return nil }
    self.init(
      loss: loss, metrics: metrics.map { (name: $0.0, value: $0.1) },
      sums: sums.map { ($0.array ?? []).compactMap { $0.double } })
  }
}
