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
    let isDeep = model.hasPrefix("resnet") || model.hasPrefix("vgg")
    optimizer = options.optimizer ?? (isDeep ? "sgd" : "adam")
    learningRate =
      options.learningRate ?? (isDeep ? 0.1 : OptimizerChoice.learningRate(optimizer))
    epochs =
      options.epochs ?? TrainingPlan.epochs(for: data, isDeep: isDeep, optimizer)
    augments = isDeep && data.pictures != nil
    let seesAll = OptimizerChoice.seesAll(optimizer)
    batch =
      options.batch
      ?? (seesAll ? data.training.count : isDeep ? 128 : min(64, max(8, data.training.count / 20)))
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

  private static func epochs(
    for data: TrainingData, isDeep: Bool, _ optimizer: String
  ) -> Int {
    // Each is five iterations; once the lowest place is reached they cost next to nothing.
    if OptimizerChoice.seesAll(optimizer) { return 30 }
    return isDeep ? 15 : data.isImages ? 10 : data.task == .language ? 5 : 100
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
        "\(epochs) epochs in batches of \(batch)",
      ]
  }
}
