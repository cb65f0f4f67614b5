import Adjoint
import AdjointGraph
import AdjointRuntime
import AdjointTraining
import Foundation
import Testing

/// The trainer replays by itself: with the bits of steps that are traced.
@Suite struct ReplayedTrainingTests {
  /// Points that are moved a little, otherwise in every epoch.
  private struct Moved: Dataset {
    let base: TensorDataset
    /// Whether the inputs are left to be computed in the step.
    var isPending = false
    var count: Int { base.count }

    func batch(_ places: [Int]) throws -> Batch { try batch(places, epoch: 0) }

    func batch(_ places: [Int], epoch: Int) throws -> Batch {
      let batch = try base.batch(places)
      let key = RandomKey(9).split(epoch)
      let moved = batch.input + Tensor.normal(batch.input.shape, key: key) * 0.1
      return Batch(
        input: isPending ? moved : try moved.tryEvaluated(), target: batch.target)
    }
  }

  private struct Tanh: Module {
    func forward(_ x: Tensor) -> Tensor { tanh(x) }
  }

  private struct Run {
    var bits: [UInt64]
    var replays: Int
    var losses: [Double]
  }

  private func trainer(_ parts: (() -> [any Module])? = nil) -> Trainer {
    Initialization.seed(4)
    let net = Sequential(
      parts?() ?? [Linear(2, 16), BatchNorm(16), Tanh(), Dropout(0.2), Linear(16, 2)])
    let optimizer = Adam(net, learningRate: 0.01, weightDecay: 0.01)
    optimizer.follow(
      .oneCycle(0.02, length: 80), momentum: .oneCycleMomentum(length: 80))
    optimizer.clipping = .norm(1)
    optimizer.average(.exponential(decay: 0.9))
    return Trainer(net, optimizer: optimizer, loss: crossEntropy, metrics: [Accuracy()])
  }

  /// Trains over 21 batches of 16 examples and one of 4 an epoch.
  private func fit(
    _ trainer: Trainer, epochs: Int = 3, isPending: Bool = false
  ) throws -> Run {
    let before = Engine.statistics.replays
    try trainer.fit(
      Loader(Moved(base: try Runs.circle(340), isPending: isPending), batchSize: 16, seed: 2),
      validation: Loader(try Runs.circle(50, seed: 5), batchSize: 20, shuffling: false),
      epochs: epochs)
    let state = trainer.optimizer.state
    let values = trainer.model.cells.map { $0.value } + state.tensors.map { $0.value }
    let records = trainer.history.flatMap { record in
      [record.training.loss, record.training["accuracy"]!, record.validation!.loss]
    }
    let numbers = values.flatMap { $0.doubles } + records + state.counts.map { Double($0.value) }
    return Run(
      bits: numbers.map { $0.bitPattern }, replays: Engine.statistics.replays - before,
      losses: trainer.history.map { $0.training.loss })
  }

  private func both(
    replays: ClosedRange<Int>, _ body: (Trainer) throws -> Run,
    parts: (() -> [any Module])? = nil
  ) throws {
    try alone {
      let trainers = [trainer(parts), trainer(parts)]
      trainers[0].replaysSteps = false
      let (traced, replayed) = (try body(trainers[0]), try body(trainers[1]))
      #expect(traced.replays == 0)
      #expect(replays.contains(replayed.replays), "\(replayed.replays) of 66 were replayed")
      #expect(traced.bits == replayed.bits)
      #expect(traced.losses[2] < traced.losses[0] && traced.bits.count > 100)
    }
  }

  @Test func theBitsAreThoseOfTracedSteps() throws {
    try both(replays: 45...60) { try fit($0) }
  }

  @Test func whatIsPendingIsAPartOfTheStep() throws {
    try both(replays: 45...60) { try fit($0, isPending: true) }
  }

  @Test func aTrainingThatIsTakenUpAgainGivesThem() throws {
    final class Stopper: TrainingObserver {
      func stepDidEnd(_ trainer: Trainer, _ progress: AdjointTraining.Progress) {
        if progress.epoch == 2, progress.step == 9 { trainer.stop("enough") }
      }
    }
    try alone {
      let whole = try fit(trainer())
      let path = FileManager.default.temporaryDirectory
        .appendingPathComponent("replayed-\(UUID().uuidString).safetensors").path
      defer { try? FileManager.default.removeItem(atPath: path) }
      let first = trainer()
      first.observers = [Stopper()]
      let data = Loader(Moved(base: try Runs.circle(340)), batchSize: 16, seed: 2)
      try first.fit(
        data, validation: Loader(try Runs.circle(50, seed: 5), batchSize: 20, shuffling: false),
        epochs: 3)
      #expect(first.optimizer.stepCount == 22 + 9)
      try first.saveCheckpoint(to: path)
      let second = trainer()
      try second.resume(from: path)
      let rest = try fit(second)
      #expect(rest.replays > 15)
      #expect(rest.bits == whole.bits)
    }
  }

  @Test func observersMayLookIntoTheGraphAndChangeTheModelBetweenEpochs() throws {
    final class Freezer: TrainingObserver {
      var gradients = 0
      func stepDidEnd(_ trainer: Trainer, _ progress: AdjointTraining.Progress) throws {
        guard progress.step % 7 == 0 else { return }
        let batch = try Runs.circle(16, seed: progress.step).batch(Array(0..<16))
        gradients += try trainer.layerStatistics(of: batch).gradients.count
      }
      func epochDidEnd(_ trainer: Trainer, _ record: EpochRecord) {
        trainer.model.freeze("0.*")
        trainer.optimizer.clipping = .value(0.1)
      }
    }
    try both(replays: 30...60) { trainer in
      let freezer = Freezer()
      trainer.observers = [freezer]
      let run = try fit(trainer)
      #expect(freezer.gradients == 3 * (6 + 4 + 4))
      return run
    }
  }

  @Test func prunedWeightsStayPruned() throws {
    try both(replays: 0...60) { trainer in
      trainer.masks = PruningMasks(pruning: Sequential(trainer.model), share: 0.5)
      let run = try fit(trainer)
      #expect(trainer.model.parameters[0].value.doubles.contains(0))
      return run
    }
  }

  /// A layer that is not the same from step to step.
  private final class Moody: Module, @unchecked Sendable {
    var calls = 0
    let isOther: (Int) -> Bool
    init(_ isOther: @escaping (Int) -> Bool) { self.isOther = isOther }
    func forward(_ x: Tensor) -> Tensor {
      if StepScope.isTraining { calls += 1 }
      return isOther(calls) ? x * 2 : x * 2 + 1
    }
  }

  @Test func aStepThatIsAnotherEveryTimeIsTraced() throws {
    try both(
      replays: 0...0, { try fit($0) },
      parts: { [Linear(2, 16), Moody { $0 % 2 == 0 }, Tanh(), Linear(16, 2)] })
  }

  @Test func aStepThatReadsIsTraced() throws {
    struct Reading: Module {
      func forward(_ x: Tensor) -> Tensor { x.max().item > 100 ? x * 0 : x }
    }
    try both(
      replays: 0...0, { try fit($0) },
      parts: { [Linear(2, 16), Reading(), Tanh(), Linear(16, 2)] })
  }

  @Test func aStepThatChangesWithinAnEpochIsRefused() throws {
    final class Switch: TrainingObserver {
      let layer: Moody
      var isOther = false
      init(_ layer: Moody) { self.layer = layer }
      func stepDidEnd(_ trainer: Trainer, _ progress: AdjointTraining.Progress) {
        if progress.epoch == 1, progress.step == 12 { layer.calls = 1000 }
      }
    }
    try alone {
      let layer = Moody { $0 >= 1000 }
      let trainer = trainer { [Linear(2, 16), layer, Tanh(), Linear(16, 2)] }
      trainer.observers = [Switch(layer)]
      let error = #expect(throws: GraphError.self) { _ = try fit(trainer) }
      #expect(error?.message.contains("structure has changed") == true)
      // Told so, the trainer traces.
      let again = Moody { $0 >= 1000 }
      let other = self.trainer { [Linear(2, 16), again, Tanh(), Linear(16, 2)] }
      other.observers = [Switch(again)]
      other.replaysSteps = false
      let traced = try fit(other)
      #expect(traced.replays == 0)
    }
  }
}
