import AdjointGraph

extension Dataset {
  /// Parts of the data set, each a share of it, the examples drawn by a seed. The shares are at most 1 together.
  ///
  ///     let (train, validation) = data.split(0.9, seed: 0)
  public func split(_ share: Double, seed: Int = 0) throws -> (Subset, Subset) {
    let parts = try split([share, 1 - share], seed: seed)
    return (parts[0], parts[1])
  }

  /// Parts of the data set, each a share of it, the examples drawn by a seed.
  public func split(_ shares: [Double], seed: Int = 0) throws -> [Subset] {
    try checkShares(shares)
    return cut(shuffledPlaces(count, seed: seed), shares).map { Subset(self, $0) }
  }

  /// Parts in each of which every class has its share. `classes` holds the class of every example.
  public func stratifiedSplit(
    _ shares: [Double], classes: [Int], seed: Int = 0
  ) throws -> [Subset] {
    try checkShares(shares)
    guard classes.count == count else {
      throw DataError("split", "\(classes.count) classes for \(count) examples")
    }
    var deal = Deal(shares)
    for label in Set(classes).sorted() {
      let members = classes.indices.filter { classes[$0] == label }
      deal.deal(shuffledPlaces(members.count, seed: seed &+ label).map { members[$0] })
    }
    let parts = deal.parts
    // Each part in an order that does not tell the classes.
    return parts.enumerated().map { part, places in
      Subset(self, shuffledPlaces(places.count, seed: seed &+ part).map { places[$0] })
    }
  }

  /// `count` pairs of training and validation parts: each example is in one validation part.
  public func folds(_ count: Int, seed: Int = 0) throws -> [(training: Subset, validation: Subset)]
  {
    guard count >= 2, count <= self.count else {
      throw DataError("folds", "cannot make \(count) folds of \(self.count) examples")
    }
    let order = shuffledPlaces(self.count, seed: seed)
    let parts = cut(order, [Double](repeating: 1 / Double(count), count: count))
    return parts.indices.map { held in
      let rest = parts.indices.filter { $0 != held }.flatMap { parts[$0] }
      return (Subset(self, rest), Subset(self, parts[held]))
    }
  }
}

private func checkShares(_ shares: [Double]) throws {
  guard shares.allSatisfy({ $0 >= 0 }), shares.reduce(0, +) <= 1 + 1e-9 else {
    throw DataError("split", "the shares \(shares) must not be negative, nor more than 1 together")
  }
}

/// Examples dealt out to parts: of every list each part gets its share, and where lists are too short for that, the part
/// that is farthest behind in all.
private struct Deal {
  private(set) var parts: [[Int]]
  private let shares: [Double]
  /// How many were dealt to each part and, last, to none.
  private var counts: [Int]

  init(_ shares: [Double]) {
    parts = Array(repeating: [], count: shares.count)
    self.shares = shares + [Swift.max(0, 1 - shares.reduce(0, +))]
    counts = Array(repeating: 0, count: shares.count + 1)
  }

  mutating func deal(_ members: [Int]) {
    var own = Array(repeating: 0, count: shares.count)
    for (place, member) in members.enumerated() {
      let total = counts.reduce(0, +)
      func lag(_ part: Int) -> (own: Double, all: Double) {
        (
          shares[part] * Double(place + 1) - Double(own[part]),
          shares[part] * Double(total + 1) - Double(counts[part])
        )
      }
      let next = shares.indices.reduce(0) { best, part in
        let (a, b) = (lag(part), lag(best))
        let isTie = abs(a.own - b.own) < 1e-9
        return a.own > b.own + 1e-9 || (isTie && a.all > b.all + 1e-9) ? part : best
      }
      own[next] += 1
      counts[next] += 1
      if next < parts.count { parts[next].append(member) }
    }
  }
}

/// Consecutive pieces of a list by their shares, rounded so that nothing is lost where they add up to 1.
private func cut(_ places: [Int], _ shares: [Double]) -> [[Int]] {
  var end = 0
  var sum = 0.0
  return shares.map { share in
    let start = end
    sum += share
    end = Swift.min(Int((sum * Double(places.count)).rounded()), places.count)
    return Array(places[start..<end])
  }
}

/// The places from 0 in an order drawn by a seed: the same on every machine.
package func shuffledPlaces(_ count: Int, seed: Int) -> [Int] {
  let key = RandomKey(seed)
  var places = Array(0..<count)
  guard count > 1 else { return places }
  for last in stride(from: count - 1, to: 0, by: -1) {
    // The high half of a product is uniform enough: the bias is below 2⁻³² for any data set that fits here.
    let pick = key.bits(at: last).multipliedFullWidth(by: UInt64(last + 1)).high
    places.swapAt(last, Int(pick))
  }
  return places
}
