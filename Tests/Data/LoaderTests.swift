import Adjoint
import AdjointData
import Testing

/// Data sets, their parts, and the order in which they are gone through.
@Suite struct LoaderTests {
  private func numbers(_ count: Int) throws -> TensorDataset {
    try TensorDataset(
      inputs: Tensor.range(0, count).reshaped([count, 1]) * Tensor([10, 1]),
      targets: Tensor.range(0, count))
  }

  @Test func aBatchHoldsTheExamplesAskedFor() throws {
    let batch = try numbers(5).batch([4, 0, 4])
    #expect(batch.input.shape == [3, 2] && batch.input.integers == [40, 4, 0, 0, 40, 4])
    #expect(batch.target.integers == [4, 0, 4] && batch.count == 3)
    #expect(throws: DataError.self) { try numbers(5).batch([5]) }
    #expect(throws: DataError.self) {
      try TensorDataset(inputs: Tensor.zeros([3, 2]), targets: Tensor.zeros([2]))
    }
  }

  @Test func everyEpochGoesThroughAllInAnotherOrder() throws {
    let loader = Loader(try numbers(10), batchSize: 4, seed: 3)
    let epochs = (0..<3).map { _ in loader.map { $0.target.integers } }
    for epoch in epochs {
      #expect(epoch.map { $0.count } == [4, 4, 2])
      #expect(epoch.flatMap { $0 }.sorted() == Array(0..<10))
    }
    #expect(Set(epochs.map { $0.flatMap { $0 } }).count == 3)
    let again = Loader(try numbers(10), batchSize: 4, seed: 3)
    #expect(again.batches(epoch: 2).nextBatchTargets == epochs[2].first)
    #expect(again.batches(epoch: 2, from: 1).nextBatchTargets == epochs[2][1])
  }

  @Test func theLastBatchMayBeDropped() throws {
    let loader = Loader(try numbers(10), batchSize: 4, shuffling: false, droppingLast: true)
    #expect(loader.map { $0.target.integers } == [[0, 1, 2, 3], [4, 5, 6, 7]])
    #expect(loader.batchCount == 2)
  }

  @Test func ranksShareAnEpoch() throws {
    let parts = try (0..<3).map { rank in
      Loader(try numbers(10), batchSize: 2, seed: 1, rank: rank, of: 3)
        .batches(epoch: 0).targets
    }
    #expect(parts.allSatisfy { $0.count == 3 })
    #expect(Set(parts.flatMap { $0 }).count == 9)
  }

  @Test func batchesMadeAheadAreTheSame() throws {
    let data = try numbers(100)
    let here = Loader(data, batchSize: 7, seed: 5, ahead: 0).batches(epoch: 1).targets
    let ahead = Loader(data, batchSize: 7, seed: 5, ahead: 3).batches(epoch: 1).targets
    #expect(here == ahead)
    // Whoever stops half way leaves nothing waiting.
    for _ in 0..<50 {
      _ = Loader(data, batchSize: 1, ahead: 2).batches(epoch: 0).next()
    }
  }

  @Test func whatGoesWrongAheadIsThrownWhereItIsTaken() throws {
    struct Broken: Dataset {
      var count: Int { 4 }
      func batch(_ places: [Int]) throws -> Batch {
        guard !places.contains(2) else { throw DataError("two.png", "is not a picture") }
        return Batch(input: Tensor.zeros([1]), target: Tensor.zeros([1]))
      }
    }
    for ahead in [0, 2] {
      let batches = Loader(Broken(), batchSize: 1, shuffling: false, ahead: ahead)
        .batches(epoch: 0)
      #expect(try batches.nextBatch() != nil && batches.nextBatch() != nil)
      let error = #expect(throws: DataError.self) { try batches.nextBatch() }
      #expect(error?.description == "two.png: is not a picture")
    }
  }

  @Test func partsHaveAllExamplesOnce() throws {
    let data = try numbers(103)
    let parts = try data.split([0.7, 0.2, 0.1], seed: 1)
    #expect(parts.map { $0.count } == [72, 21, 10])
    #expect(Set(parts.flatMap { $0.places }).count == 103)
    #expect(throws: DataError.self) { try data.split([0.9, 0.2]) }

    let classes = (0..<103).map { $0 % 10 == 0 ? 1 : 0 }
    let even = try data.stratifiedSplit([0.5, 0.5], classes: classes)
    let rare = even.map { part in part.places.filter { classes[$0] == 1 }.count }
    #expect(rare.sorted() == [5, 6] && Set(even.flatMap { $0.places }).count == 103)

    // Classes of one, two and three: no part is left behind, and none has a class twice while another has none.
    for size in 1...3 {
      let pairs = (0..<30).map { $0 / size }
      let shares = [Double](repeating: 0.2, count: 5)
      let dealt = try numbers(30).stratifiedSplit(shares, classes: pairs, seed: size)
      #expect(dealt.map { $0.count } == [6, 6, 6, 6, 6])
      #expect(dealt.allSatisfy { part in Set(part.places.map { pairs[$0] }).count == 6 })
    }
    let part = try numbers(50).stratifiedSplit([0.5], classes: (0..<50).map { $0 % 5 })
    #expect(part[0].count == 25)

    let folds = try data.folds(4)
    #expect(folds.flatMap { $0.validation.places }.sorted() == Array(0..<103))
    for fold in folds {
      #expect(Set(fold.training.places).isDisjoint(with: fold.validation.places))
      #expect(fold.training.count + fold.validation.count == 103)
    }
  }
}

extension BatchIterator {
  fileprivate var nextBatchTargets: [Int]? { next()?.target.integers }
  fileprivate var targets: [Int] {
    var all: [Int] = []
    while let batch = next() { all += batch.target.integers }
    return all
  }
}
