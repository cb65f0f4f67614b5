import Adjoint
import AdjointData
import Foundation
import Testing

/// Texts, sequences of different lengths, and data sets side by side.
@Suite struct SequenceTests {
  @Test func textAsNumbers() throws {
    let data = try TextData("hello world, hello you", length: 4, validation: 0.25)
    let vocabulary = data.vocabulary
    #expect(try vocabulary.count == 11 && vocabulary.decode(vocabulary.encode("world")) == "world")
    #expect(data.training.count == 3 && data.training.characterCount == 16)
    let batch = try data.training.batch([1, 0])
    #expect(batch.input.shape == [2, 4] && batch.target.shape == [2, 4])
    #expect(vocabulary.decode(batch.input.integers) == "o wohell")
    #expect(vocabulary.decode(batch.target.integers) == " worello")
    #expect(data.validation?.characterCount == 6 && data.validation?.count == 1)
    let every = try TextData("abcdef", length: 2, validation: 0, stride: 1)
    #expect(every.training.count == 4 && every.validation == nil)
    #expect(try every.vocabulary.decode(every.training.batch([3]).target.integers) == "ef")
    #expect(try Vocabulary(vocabulary.description) == vocabulary)
  }

  @Test func whatIsWrongWithTexts() throws {
    let short = #expect(throws: DataError.self) { try TextData("abc", length: 8, validation: 0) }
    #expect(
      short?.problem.contains("has 3 characters; at least 9 are needed for sequences of 8") == true)
    let known = Vocabulary(of: "ab")
    let odd = #expect(throws: DataError.self) { try known.encode("abc") }
    #expect(odd?.problem.contains("'c'") == true)
    #expect(throws: DataError.self) { try TextData("abcdef", length: 2, validation: 1) }
    #expect(throws: DataError.self) { try TextData("abcdef", length: 0) }
    let scratch = try ScratchFolder()
    let empty = try scratch.write([], "a.txt")
    #expect(throws: DataError.self) { try TextData.read(empty, length: 2) }
    let good = try scratch.write(Array("\u{FEFF}été\nété".utf8), "b.txt")
    #expect(try TextData.read(good, length: 2, validation: 0).vocabulary.count == 3)
  }

  @Test func sequencesArePaddedToFewLengths() throws {
    let sequences = [[1], [1, 2, 3], [1, 2, 3, 4, 5], [9, 9]]
    let data = try PaddedSequences(sequences, targets: Tensor([0, 1, 2, 3]))
    #expect(data.buckets == [1, 2, 4, 8])
    #expect(try data.batch([3, 1]).input.integers == [9, 9, 0, 0, 1, 2, 3, 0])
    #expect(try data.batch([0]).input.shape == [1, 1] && data.batch([2]).input.shape == [1, 8])
    let own = try PaddedSequences(
      sequences, targets: Tensor([0, 1, 2, 3]), buckets: [6], padding: -1)
    #expect(try own.batch([0]).input.integers == [1, -1, -1, -1, -1, -1])
    #expect(throws: DataError.self) {
      try PaddedSequences(sequences, targets: Tensor([0, 1, 2, 3]), buckets: [4])
    }
    #expect(throws: DataError.self) { try PaddedSequences(sequences, targets: Tensor([0])) }
  }

  @Test func dataSetsSideBySide() throws {
    func numbers(_ first: Int, _ count: Int) throws -> TensorDataset {
      try TensorDataset(
        inputs: Tensor.range(first, first + count).reshaped([count, 1]),
        targets: Tensor.range(first, first + count))
    }
    let data = Combined([try numbers(0, 3), try numbers(10, 0), try numbers(20, 4)])
    #expect(data.count == 7)
    let batch = try data.batch([6, 0, 3, 2, 5])
    #expect(
      batch.input.integers == [23, 0, 20, 2, 22] && batch.target.integers == [23, 0, 20, 2, 22])
    #expect(try data.batch([1]).input.integers == [1])
    let seen = Loader(data, batchSize: 3, seed: 2).batches(epoch: 0)
    var all: [Int] = []
    while let batch = try seen.nextBatch() { all += batch.target.integers }
    #expect(all.sorted() == [0, 1, 2, 20, 21, 22, 23])
    #expect(throws: DataError.self) { try data.batch([7]) }
    let odd = try TensorDataset(inputs: Tensor.zeros([2, 5]), targets: Tensor.zeros([2]))
    #expect(throws: DataError.self) { try Combined([try numbers(0, 2), odd]).batch([0, 3]) }
  }
}
