import Adjoint
import AdjointGraph
import Glibc

/// A training from its data to its report.
struct TrainRun {
  let options: TrainOptions
  let data: TrainingData
  let plan: TrainingPlan
  /// Whether what is known of the data is said already.
  private var hasToldOfData = false

  init(_ options: TrainOptions) throws {
    var data = try DataChoice.load(options)
    try TrainRun.checkClasses(data)
    guard options.searchesModel, data.isTable else {
      self = try TrainRun(options, data)
      return
    }
    if let out = options.out, !options.force, !options.resumes {
      try RunFolder(path: out).refuseRun()
    }
    if let test = try TrainRun.readTest(options, data) { data.test = { test } }
    // Whoever waits for the search knows by then what is searched in.
    let search = ModelSearch(options, data)
    for line in options.isQuiet ? [] : data.notes + search.notes { print(line) }
    _ = Process.flushOutput()
    let choice = try search.choice()
    self = try TrainRun(try options.adding(choice.members), data, reason: choice.reason)
    hasToldOfData = true
  }

  /// A class for each row leaves nothing to learn.
  private static func checkClasses(_ data: TrainingData) throws {
    let (classes, rows) = (data.labels.count, data.training.count)
    guard data.isTable, data.task == .classification, classes > 2, classes >= rows else { return }
    let target = data.preprocessing.source?["table"]?["target"]?.string.map { "'\($0)'" }
    throw CommandError.failure(
      "\(data.name): \(target ?? "the target") has \(classes) different texts and \(rows) rows to learn from, too many to be classes"
    )
  }

  /// A training of data that are there already.
  init(_ options: TrainOptions, _ data: TrainingData, reason: String? = nil) throws {
    self.options = options
    self.data = data
    plan = try TrainingPlan(options, data, reason: reason)
  }

  func run() throws {
    Initialization.seed(options.seed)
    let network = try ModelCatalogue.make(plan.model, plan.settings)
    try checkShapes(network)
    let test = try TrainRun.readTest(options, data)
    let folder =
      try options.out.map {
        try RunFolder.named($0, force: options.force || options.resumes)
      } ?? RunFolder.next(for: data.name)
    let view = TrainingView(isQuiet: options.isQuiet)
    let trainer = try makeTrainer(network, view)
    trainer.observers += [
      CheckpointKeeper(folder.checkpoint, epochInterval: 1),
      StopOnRequest(signals: [SIGINT, SIGTERM]),
    ]
    do {
      // Who was killed before the first checkpoint begins anew.
      if options.resumes, folder.exists(folder.checkpoint) {
        try trainer.resume(from: folder.checkpoint, training: try trainingLoader())
        if isWhole(trainer), folder.exists(folder.report), folder.exists(folder.model) {
          return try sayFinished(trainer, folder)
        }
      }
      announce(network, folder)
      // What is replaced must not be taken up later in place of this run, nor its report be taken for this run's.
      if !options.resumes { folder.remove(folder.checkpoint) }
      folder.remove(folder.report)
      try AtomicFile.write(options.given.text(indented: true) + "\n", to: folder.config)
      Process.letSignalsThrough()
      try train(trainer)
      view.showFindings()
    } catch let finding as Finding where finding.kind == .divergingStepSize {
      folder.removeUnlessUseful()
      throw CommandError.failure(
        "\(finding.description) \(plan.optimizer) takes \(NumberText.short(plan.usualRate)) where nobody says a rate."
      )
    } catch {
      folder.removeUnlessUseful()
      throw error
    }
    let result = try finish(trainer, view, folder, test)
    if !isWhole(trainer) {
      throw CommandError.interrupted(interruption(trainer, folder))
    }
    if options.isJSON { print(result.json.text()) }
  }

  private func isWhole(_ trainer: Trainer) -> Bool {
    trainer.history.count >= plan.epochs || trainer.isSettled
  }

  /// A run that is finished stays as it is.
  private func sayFinished(_ trainer: Trainer, _ folder: RunFolder) throws {
    if !options.isQuiet {
      print("the run is finished already: \(folder.report)")
    }
    // Where nothing changes any more, further epochs give nothing.
    if !options.isQuiet, !trainer.isSettled {
      print(
        "to train on, give more epochs: adjoint train --resume --out \(TrainOptions.quoted(folder.path)) --epochs \(2 * plan.epochs)"
      )
    }
    guard options.isJSON else { return }
    let facts = try SavedModel(folder.model).description.training.members ?? []
    let own = facts.filter { !["options", "examples"].contains($0.name) }
    print(JSON.object(own + [JSON.Member("model", .string(folder.model))]).text())
  }

  /// The test is read before anything is learned, so that what is wrong with it is known by then. It is scored once, at
  /// the end.
  private static func readTest(
    _ options: TrainOptions, _ data: TrainingData
  ) throws -> (any Dataset)? {
    guard let test = try data.test?() else { return nil }
    guard test.count > 0 else { return test }
    let (own, other) = (try data.training.batch([0]), try test.batch([0]))
    guard own.input.shape == other.input.shape else {
      throw CommandError.failure(
        "\(options.test ?? data.name): its examples are \(other.input.shape.description), those to learn from \(own.input.shape.description)"
      )
    }
    return test
  }

  /// Trains without leaving anything, and says how good that is on data that were held back: the first metric, or the
  /// loss where there is none.
  func score() throws -> (value: Double, name: String, isBetterWhenHigher: Bool) {
    Initialization.seed(options.seed)
    let network = try ModelCatalogue.make(plan.model, plan.settings)
    try checkShapes(network)
    let trainer = try makeTrainer(network, TrainingView(isQuiet: true))
    trainer.observers.append(StopOnRequest(signals: [SIGINT, SIGTERM]))
    Process.letSignalsThrough()
    try train(trainer)
    if !isWhole(trainer) { throw CommandError.interrupted("stopped") }
    guard let held = trainer.history.last?.validation else {
      throw CommandError.failure("\(data.name): too few examples to hold some back")
    }
    guard let metric = trainer.metrics.first, let value = held[metric.name] else {
      return (held.loss, "loss", false)
    }
    return (value, metric.name, metric.isBetterWhenHigher)
  }

  /// Trains without leaving anything or looking at anything, and says how good that is on other examples.
  func score(on held: any Dataset) throws -> Scores {
    Initialization.seed(options.seed)
    let trainer = try makeTrainer(
      try ModelCatalogue.make(plan.model, plan.settings), TrainingView(isQuiet: true))
    trainer.looksForFaults = false
    try train(trainer)
    return try trainer.evaluate(Loader(held, batchSize: 256, shuffling: false))
  }

  private func makeTrainer(_ network: any Module, _ view: TrainingView) throws -> Trainer {
    let loader = try trainingLoader()
    let optimizer = OptimizerChoice.make(
      plan.optimizer, network, learningRate: plan.learningRate, momentum: options.momentum)
    optimizer.clipping = options.clip.map { .norm($0) }
    optimizer.seed = options.seed
    optimizer.schedule = ScheduleChoice.make(
      plan.schedule, rate: plan.learningRate, steps: loader.batchCount * plan.epochs)
    let loss = try LossChoice.function(plan.loss, for: data.task)
    let penalty = Penalty.of(network, l1: options.l1, l2: options.l2)
    let metrics: [any Metric] =
      switch data.task {
      case .classification: [Accuracy()]
      case .regression: [R2(outputs: Reconstruction.isTask(of: plan.model) ? 1 : data.outputs)]
      case .language: []
      }
    let trainer = Trainer(
      network, optimizer: optimizer,
      loss: { output, target in
        let value = loss(output, target)
        return StepScope.isTraining ? penalty.map { value + $0() } ?? value : value
      }, metrics: metrics, observers: [view])
    trainer.precision = options.products
    trainer.keepsBest = data.validation != nil
    // Further epochs of all examples at once give what the last one gave.
    trainer.stopsWhenSettled = OptimizerChoice.seesAll(plan.optimizer)
    return trainer
  }

  private func trainingLoader() throws -> Loader {
    guard plan.augments, let pictures = data.pictures else {
      return Loader(data.training, batchSize: plan.batch, seed: options.seed)
    }
    let (preprocessing, element) = (data.preprocessing, options.precision)
    let changed = try Augmented(
      pictures, [.flip(), .crop(padding: 2)], seed: options.seed,
      prepare: { preprocessing.prepared($0, element) })
    return Loader(changed, batchSize: plan.batch, seed: options.seed)
  }

  private func train(_ trainer: Trainer) throws {
    let held = data.validation.map { Loader($0, batchSize: 256, shuffling: false) }
    try trainer.fit(try trainingLoader(), validation: held, epochs: plan.epochs)
  }

  /// Meets a model that does not fit before anything is written.
  private func checkShapes(_ network: any Module) throws {
    let batch = try data.training.batch([0])
    let output = try checked { () throws(GraphError) in network(batch.input) }
    let length = data.task == .language ? data.inputShape : []
    let needed = Shape([1] + length + [data.outputs])
    guard output.shape == needed else {
      throw CommandError.failure(
        "\(plan.model) gives \(output.shape.description) for one example; \(needed.description) is needed"
      )
    }
  }

  private func announce(_ network: any Module, _ folder: RunFolder) {
    guard !options.isQuiet else { return }
    for line in (hasToldOfData ? [] : data.notes) + plan.notes { print(line) }
    let count = network.parameters.reduce(0) { $0 + $1.value.count }
    print(
      "\(counted(count, "parameter")), seed \(options.seed), \(counted(options.device.threads, "thread"))"
    )
    print("files go to \(folder.path)")
    print("")
    _ = Process.flushOutput()
  }

  private func finish(
    _ trainer: Trainer, _ view: TrainingView, _ folder: RunFolder, _ test: (any Dataset)?
  ) throws -> TrainingResult {
    // Whoever is interrupted has not asked for the test.
    let isWhole = isWhole(trainer)
    func result(_ evaluation: Evaluation?) throws -> TrainingResult {
      let result = try TrainingResult(
        run: self, trainer: trainer, evaluation: evaluation, view: view, folder: folder)
      try SavedModel(trainer.model, result.description).write(to: folder.model)
      return result
    }
    let evaluation: Evaluation?
    let scored = test.flatMap { $0.count > 0 ? $0 : nil }
    do {
      evaluation = isWhole ? try scored.map { try evaluate(trainer.model, on: $0) } : nil
    } catch {
      // What was learned is not lost with the test.
      _ = try result(nil)
      throw error
    }
    let result = try result(evaluation)
    guard isWhole else { return result }
    let page = ReportPage(result: result, test: scored)
    try AtomicFile.write(try page.text(), to: folder.report)
    for line in options.isQuiet ? [] : result.summary { print(line) }
    return result
  }

  private func evaluate(_ model: any Module, on test: any Dataset) throws -> Evaluation {
    try Evaluation(
      model, on: test, task: data.task, classes: data.outputs, units: data.preprocessing.target,
      loss: try LossChoice.function(plan.loss, for: data.task))
  }

  private func interruption(_ trainer: Trainer, _ folder: RunFolder) -> String {
    "stopped after \(counted(trainer.optimizer.stepCount, "step")), all is saved; go on with: adjoint train --resume --out \(TrainOptions.quoted(folder.path))"
  }
}

extension RunFolder {
  /// After an error: nothing stays that a run began and nobody can use.
  func removeUnlessUseful() {
    guard !exists(model), !exists(checkpoint) else { return }
    remove(config)
    removeIfEmpty()
  }
}
