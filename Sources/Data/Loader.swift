import AdjointGraph

/// Goes through a data set in batches, in a new order every epoch.
///
///     for batch in Loader(data, batchSize: 64) { … }
///
/// The order is a function of seed and epoch alone: a run that is taken up again goes on with the very batches
/// that it would have had.
public final class Loader: Sequence, Sendable {
  /// What it goes through.
  public let data: any Dataset
  /// How it goes.
  public let plan: BatchPlan

  /// A loader; `ahead` is how many batches another thread makes in advance: by default 2 where the data set
  /// is slow, otherwise none.
  public init(
    _ data: some Dataset, batchSize: Int, shuffling: Bool = true, seed: Int = 0,
    droppingLast: Bool = false, rank: Int = 0, of ranks: Int = 1, ahead: Int? = nil
  ) {
    self.data = data
    plan = BatchPlan(
      count: data.count, batchSize: batchSize, shuffling: shuffling, seed: seed,
      droppingLast: droppingLast, rank: rank, ranks: ranks)
    self.ahead = ahead ?? (data.isSlow ? 2 : 0)
  }

  private let ahead: Int
  private let nextEpoch = Counter()

  /// How many batches an epoch has.
  public var batchCount: Int { plan.batchCount }

  /// The next epoch: every time one is asked for, another order.
  public func makeIterator() -> BatchIterator { batches(epoch: nextEpoch.take()) }

  /// The batches of an epoch, from one of them on.
  public func batches(epoch: Int, from first: Int = 0) -> BatchIterator {
    BatchIterator(data, plan.batches(epoch: epoch).dropFirst(first), epoch: epoch, ahead: ahead)
  }
}

/// Which examples make up the batches of an epoch.
public struct BatchPlan: Sendable {
  let count: Int
  let batchSize: Int
  let shuffling: Bool
  let seed: Int
  let droppingLast: Bool
  let rank: Int
  let ranks: Int

  /// How many batches an epoch has, for one rank.
  public var batchCount: Int {
    let own = ownCount
    return droppingLast ? own / batchSize : (own + batchSize - 1) / batchSize
  }

  /// Every rank has the same number of examples, so that all of them take the same number of steps.
  private var ownCount: Int { ranks == 1 ? count : count / ranks }

  /// The places of every batch of an epoch.
  public func batches(epoch: Int) -> [[Int]] {
    let order =
      shuffling ? shuffledPlaces(count, seed: seed &* 1_000_003 &+ epoch) : Array(0..<count)
    let own = (0..<ownCount).map { order[$0 * ranks + rank] }
    return (0..<batchCount).map { batch in
      Array(own[(batch * batchSize)..<Swift.min((batch + 1) * batchSize, own.count)])
    }
  }
}

/// The batches of one epoch, one after the other.
public final class BatchIterator: IteratorProtocol {
  private let data: any Dataset
  private let epoch: Int
  private var rest: ArraySlice<[Int]>
  private let queue: BatchQueue?

  init(_ data: any Dataset, _ places: ArraySlice<[Int]>, epoch: Int, ahead: Int) {
    self.data = data
    self.epoch = epoch
    rest = places
    queue = ahead > 0 ? BatchQueue(data, Array(places), epoch: epoch, capacity: ahead) : nil
  }

  /// The next batch, or what prevents it; nil at the end.
  public func nextBatch() throws -> Batch? {
    if let queue { return try queue.take() }
    guard let places = rest.popFirst() else { return nil }
    return try data.batch(places, epoch: epoch)
  }

  /// The next batch. What prevents it stops the program with one sentence, outside of `checked`; `nextBatch`
  /// throws it.
  public func next() -> Batch? {
    do {
      return try nextBatch()
    } catch {
      _ = fail(GraphError("data", "\(error)"))
      return nil
    }
  }

  deinit { queue?.stop() }
}

/// Counts from 0, for any thread.
private final class Counter: @unchecked Sendable {
  private let monitor = Monitor()
  private var value = 0

  func take() -> Int {
    monitor.locked {
      value += 1
      return value - 1
    }
  }
}
