import AdjointData
import AdjointGraph
import AdjointNN
import AdjointRuntime

/// The lottery-ticket experiment (Frankle and Carbin 2019): a large network is trained, its smallest weights are left
/// out, those that remain go back to where they began, and are trained alone. If the small network so found becomes
/// as good as the large one, and from other first weights does not, it had drawn a winning ticket.
public struct LotteryTicket: Sendable {
  /// One size of the network.
  public struct Round: Sendable {
    /// The share of the weights that are left.
    public let keptShare: Double
    /// What the network reached from its own first weights.
    public let ticket: Scores
    /// What it reached from others; nil for the whole network.
    public let control: Scores?
  }

  /// All sizes, the whole network first.
  public let rounds: [Round]

  /// Runs the experiment. `make` makes a trainer whose first weights follow from a seed alone; `share` is how many of
  /// the weights that are left go in a round.
  public init(
    rounds count: Int, share: Double = 0.5, training: Loader, validation: Loader, epochs: Int,
    seed: Int = 0, make: (_ seed: Int) throws -> Trainer
  ) throws {
    var trained = try make(seed)
    let first = trained.cells.map { $0.value.copied() }
    try trained.fit(training, validation: validation, epochs: epochs)
    var rounds = [Round(keptShare: 1, ticket: try trained.evaluate(validation), control: nil)]
    var masks: PruningMasks?
    for round in 0..<count {
      let smaller = PruningMasks(pruning: trained.model, share: share, after: masks)
      let ticket = try make(seed)
      for (cell, value) in zip(ticket.cells, first) { cell.value = value }
      let own = smaller.moved(to: ticket.model)
      let control = try make(seed + round + 1)
      rounds.append(
        Round(
          keptShare: smaller.keptShare,
          ticket: try Self.train(ticket, own, training, validation, epochs),
          control: try Self.train(
            control, smaller.moved(to: control.model), training, validation, epochs)))
      (masks, trained) = (own, ticket)
    }
    self.rounds = rounds
  }

  private static func train(
    _ trainer: Trainer, _ masks: PruningMasks, _ training: Loader, _ validation: Loader,
    _ epochs: Int
  ) throws -> Scores {
    trainer.masks = masks
    try trainer.fit(training, validation: validation, epochs: epochs)
    return try trainer.evaluate(validation)
  }
}
