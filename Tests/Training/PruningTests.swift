import Adjoint
import AdjointGraph
import AdjointRuntime
import Testing

/// Pruned weights are the smallest, and stay 0.
@Suite struct PruningTests {
  private func trainer(_ seed: Int = 0, hidden: Int = 32) -> Trainer {
    Initialization.seed(seed)
    let net = MLP([2, hidden, hidden, 2])
    return Trainer(
      net, optimizer: Adam(net, learningRate: 0.01), loss: crossEntropy, metrics: [Accuracy()])
  }

  private func weights(_ trainer: Trainer) -> [[Double]] {
    trainer.model.parameters.filter { $0.value.rank > 1 }.map { $0.value.doubles }
  }

  @Test func theSmallestGo() throws {
    let trainer = trainer()
    let before = weights(trainer)
    let masks = PruningMasks(pruning: trainer.model, share: 0.75)
    try masks.apply()
    let (all, after) = (before.flatMap { $0 }, weights(trainer).flatMap { $0 })
    let kept = after.filter { $0 != 0 }
    #expect(kept.count == all.count / 4 && abs(masks.keptShare - 0.25) < 1e-12)
    let gone = zip(all, after).filter { $1 == 0 }.map { abs($0.0) }
    #expect(gone.max()! <= kept.map { abs($0) }.min()!)

    let perLayer = PruningMasks(pruning: trainer.model, share: 0.5, per: .layer, after: masks)
    for entry in perLayer.entries {
      let first = masks.mask(of: entry.parameter)!.doubles
      let second = entry.mask.doubles
      #expect(zip(first, second).allSatisfy { $0 >= $1 })
      let left = first.reduce(0, +)
      #expect(second.reduce(0, +) == left - (left / 2).rounded())
    }
  }

  @Test func whatIsGoneStaysGoneWhileTheRestLearns() throws {
    let trainer = trainer()
    trainer.masks = PruningMasks(pruning: trainer.model, share: 0.8)
    let data = try Runs.circle(512)
    try trainer.fit(Loader(data, batchSize: 32), epochs: 6)
    for (parameter, mask) in trainer.masks!.entries {
      let pairs = zip(parameter.value.doubles, mask.doubles)
      #expect(pairs.allSatisfy { $1 == 1 || $0 == 0 })
    }
    #expect(trainer.history.last!.training["accuracy"]! > 0.8)
    #expect(trainer.findings.isEmpty)
  }

  @Test func lotteryTickets() throws {
    let data = try Runs.circle(512)
    let ticket = try LotteryTicket(
      rounds: 2, share: 0.6, training: Loader(data, batchSize: 32),
      validation: Loader(try Runs.circle(200, seed: 2), batchSize: 100, shuffling: false),
      epochs: 6
    ) { seed in trainer(seed) }
    #expect(ticket.rounds.map { $0.control == nil } == [true, false, false])
    #expect(abs(ticket.rounds[2].keptShare - 0.16) < 0.01)
    // A sixth of the weights, from where they began, does about as well as all.
    #expect(
      ticket.rounds[2].ticket["accuracy"]! > ticket.rounds[0].ticket["accuracy"]! - 0.05)
  }
}
