import Adjoint

/// What a training does where the command line leaves it open, and why.
struct TrainingPlan {
  let model: String
  let settings: ModelSettings
  let epochs: Int
  let batch: Int
  let optimizer: String
  let learningRate: Double
  let schedule: String
  let loss: String
  /// Whether pictures are changed by chance as they are learned from.
  let augments: Bool
  /// Why the model, where it was searched for.
  let reason: String?

  init(_ options: TrainOptions, _ data: TrainingData, reason: String? = nil) throws {
    self.reason = reason
    model = options.model ?? TrainingPlan.model(for: data)
    try data.kind.check(model, named: options.data[0])
    let isDeep = TrainingPlan.isDeep(model)
    optimizer = options.optimizer ?? (isDeep ? "sgd" : "adam")
    learningRate =
      options.learningRate ?? (isDeep ? 0.1 : OptimizerChoice.learningRate(optimizer))
    augments = isDeep && data.pictures != nil
    let seesAll = OptimizerChoice.seesAll(optimizer)
    batch = options.batch ?? TrainingPlan.batch(for: data, isDeep: isDeep, seesAll: seesAll)
    epochs =
      options.epochs
      ?? TrainingPlan.epochs(for: data, isDeep: isDeep, seesAll: seesAll, batch: batch)
    if seesAll, options.clip != nil {
      throw CommandError.usage("--clip means nothing for \(optimizer); leave it out")
    }
    schedule = options.schedule ?? (seesAll ? "constant" : "cosine")
    loss = options.loss ?? LossChoice.standard(for: data.task)
    _ = try LossChoice.function(loss, for: data.task)
    var settings = ModelSettings([
      JSON.Member("input", .array(data.inputShape.map { .integer($0) })),
      JSON.Member("outputs", .integer(data.outputs)),
    ])
    if options.precision != .float32 { settings["element"] = .string(options.precision.name) }
    if let activation = options.activation {
      guard model == "mlp" else {
        throw CommandError.usage("--activation is for the mlp; \(model) has its own")
      }
      settings["activation"] = .string(activation)
    }
    self.settings = settings
  }

  /// Few examples are learned from in small batches, so that an epoch has some steps.
  private static func batch(for data: TrainingData, isDeep: Bool, seesAll: Bool) -> Int {
    let count = data.training.count
    if seesAll { return count }
    // A model of text learns more from many steps than from large ones: 1.73 nats where batches of 64 gave 2.29.
    if data.task == .language { return min(16, max(4, count / 20)) }
    return isDeep ? min(128, max(4, count / 16)) : min(64, max(8, count / 20))
  }

  /// Steps below which a network has hardly begun to learn pictures.
  private static let fewestSteps = 300

  private static func epochs(
    for data: TrainingData, isDeep: Bool, seesAll: Bool, batch: Int
  ) -> Int {
    // Each is five iterations.
    if seesAll { return 30 }
    guard data.isImages else { return data.task == .language ? 5 : 100 }
    let steps = (data.training.count + batch - 1) / batch
    return max(isDeep ? 15 : 10, (fewestSteps + steps - 1) / steps)
  }

  /// The rate of the run where nobody says one.
  var usualRate: Double {
    TrainingPlan.isDeep(model) ? 0.1 : OptimizerChoice.learningRate(optimizer)
  }

  private static func isDeep(_ model: String) -> Bool {
    model.hasPrefix("resnet") || model.hasPrefix("vgg")
  }

  /// A network that suits the shape of the data.
  private static func model(for data: TrainingData) -> String {
    if data.task == .language { return "gpt" }
    if data.inputShape == [1, 28, 28] { return "lenet" }
    return data.isImages ? "resnet20" : "mlp"
  }

  var notes: [String] {
    (reason.map { [$0] } ?? []) + (augments ? ["pictures are flipped and shifted by chance"] : [])
      + [
        "\(model) learns by \(optimizer), rate \(NumberText.short(learningRate)) (\(schedule)), loss \(loss)",
        "\(counted(epochs, "epoch")) in batches of \(batch)",
      ]
  }
}
