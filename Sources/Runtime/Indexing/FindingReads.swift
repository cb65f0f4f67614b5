import AdjointGraph

// What has as many elements as the values say: these functions read.

extension Tensor {
  /// The places, counted in row-major order, of the elements that are not zero.
  func placesOfTrue() throws(GraphError) -> [Int] {
    try tryEvaluated()
    let flags = booleans
    return flags.indices.filter { flags[$0] }
  }

  /// The places of the elements that are not zero, one row of coordinates each, in order. This reads.
  public func nonzero() -> Tensor {
    do throws(GraphError) {
      let places = try placesOfTrue()
      let strides = shape.strides
      let coordinates = places.flatMap { place in
        (0..<rank).map { place / strides[$0] % shape[$0] }
      }
      return Tensor(coordinates, shape: [places.count, rank])
    } catch {
      return fail(error)
    }
  }

  /// The different elements in order, how often each is there, and for every element which one it is.
  /// This reads. NaN are all different.
  public func unique() -> (values: Tensor, counts: Tensor, inverse: Tensor) {
    let flat = flattened().element == .bool ? flattened().cast(to: .int64) : flattened()
    let order = flat.argSorted()
    let sorted = flat.gather(order)
    do throws(GraphError) {
      try Engine.evaluate([order, sorted])
    } catch {
      let wrong = fail(error)
      return (wrong, wrong, wrong)
    }
    let isSame =
      count < 2
      ? []
      : equal(
        sorted.slice(start: 1, length: count - 1), sorted.slice(start: 0, length: count - 1)
      ).booleans
    var (firsts, counts): ([Int], [Int]) = ([], [])
    var inverse = [Int](repeating: 0, count: count)
    for (rank, place) in order.integers.enumerated() {
      if rank == 0 || !isSame[rank - 1] {
        firsts.append(rank)
        counts.append(0)
      }
      counts[counts.count - 1] += 1
      inverse[place] = firsts.count - 1
    }
    return (
      sorted.gather(Tensor(firsts)).cast(to: element), Tensor(counts),
      Tensor(inverse, shape: shape)
    )
  }
}
