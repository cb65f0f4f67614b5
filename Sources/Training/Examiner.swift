import AdjointFormats
import AdjointData
import AdjointGraph
import AdjointNN
import AdjointOptim
import AdjointRuntime

/// Looks for what goes wrong while a trainer works.
final class Examiner {
  /// Every so many steps gradients and activations are looked at.
  static let probeInterval = 100
  /// Every so many steps the state is kept, so that a step that fails can be repeated.
  static let snapshotInterval = 64

  private unowned let trainer: Trainer
  private var snapshot: TrainingState?
  private var steps = 0
  private var losses = LossWatch()
  private var probes = ProbeWatch()
  /// What the model gives for an example: for comparison with giving always the same.
  private(set) var outputShape: [Int] = []
  private var saysPerfect = false

  init(_ trainer: Trainer) { self.trainer = trainer }

  /// Before the first step, and every now and then, the batch is looked at; the state is kept.
  func stepWillBegin(_ loader: Loader, _ batch: Batch) throws {
    if steps % Examiner.probeInterval == 0 || steps == 10 {
      if outputShape.isEmpty {
        outputShape = Array(try trainer.trace(batch).prediction.shape.dimensions.dropFirst())
      }
      let found = probes.findings(
        try trainer.layerStatistics(of: batch), isFirst: trainer.optimizer.stepCount == 0)
      for finding in found {
        try trainer.report(finding)
        // Without its parameters no step can be taken.
        if finding.kind == .noGradient { throw finding }
      }
    }
    if snapshot == nil || steps % Examiner.snapshotInterval == 0 || trainer.position.step == 0 {
      try checkWeights(loader)
      snapshot = trainer.captureState()
    }
    steps += 1
  }

  /// What is not finite ends the training: with the model as it was before.
  func stepDidEnd(_ loader: Loader, _ batch: Batch, _ loss: Double) throws {
    losses.add(loss)
    guard loss.isFinite else {
      let finding = try explain(loader, until: trainer.position.step)
      try trainer.report(finding)
      throw finding
    }
    if let finding = losses.finding(rate: rate) { try trainer.report(finding) }
  }

  private var rate: Double {
    trainer.optimizer.schedule(max(trainer.optimizer.stepCount - 1, 0))
  }

  /// A step may spoil weights and not its own loss: no such state is kept, and the step is looked for at once.
  private func checkWeights(_ loader: Loader) throws {
    guard snapshot != nil else { return }
    let isSound = trainer.optimizer.parameters.allSatisfy { parameter in
      parameter.value.doubles.allSatisfy { $0.isFinite }
    }
    guard !isSound else { return }
    let finding = try explain(loader, until: .max)
    try trainer.report(finding)
    throw finding
  }

  private func explain(_ loader: Loader, until lastStep: Int) throws -> Finding {
    guard let snapshot else { return Finding(.notFinite, "The loss is not finite.") }
    let replay = Replay(trainer, loader, until: lastStep)
    let bad = try replay.find(from: snapshot)
    if losses.isGrowing || bad.weightsExploded {
      return Finding(
        .divergingStepSize, at: bad.place,
        "The training diverges: the loss went from \(NumberText.short(losses.first, digits: 4)) to \(NumberText.short(losses.lastFinite, digits: 4)), then \(bad.sentence) The steps are too large: try a learning rate of \(lowered(rate)) or less, or a warm-up."
      )
    }
    return Finding(.notFinite, at: bad.place, bad.sentence + " " + bad.advice)
  }

  func epochDidEnd(_ loader: Loader, _ record: EpochRecord) throws {
    try checkWeights(loader)
    if !saysPerfect, record.training["accuracy"] == 1 {
      saysPerfect = true
      trainer.remarks.append(
        "All training examples are classified correctly since epoch \(record.epoch). That is no fault: what counts is the validation data."
      )
    }
    if let finding = worsening() { try trainer.report(finding) }
  }

  /// Overfitting is no fault while the validation data do not suffer.
  private func worsening() -> Finding? {
    let (monitor, history) = (trainer.monitor, trainer.history)
    guard let best = monitor.best(history), let last = history.last.flatMap(monitor.value),
      history.count - best.epoch >= 5
    else { return nil }
    let since = history[best.epoch...].compactMap(monitor.value)
    let limit = monitor.isBetterWhenHigher ? best.value - 0.02 : best.value * 1.1
    guard since.allSatisfy({ monitor.isBetter(limit, than: $0) }) else { return nil }
    return Finding(
      .worseningValidation,
      "Validation \(monitor.name) has become worse since epoch \(best.epoch): from \(NumberText.short(best.value, digits: 4)) to \(NumberText.short(last, digits: 4)). Keep the best model or stop early; try weight decay, dropout, augmentation, or more data."
    )
  }

  /// Whether anything was learned, asked at the end, and only where nothing else explains it.
  func trainingDidEnd(_ training: Loader, _ validation: Loader?) throws {
    guard trainer.findings.isEmpty, trainer.history.count >= 2 else { return }
    let judge = ConstantAnswer(trainer.loss, outputShape)
    guard let constant = try judge.losses(training, validation) else { return }
    let reached = trainer.history.map { $0.training.loss }.min() ?? .infinity
    let held = trainer.history.compactMap { $0.validation?.loss }.min()
    if reached > 0.97 * constant.training {
      try trainer.report(
        noLearning(
          "The training loss came to \(NumberText.short(reached, digits: 4)) only",
          constant.training))
    } else if let held, let limit = constant.validation, held > 0.99 * limit {
      try trainer.report(
        Finding(
          .noLearning,
          "What was learned does not hold for other data: the validation loss was never below \(NumberText.short(held, digits: 4)), and giving always the same answer reaches \(NumberText.short(limit, digits: 4)). Do the labels belong to their inputs (were they shuffled)? If they do, try more examples, weight decay, augmentation, or a smaller learning rate."
        ))
    }
  }

  private func noLearning(_ what: String, _ constant: Double) -> Finding {
    Finding(
      .noLearning,
      "Nothing was learned: \(what.prefix(1).lowercased() + what.dropFirst()), and giving always the same answer reaches \(NumberText.short(constant, digits: 4)). Do the labels belong to their inputs (were they shuffled)? If they do, try another learning rate, a larger network, or more epochs."
    )
  }
}

/// A rate to try instead of one that was too high: none that nobody would take.
private func lowered(_ rate: Double) -> String {
  NumberText.short(Swift.min(rate / 10, 0.1), digits: 1)
}

/// Follows the loss from step to step.
private struct LossWatch {
  private(set) var first = Double.nan
  private(set) var lastFinite = Double.nan
  private var recent: [Double] = []

  mutating func add(_ loss: Double) {
    if first.isNaN { first = loss }
    if loss.isFinite { lastFinite = loss }
    recent.append(loss)
    if recent.count > 5 { recent.removeFirst() }
  }

  /// Whether the last finite loss is far above the first.
  var isGrowing: Bool { lastFinite > 10 * abs(first) }

  func finding(rate: Double) -> Finding? {
    guard recent.count == 5, first.isFinite, first != 0 else { return nil }
    let start = abs(first)
    guard recent.allSatisfy({ $0 > 3 * start }), recent.reduce(0, +) > 50 * start else {
      return nil
    }
    return Finding(
      .divergingStepSize,
      "The loss grows: it was \(NumberText.short(first, digits: 4)) at first and is \(NumberText.short(lastFinite, digits: 4)) now. The steps are too large: try a learning rate of \(lowered(rate)) or less, or a warm-up."
    )
  }
}

/// Follows gradients and activations from look to look.
private struct ProbeWatch {
  private var deadBefore: Set<String> = []
  private var norms: [Double] = []

  mutating func findings(_ probe: LayerStatistics, isFirst: Bool) -> [Finding] {
    if !probe.unreached.isEmpty { return [noGradient(probe.unreached)] }
    // What is not finite is found, and explained, where the loss is not.
    guard probe.gradients.allSatisfy({ $0.size.isFinite }) else { return [] }
    if isFirst, let finding = symmetric(probe) { return [finding] }
    let dead = deadUnits(probe)
    if let finding = dead { return [finding] }
    return [vanishing(probe), exploding(probe)].compactMap { $0 }
  }

  private func noGradient(_ names: [String]) -> Finding {
    let list = names.joined(separator: ", ")
    return Finding(
      .noGradient, at: names[0],
      "The loss does not depend on \(list): \(names.count == 1 ? "it" : "they") would never learn. Is the layer left out of `forward`, or its output not used? Use it, or freeze it (`isTrainable = false`)."
    )
  }

  private func symmetric(_ probe: LayerStatistics) -> Finding? {
    guard let first = probe.gradients.first(where: { $0.isSymmetric }) else { return nil }
    let what =
      first.weightSize == 0
      ? "All weights of \(first.name) are 0" : "All units of \(first.name) have the same weights"
    return Finding(
      .symmetricWeights, at: first.name,
      "\(what) and get the same gradient: its units stay the same for ever. Start from random weights."
    )
  }

  /// Those layers count that are found so twice: a batch alone may miss a unit.
  private mutating func deadUnits(_ probe: LayerStatistics) -> Finding? {
    let dead = probe.activations.filter {
      $0.function == "relu" && $0.deadShare > 0.8 && $0.units > 1
    }
    defer { deadBefore = Set(dead.map { $0.layer }) }
    guard let worst = dead.first(where: { deadBefore.contains($0.layer) }) else { return nil }
    return Finding(
      .deadUnits, at: worst.layer,
      "\(NumberText.short(worst.deadShare * 100, digits: 3)) % of the \(worst.units) units after \(worst.layer) give 0 for every example and learn no more. Try a smaller learning rate, leaky ReLU, another initialisation, or a normalisation before them."
    )
  }

  private func weights(_ probe: LayerStatistics) -> [LayerStatistics.Gradient] {
    probe.gradients.filter { $0.shape.rank > 1 }
  }

  private func vanishing(_ probe: LayerStatistics) -> Finding? {
    let list = weights(probe)
    guard list.count >= 4, let largest = list.map({ $0.size }).max(), largest > 0 else {
      return nil
    }
    let front = list.prefix(list.count / 4)
    guard front.allSatisfy({ $0.size < 1e-6 * largest }), let first = front.first else {
      return nil
    }
    return Finding(
      .vanishingGradients, at: first.name,
      "The gradients vanish on their way to the input: that of \(first.name) is \(NumberText.short(first.size / largest, digits: 2)) times the largest. Try ReLU instead of sigmoid or tanh, residual links, batch normalisation, or fewer layers."
    )
  }

  private mutating func exploding(_ probe: LayerStatistics) -> Finding? {
    let list = weights(probe)
    let norm = list.map { $0.size }.max() ?? 0
    defer { norms.append(norm) }
    guard let first = list.first else { return nil }
    let grows = list.count >= 4 && first.size > 1e4 * first.weightSize
    let median = norms.sorted()[safe: norms.count / 2]
    let jumps = norms.count >= 3 && norm > 1e3 * (median ?? .infinity) && norm > 1
    guard grows || jumps else { return nil }
    let place = list.max { $0.size < $1.size } ?? first
    return Finding(
      .explodingGradients, at: place.name,
      "The gradients explode: the elements of that of \(place.name) are about \(NumberText.short(place.size, digits: 4)). Try clipping the gradients, smaller initial weights, a normalisation, residual links, or a smaller learning rate."
    )
  }
}

extension Array {
  fileprivate subscript(safe place: Int) -> Element? { indices.contains(place) ? self[place] : nil }
}
