import Adjoint

/// What came out of a training.
struct TrainingResult {
  let run: TrainRun
  let history: [EpochRecord]
  let steps: Int
  let evaluation: Evaluation?
  let seconds: Double
  let folder: RunFolder
  let digest: String
  let cells: [Cell]
  let model: any Module
  /// The epoch whose weights were kept, where that was looked for.
  let bestEpoch: Int?
  /// Whether something was found to go wrong.
  let hasFindings: Bool
  private let view: TrainingView

  init(
    run: TrainRun, trainer: Trainer, evaluation: Evaluation?, view: TrainingView, folder: RunFolder
  ) throws {
    self.run = run
    history = trainer.history
    steps = trainer.optimizer.stepCount
    self.evaluation = evaluation
    self.view = view
    seconds = view.seconds
    self.folder = folder
    model = trainer.model
    cells = trainer.model.cells
    bestEpoch = trainer.best?.epoch
    hasFindings = !trainer.findings.isEmpty
    digest = try trainer.model.weightsDigest()
  }

  /// The last line of `--json`.
  var json: JSON {
    var members = [
      JSON.Member("epochs", .integer(history.count)), JSON.Member("steps", .integer(steps)),
      JSON.Member("train_loss", number(history.last?.training.loss)),
    ]
    if let evaluation {
      members.append(JSON.Member("test_loss", number(evaluation.loss)))
      for metric in evaluation.metrics.prefix(1) {
        members.append(JSON.Member("test_" + metric.name, number(metric.value)))
      }
    }
    members.append(JSON.Member("train_seconds", number((seconds * 1000).rounded() / 1000)))
    members.append(JSON.Member("weights_sha256", .string(digest)))
    members.append(JSON.Member("model", .string(folder.model)))
    members.append(JSON.Member("began_at", .number(view.began)))
    members.append(JSON.Member("history", .array(epochs)))
    return .object(members)
  }

  /// What each epoch of this process gave, and how many seconds after the training's begin that was known.
  private var epochs: [JSON] {
    view.epochEnds.map { record, time in
      var members = [
        JSON.Member("epoch", .integer(record.epoch)),
        JSON.Member("seconds", .number(time - view.began)),
        JSON.Member("train_loss", number(record.training.loss)),
      ]
      if let held = record.validation {
        members.append(JSON.Member("validation_loss", number(held.loss)))
        members += held.metrics.map { JSON.Member("validation_" + $0.name, number($0.value)) }
      }
      return .object(members)
    }
  }

  /// What of the line is of this process alone, and not kept with the model.
  private static let ownOfARun = ["model", "began_at", "history"]

  private func number(_ value: Double?) -> JSON {
    value.flatMap { $0.isFinite ? .number($0) : nil } ?? .null
  }

  /// What the model file says.
  var description: ModelDescription {
    ModelDescription(
      model: run.plan.model, settings: run.plan.settings, task: run.data.task,
      labels: run.data.labels, preprocessing: run.data.preprocessing, loss: run.plan.loss,
      training: .object(
        [
          JSON.Member("options", run.options.given),
          JSON.Member("examples", .integer(run.data.training.count)),
        ]
          + (json.members ?? []).filter {
            !TrainingResult.ownOfARun.contains($0.name)
          }))
  }

  /// The lines that end a run.
  var summary: [String] {
    var lines = [""] + plot
    if let evaluation {
      let metrics = evaluation.metrics.map { "\($0.name) \(NumberText.fixed($0.value, places: 4))" }
      lines.append(
        "test: \(metrics.joined(separator: ", ")), loss \(NumberText.fixed(evaluation.loss, places: 4)), \(counted(evaluation.count, "example"))"
      )
    } else {
      lines.append(
        run.data.test == nil
          ? "test: none was named; --test FILE does" : "test: there are no examples for it")
    }
    if let remark { lines.append(remark) }
    lines.append("\(counted(steps, "step")) in \(NumberText.short(seconds, digits: 3)) s")
    lines.append("model   \(folder.model)")
    lines.append("report  \(folder.report)")
    return lines
  }

  /// What to make of a training whose examples are all right; findings speak for themselves.
  private var remark: String? {
    guard !hasFindings, let last = history.last, last.training["accuracy"] == 1 else { return nil }
    let held = last.validation?["accuracy"] ?? 1
    if held >= 0.95 { return "all training examples are right: that is common, and no fault" }
    return
      "all training examples are right, of those held back \(NumberText.fixed(100 * held, places: 1)) %: more examples would help, or --l2"
  }

  var plot: [String] {
    let series = curves.loss
    let drawn = TerminalPlot(series: series, xName: "epoch").lines
    return drawn.isEmpty ? [] : ["loss"] + drawn + [""]
  }

  /// Loss and first metric by epoch.
  var curves: (loss: [ChartSeries], metric: [ChartSeries]) {
    func series(_ name: String, _ value: (EpochRecord) -> Double?) -> ChartSeries {
      ChartSeries(
        name: name,
        values: history.compactMap { record in value(record).map { (Double(record.epoch), $0) } })
    }
    let first = history.first?.training.metrics.first?.name ?? ""
    return (
      [
        series("training") { $0.training.loss }, series("validation") { $0.validation?.loss },
      ].filter { !$0.values.isEmpty },
      [
        series("training") { $0.training[first] }, series("validation") { $0.validation?[first] },
      ].filter { !$0.values.isEmpty }
    )
  }
}
