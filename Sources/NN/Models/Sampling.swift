import AdjointGraph
import AdjointRuntime

/// How the next token is chosen.
public struct Sampling: Sendable {
  /// What scores are divided by: small takes the likeliest, 0 always.
  public let temperature: Double
  /// How many of the likeliest may be taken; nil for all.
  public let top: Int?
  /// What chance starts from.
  public let key: RandomKey

  /// A way of choosing.
  public init(temperature: Double = 1, top: Int? = nil, seed: Int = 0) {
    self.temperature = temperature
    self.top = top
    key = RandomKey(seed)
  }

  /// One of the scores' places, by the `draw`-th number of chance.
  public func choose(_ scores: [Double], draw: Int) -> Int {
    let order = scores.indices.sorted {
      scores[$0] > scores[$1] || (scores[$0] == scores[$1] && $0 < $1)
    }
    guard let best = order.first else { return 0 }
    guard temperature > 0 else { return best }
    let taken = order.prefix(max(top ?? order.count, 1))
    let weights = taken.map { ScalarMath.exp((scores[$0] - scores[best]) / temperature) }
    var rest = key.uniform(at: draw) * weights.reduce(0, +)
    for (place, weight) in zip(taken, weights) {
      rest -= weight
      if rest < 0 { return place }
    }
    return taken[taken.endIndex - 1]
  }
}
