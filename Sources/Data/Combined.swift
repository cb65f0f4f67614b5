import AdjointGraph
import AdjointRuntime

/// Several data sets one after the other, as one.
public struct Combined: Dataset {
  /// The data sets.
  public let parts: [any Dataset]
  private let starts: [Int]

  /// These data sets, in this order. Their examples must have the same shapes.
  public init(_ parts: [any Dataset]) {
    self.parts = parts
    starts = parts.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
  }

  /// How many examples there are.
  public var count: Int { starts[parts.count] }
  /// True where one of them is slow.
  public var isSlow: Bool { parts.contains { $0.isSlow } }
  /// The examples at `places`, in that order.
  public func batch(_ places: [Int]) throws -> Batch { try batch(places, epoch: 0) }

  /// The examples at `places` as they are seen in an epoch.
  public func batch(_ places: [Int], epoch: Int) throws -> Batch {
    // Each part gives its own at once; then all are put in the order asked for.
    var asked = [[Int]](repeating: [], count: parts.count)
    var order = [Int](repeating: 0, count: places.count)
    var owners: [Int] = []
    for place in places {
      guard place >= 0, place < count else {
        throw DataError("data set", "has no example \(place); it has \(count)")
      }
      let owner = (starts.firstIndex { $0 > place } ?? 1) - 1
      owners.append(owner)
      asked[owner].append(place - starts[owner])
    }
    let used = parts.indices.filter { !asked[$0].isEmpty }
    var next = asked.map { _ in 0 }
    var begin = 0
    for owner in used {
      next[owner] = begin
      begin += asked[owner].count
    }
    for (row, owner) in owners.enumerated() {
      order[row] = next[owner]
      next[owner] += 1
    }
    let batches = try used.map { try parts[$0].batch(asked[$0], epoch: epoch) }
    return try Combined.joined(batches, order)
  }

  private static func joined(_ batches: [Batch], _ order: [Int]) throws -> Batch {
    guard let first = batches.first else { throw DataError("data set", "has no examples") }
    guard batches.count > 1 else { return first }
    let fits = { (a: Tensor, b: Tensor) in
      a.element == b.element && a.shape.dimensions.dropFirst() == b.shape.dimensions.dropFirst()
    }
    if let odd = batches.first(where: {
      !fits($0.input, first.input) || !fits($0.target, first.target)
    }) {
      throw DataError(
        "data set",
        "examples of \(odd.input.element.name) \(odd.input.shape.description) do not go with those of \(first.input.element.name) \(first.input.shape.description)"
      )
    }
    return Batch(
      input: try concatenated(batches.map { $0.input }).rows(order),
      target: try concatenated(batches.map { $0.target }).rows(order))
  }
}
