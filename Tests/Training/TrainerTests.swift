import Adjoint
import AdjointGraph
import AdjointRuntime
import Testing

/// The loop: what it reports is what is there, and stopping works.
@Suite struct TrainerTests {
  /// Points of two classes that a line separates.
  private func points(_ count: Int) throws -> TensorDataset {
    let x = Tensor.normal([count, 2], key: RandomKey(1))
    return try TensorDataset(
      inputs: x, targets: (x.sum([1]) > 0).cast(to: .int64).evaluated())
  }

  private func trainer(_ observers: [any TrainingObserver] = []) -> Trainer {
    Initialization.seed(0)
    let net = MLP([2, 8, 2])
    return Trainer(
      net, optimizer: Adam(net, learningRate: 0.02), loss: crossEntropy, metrics: [Accuracy()],
      observers: observers)
  }

  @Test func itLearnsAndReportsWhatItDid() throws {
    let data = try points(512)
    let trainer = trainer()
    try alone {
      try trainer.fit(
        Loader(data, batchSize: 32), validation: Loader(data, batchSize: 100, shuffling: false),
        epochs: 8)
      #expect(trainer.history.count == 8)
      let last = try #require(trainer.history.last)
      #expect(last.training["accuracy"]! > 0.95 && last.validation!["accuracy"]! > 0.97)
      #expect(last.training.loss < trainer.history[0].training.loss)

      // By hand, over all at once.
      let prediction = trainer.model(data.inputs)
      let right = equal(prediction.argmax(1), data.targets).cast(to: .float64).mean().item
      let loss = crossEntropy(prediction, data.targets).item
      let scores = try trainer.evaluate(Loader(data, batchSize: 100, shuffling: false))
      #expect(abs(scores["accuracy"]! - right) < 1e-12 && abs(scores.loss - loss) < 1e-5)
      #expect(last.validation!.loss == scores.loss)
    }
  }

  @Test func anEpochIsOnePlanForEachSizeOfBatch() throws {
    let data = try points(100)
    let trainer = trainer()
    try alone {
      let before = Engine.statistics.plans
      try trainer.fit(Loader(data, batchSize: 32), epochs: 5)
      // 32 and 4 examples; the first step of all, and reading the sums.
      #expect(Engine.statistics.plans - before <= 4)
    }
  }

  @Test func anObserverMayStopIt() throws {
    final class Stopper: TrainingObserver {
      var steps = 0
      var ended = false
      func stepDidEnd(_ trainer: Trainer, _ progress: Progress) {
        steps += 1
        if progress.epoch == 2, progress.step == 3 { trainer.stop("enough") }
      }
      func trainingDidEnd(_ trainer: Trainer) { ended = true }
    }
    let stopper = Stopper()
    let trainer = trainer([stopper])
    try trainer.fit(Loader(try points(100), batchSize: 20), epochs: 5)
    #expect(stopper.steps == 8 && stopper.ended && trainer.stopReason == "enough")
    #expect(trainer.history.count == 1)
  }
}
