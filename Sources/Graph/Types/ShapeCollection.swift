// What an array of sizes offers, of a shape. A shape is no array itself: it lies inline in every node.

extension Shape: Hashable {
  /// Feeds the sizes.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(storedRank)
    for axis in 0..<rank { hasher.combine(sizes[axis]) }
  }
}

extension Shape {
  /// The size of axis 0; nil without axes.
  public var first: Int? { rank == 0 ? nil : self[0] }
  /// The size of the innermost axis; nil without axes.
  public var last: Int? { rank == 0 ? nil : self[rank - 1] }
  /// Without axes.
  public var isEmpty: Bool { rank == 0 }

  /// What `transform` makes of the sizes, in order.
  public func map<Result>(_ transform: (Int) -> Result) -> [Result] {
    dimensions.map { transform($0) }
  }
}

extension TensorType: CustomStringConvertible {
  /// As error texts write it: "float32 [2, 3]".
  public var description: String { element.name + " " + shape.description }
}
