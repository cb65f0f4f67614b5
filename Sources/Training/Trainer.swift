import AdjointFormats
import AdjointData
import AdjointGraph
import AdjointNN
import AdjointOptim
import AdjointRuntime

/// The loop that people write anyway: epochs of steps, validation after each, and others who look on.
///
///     let trainer = Trainer(net, optimizer: Adam(net), loss: crossEntropy, metrics: [Accuracy()])
///     try trainer.fit(training, validation: validation, epochs: 10)
///     print(try trainer.evaluate(test)["accuracy"]!)
///
/// Validation data are a part of the training data: by them the best model is kept and the training stopped. The
/// test data are read once, at the end.
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
  /// When to stop before the last epoch; never where nil.
  public var earlyStopping: EarlyStopping?
  /// Whether the model as it was after its best epoch is put back at the end.
  public var keepsBest = false
  /// Whether it ends where an epoch has given what the one before gave, to the last bit.
  public var stopsWhenSettled = false
  /// Which metric (or `loss`) tells the best epoch; by default the first metric.
  public var monitored: String?
  /// Which weights are kept at 0.
  public var masks: PruningMasks?
  /// Whether it looks for what goes wrong. It costs about a hundredth of the time.
  public var looksForFaults = true
  /// Whether steps are replayed where they can be: with the same bits, and without being traced. A model or loss
  /// that does something else from step to step within an epoch wants this false.
  public var replaysSteps = true
  /// In what products, convolutions and attention are computed, in learning and in scoring.
  public var precision = Precision.float32
  /// What each epoch gave.
  public internal(set) var history: [EpochRecord] = []
  /// Why it was stopped before its last epoch, if it was.
  public private(set) var stopReason: String?
  /// What was found to go wrong.
  public private(set) var findings: [Finding] = []
  /// What is worth knowing and nothing wrong.
  public internal(set) var remarks: [String] = []
  /// The best epoch so far and the model after it, where `keepsBest`.
  public internal(set) var best: BestModel?

  /// How far the epoch has come that is going on.
  var position = EpochPosition()
  /// The order of the batches that the training goes through, for those who note where it is.
  private(set) var plan: BatchPlan?
  let trainingSums: [Cell]
  /// The cells of the model, found once.
  let cells: [Cell]
  private var isOutOfPatience = false
  private lazy var examiner = Examiner(self)
  private lazy var replayed = StepCapture(optimizer, isLenient: true) { [unowned self] in
    learningLoss($0[0], $0[1])
  }

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
    cells = model.cells
    trainingSums = metrics.map { Cell(.zeros([$0.sumCount], .float64)) }
  }

  var monitor: Monitor { Monitor(monitored, metrics) }

  /// Ends the training after the step that is being taken.
  public func stop(_ reason: String) { stopReason = reason }

  /// Tells everybody what goes wrong: each kind once.
  func report(_ finding: Finding) throws {
    guard !findings.contains(where: { $0.kind == finding.kind }) else { return }
    findings.append(finding)
    for observer in observers { try observer.trainerDidFind(self, finding) }
  }

  /// Trains until `epochs` epochs are done, those of the history included. A training that was stopped, or restored
  /// from a checkpoint, goes on where it was, within an epoch too.
  public func fit(_ training: Loader, validation: Loader? = nil, epochs: Int) throws {
    stopReason = nil
    plan = training.plan
    let start = monotonicSeconds()
    do {
      for observer in observers { try observer.trainingWillBegin(self) }
      try takeEpochs(training, validation, epochs, start)
      if history.count >= epochs || isOutOfPatience || isSettled {
        if looksForFaults { try examiner.trainingDidEnd(training, validation) }
        for observer in observers { try observer.stepsDidEnd(self) }
        putBackBest()
      }
    } catch {
      for observer in observers { try? observer.trainingDidEnd(self) }
      throw error
    }
    for observer in observers { try observer.trainingDidEnd(self) }
  }

  private func takeEpochs(
    _ training: Loader, _ validation: Loader?, _ epochs: Int, _ start: Double
  ) throws {
    checkPatience()
    try masks?.apply()
    while history.count < epochs, stopReason == nil {
      let begin = monotonicSeconds()
      guard let scores = try takeEpoch(training, of: epochs, start) else { return }
      let record = EpochRecord(
        epoch: history.count + 1, training: scores,
        validation: try validation.map { try evaluate($0) },
        learningRate: optimizer.schedule(max(optimizer.stepCount - 1, 0)),
        seconds: monotonicSeconds() - begin)
      history.append(record)
      position = EpochPosition()
      noteBest()
      if looksForFaults { try examiner.epochDidEnd(training, record) }
      for observer in observers { try observer.epochDidEnd(self, record) }
      checkPatience()
    }
  }

  /// One epoch of steps; nil where it was stopped before its end.
  private func takeEpoch(_ loader: Loader, of epochs: Int, _ start: Double) throws -> Scores? {
    let batches = loader.batches(epoch: history.count, from: position.step)
    // Between epochs observers may have changed what a step does; within one nobody may.
    replayed.checkNext(mayChange: true)
    if position.step == 0 {
      for cell in trainingSums { cell.value = .zeros(cell.value.shape, .float64) }
    }
    while let batch = try batches.nextBatch() {
      if looksForFaults { try examiner.stepWillBegin(loader, batch) }
      // The last batch may be a small one, the one before is not.
      if loader.batchCount - position.step <= 2 { replayed.checkNext(mayChange: false) }
      let loss = try take(batch).item
      position.add(loss, batch.count)
      if looksForFaults { try examiner.stepDidEnd(loader, batch, loss) }
      let progress = Progress(
        epoch: history.count + 1, epochs: epochs, step: position.step, steps: loader.batchCount,
        loss: loss, meanLoss: position.meanLoss, seconds: monotonicSeconds() - start)
      for observer in observers { try observer.stepDidEnd(self, progress) }
      if stopReason != nil, position.step < loader.batchCount { return nil }
    }
    return scores(position.meanLoss, trainingSums.map { $0.value.doubles })
  }

  private func scores(_ loss: Double, _ sums: [[Double]]) -> Scores {
    Scores(
      loss: loss, metrics: zip(metrics, sums).map { ($0.name, $0.value(of: $1)) }, sums: sums)
  }

  /// One step; what the metrics add is computed in it.
  func take(_ batch: Batch) throws -> Tensor {
    let loss = try learn(batch)
    try masks?.apply()
    return loss
  }

  private func learn(_ batch: Batch) throws -> Tensor {
    guard replaysSteps else {
      return try optimizer.tryStep { learningLoss(batch.input, batch.target) }
    }
    return try replayed.take(batch.input, batch.target)
  }

  private func learningLoss(_ input: Tensor, _ target: Tensor) -> Tensor {
    let prediction = withPrecision(precision) { model(input) }
    for (metric, cell) in zip(metrics, trainingSums) {
      let sums = metric.sums(prediction.detached, target)
      StepScope.record(cell) { $0 + sums }
    }
    return loss(prediction, target)
  }

  /// The graph of a step's prediction and loss, as the step would make it; nothing is changed by it.
  func trace(_ batch: Batch) throws -> (prediction: Tensor, loss: Tensor) {
    try checked { () throws(GraphError) in
      StepScope.open(key: RandomKey(optimizer.seed).split(optimizer.stepCount)) {
        let prediction = withPrecision(precision) { model(batch.input) }
        return (prediction, loss(prediction, batch.target))
      }.result
    }
  }

  /// Loss and metrics over data, without learning from it.
  public func evaluate(_ loader: Loader) throws -> Scores {
    var total = EpochPosition()
    var sums = [[Double]](repeating: [], count: metrics.count)
    let batches = loader.batches(epoch: 0)
    while let batch = try batches.nextBatch() {
      let prediction = withPrecision(precision) { model(batch.input) }
      let measured = metrics.map { $0.sums(prediction, batch.target) }
      let loss = loss(prediction, batch.target)
      try Engine.evaluate([loss] + measured)
      total.add(loss.item, batch.count)
      for (place, tensor) in measured.enumerated() { add(tensor.doubles, to: &sums[place]) }
    }
    guard total.examples > 0 else { throw DataError("evaluation", "there are no examples") }
    return scores(total.meanLoss, sums)
  }

  private func add(_ values: [Double], to sums: inout [Double]) {
    sums = sums.isEmpty ? values : zip(sums, values).map { $0 + $1 }
  }
}

// The best model, and patience.
extension Trainer {
  private func noteBest() {
    guard keepsBest, let record = history.last, let value = monitor.value(record), !value.isNaN,
      best.map({ isBetter(record, value, than: $0) }) ?? true
    else { return }
    best = BestModel(
      epoch: record.epoch, value: value, values: cells.map { $0.value.copied() })
  }

  /// Few examples give equal accuracies, so that of equals the lower loss decides.
  private func isBetter(_ record: EpochRecord, _ value: Double, than best: BestModel) -> Bool {
    guard value == best.value, let loss = record.validation?.loss,
      let known = history[best.epoch - 1].validation?.loss
    else { return monitor.isBetter(value, than: best.value) }
    return loss < known
  }

  private func putBackBest() {
    guard keepsBest, let best else { return }
    for (cell, value) in zip(cells, best.values) { cell.value = value }
  }

  /// Whether it ends because nothing changes any more.
  public var isSettled: Bool {
    guard stopsWhenSettled, history.count >= 2 else { return false }
    let (last, before) = (history[history.count - 1], history[history.count - 2])
    return last.training.loss == before.training.loss
      && last.validation?.loss == before.validation?.loss
  }

  private func checkPatience() {
    isOutOfPatience = false
    if isSettled, stopReason == nil {
      return stop("epoch \(history.count) has given what the one before gave")
    }
    guard let earlyStopping, stopReason == nil,
      let best = monitor.best(history, margin: earlyStopping.margin),
      history.count - best.epoch >= earlyStopping.patience
    else { return }
    isOutOfPatience = true
    stop(
      "validation \(monitor.name) has not become better since epoch \(best.epoch) (\(NumberText.short(best.value, digits: 4)))"
    )
  }
}

/// How far an epoch has come.
struct EpochPosition: Sendable, Equatable {
  /// Steps taken.
  var step = 0
  /// The sum of the losses of all examples.
  var lossSum = 0.0
  var examples = 0

  var meanLoss: Double { examples == 0 ? 0 : lossSum / Double(examples) }

  mutating func add(_ loss: Double, _ count: Int) {
    step += 1
    lossSum += loss * Double(count)
    examples += count
  }
}
