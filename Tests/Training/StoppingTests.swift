import Adjoint
import AdjointFormats
import AdjointGraph
import AdjointRuntime
import Glibc
import Testing

/// The best model is kept, a training without progress ends, and a stopped one goes on where it was.
@Suite struct StoppingTests {
  private func trainer(_ sizes: [Int] = [2, 32, 2], rate: Double = 0.01) -> Trainer {
    let net = alone {
      // The seed is the process's: tests beside this one make layers too.
      Initialization.seed(0)
      return MLP(sizes)
    }
    return Trainer(
      net, optimizer: Adam(net, learningRate: rate), loss: crossEntropy, metrics: [Accuracy()])
  }

  private func loaders(_ count: Int = 64) throws -> (Loader, Loader) {
    (
      Loader(try Runs.circle(count), batchSize: 16),
      Loader(try Runs.circle(200, seed: 2), batchSize: 100, shuffling: false)
    )
  }

  @Test func itStopsWithoutProgressAndPutsTheBestBack() throws {
    let trainer = trainer([2, 64, 64, 2])
    trainer.earlyStopping = EarlyStopping(patience: 4)
    trainer.keepsBest = true
    trainer.monitored = "loss"
    let (training, validation) = try loaders()
    try trainer.fit(training, validation: validation, epochs: 300)
    let losses = trainer.history.map { $0.validation!.loss }
    let best = losses.firstIndex(of: losses.min()!)!
    #expect(trainer.history.count == best + 1 + 4)
    #expect(trainer.stopReason?.contains("since epoch \(best + 1)") == true)
    #expect(trainer.best?.epoch == best + 1)
    #expect(try trainer.evaluate(validation).loss == losses[best])
  }

  /// A rate of 0 changes nothing: whoever asks for it does not see the same epoch again and again.
  @Test(arguments: [true, false]) func whatIsSettledEnds(_ asks: Bool) throws {
    let trainer = trainer(rate: 0)
    trainer.stopsWhenSettled = asks
    let data = Loader(try Runs.circle(64), batchSize: 64, shuffling: false)
    try trainer.fit(data, epochs: 6)
    #expect(trainer.history.count == (asks ? 2 : 6))
    #expect(trainer.isSettled == asks && (trainer.stopReason != nil) == asks)
  }

  @Test func withoutKeepingTheLastModelStays() throws {
    let trainer = trainer()
    let (training, validation) = try loaders()
    try trainer.fit(training, validation: validation, epochs: 5)
    #expect(try trainer.evaluate(validation).loss == trainer.history.last!.validation!.loss)
  }

  private final class StopsAt: TrainingObserver {
    let steps: Set<Int>
    init(_ steps: Set<Int>) { self.steps = steps }
    func stepDidEnd(_ trainer: Trainer, _ progress: Progress) {
      if steps.contains(trainer.optimizer.stepCount) { trainer.stop("for now") }
    }
  }

  @Test func stoppedItGoesOnWhereItWas() throws {
    let (training, validation) = try loaders(100)
    let whole = trainer()
    try whole.fit(training, validation: validation, epochs: 4)
    let parts = trainer()
    parts.observers = [StopsAt([1, 5, 7, 8, 20])]
    for _ in 0..<6 { try parts.fit(training, validation: validation, epochs: 4) }
    #expect(parts.stopReason == nil && parts.history.count == 4)
    #expect(parts.optimizer.stepCount == whole.optimizer.stepCount)
    for (a, b) in zip(whole.model.cells, parts.model.cells) {
      #expect(a.value.doubles == b.value.doubles)
    }
    for (a, b) in zip(whole.history, parts.history) {
      #expect(a.training.loss == b.training.loss && a.training.sums == b.training.sums)
    }
  }

  @Test func aSignalIsARequest() throws {
    final class Raiser: TrainingObserver {
      func stepDidEnd(_ trainer: Trainer, _ progress: Progress) {
        guard trainer.optimizer.stepCount == 3 else { return }
        kill(getpid(), SIGUSR1)
        // Another thread may be the one that is interrupted.
        for _ in 0..<5000 where !StopRequest.isMade { usleep(1000) }
      }
    }
    let trainer = trainer()
    trainer.observers = [Raiser(), StopOnRequest(signals: [SIGUSR1])]
    try trainer.fit(try loaders().0, epochs: 2)
    #expect(trainer.optimizer.stepCount == 3)
    #expect(trainer.stopReason == "a stop was asked for")
    var action = sigaction()
    sigaction(SIGUSR1, nil, &action)
    #expect(action.__sigaction_handler.sa_handler == nil)
  }

  @Test func aCheckpointOfAnotherModelIsRefused() throws {
    let path = "/tmp/adjoint-other-\(getpid())"
    defer { unlink(path) }
    let (training, _) = try loaders()
    let first = trainer()
    try first.fit(training, epochs: 1)
    try first.saveCheckpoint(to: path)
    let other = trainer([2, 16, 2])
    let before = other.model.parameters[0].value.doubles
    for (trainer, loader) in [
      (other, training), (trainer(), Loader(try Runs.circle(64), batchSize: 8)),
    ] {
      do {
        try trainer.resume(from: path, training: loader)
        Issue.record("it was taken")
      } catch {
        #expect(error is FormatError && !"\(error)".contains("\n"))
      }
    }
    #expect(other.model.parameters[0].value.doubles == before && other.history.isEmpty)
    let same = trainer()
    try same.resume(from: path, training: training)
    #expect(same.history.count == 1 && same.optimizer.stepCount == 4)
  }

  /// The last checkpoint holds what steps go on from, though the best weights are put back at the end.
  @Test func aFinishedRunGoesOnAsIfItHadNotEnded() throws {
    let path = "/tmp/adjoint-longer-\(getpid())"
    defer { unlink(path) }
    let (training, validation) = try loaders()
    func make() -> Trainer {
      let trainer = trainer(rate: 0.3)
      trainer.keepsBest = true
      return trainer
    }
    let whole = make()
    try whole.fit(training, validation: validation, epochs: 12)
    var differed = false
    for end in 4...8 {
      let first = make()
      first.observers = [CheckpointKeeper(path, epochInterval: 1e9)]
      try first.fit(training, validation: validation, epochs: end)
      let longer = make()
      try longer.resume(from: path, training: training)
      differed =
        differed || first.model.cells[0].value.doubles != longer.model.cells[0].value.doubles
      try longer.fit(training, validation: validation, epochs: 12)
      for (a, b) in zip(whole.model.cells, longer.model.cells) {
        #expect(a.value.doubles == b.value.doubles)
      }
    }
    #expect(differed, "the best epoch was the last in every run: the test proves nothing")
  }

  @Test func remediesSayWhatTheRunSuggests() throws {
    let trainer = trainer(rate: 2e-3)
    try trainer.fit(try loaders(256).0, epochs: 6)
    let slow = Remedies.sentences(for: .tooSlow, of: trainer, batchSize: 16)
    #expect(slow[0].contains("larger steps") && slow.count == 7)
    let low = Remedies.sentences(for: .lowTestScore, of: trainer, batchSize: 16)
    #expect(low.count == 11 && low.contains { $0.contains("more epochs: ") })
  }
}
