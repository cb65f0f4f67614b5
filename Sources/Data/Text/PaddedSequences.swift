import AdjointGraph
import AdjointRuntime

/// Sequences of different lengths, each batch of them padded to one of a few lengths, so that there are no more
/// plans than lengths.
public struct PaddedSequences: Dataset {
  /// The sequences.
  public let sequences: [[Int]]
  /// What belongs to each: its first axis counts examples.
  public let targets: Tensor
  /// The lengths to which batches are padded, the shortest first.
  public let buckets: [Int]
  /// What stands behind a sequence's end.
  public let padding: Int

  /// Sequences, and the place of each one's class. Without buckets these are the powers of two up to the longest
  /// sequence.
  public init(
    _ sequences: [[Int]], targets: Tensor, buckets: [Int]? = nil, padding: Int = 0
  ) throws {
    guard targets.rank > 0, targets.shape[0] == sequences.count else {
      throw DataError(
        "sequences",
        "\(sequences.count) sequences need as many targets, not \(targets.shape.description)")
    }
    let longest = sequences.reduce(1) { Swift.max($0, $1.count) }
    var lengths = (buckets ?? []).sorted()
    if buckets == nil {
      lengths = [1]
      while lengths[lengths.count - 1] < longest { lengths.append(2 * lengths[lengths.count - 1]) }
    }
    guard let last = lengths.last, lengths[0] > 0, last >= longest else {
      throw DataError("sequences", "no bucket is long enough for a sequence of \(longest)")
    }
    self.sequences = sequences
    self.targets = try targets.tryEvaluated()
    self.buckets = lengths
    self.padding = padding
  }

  /// How many sequences there are.
  public var count: Int { sequences.count }

  /// The length to which sequences are padded that are together in a batch.
  public func length(_ places: [Int]) -> Int {
    let longest = places.reduce(0) { Swift.max($0, sequences[$1].count) }
    return buckets.first { $0 >= longest } ?? longest
  }

  /// The sequences at `places` [N, length], in that order.
  public func batch(_ places: [Int]) throws -> Batch {
    if let odd = places.first(where: { !sequences.indices.contains($0) }) {
      throw DataError("sequences", "there is none at \(odd); there are \(count)")
    }
    let length = length(places)
    let numbers = places.flatMap { place in
      sequences[place]
        + [Int](repeating: padding, count: length - sequences[place].count)
    }
    return Batch(
      input: Tensor(numbers, shape: [places.count, length]), target: try targets.rows(places))
  }
}
