// Axes that come, go and change places: reshapes and transposes under names that people expect.

/// What `body` gives, or the poisoned value of the error it throws.
func attempt(_ body: () throws(GraphError) -> Tensor) -> Tensor {
  do throws(GraphError) {
    return try body()
  } catch {
    return fail(error)
  }
}

extension Tensor {
  /// An axis counted from the front, checked; `extra` more axes than there are may be named.
  package func checked(
    _ axis: Int, for operation: String, extra: Int = 0
  ) throws(GraphError) -> Int {
    let place = axis < 0 ? axis + rank + extra : axis
    guard place >= 0, place < rank + extra else {
      throw GraphError(operation, "axis \(axis) is outside \(shape.description)")
    }
    return place
  }

  /// A new axis of size 1 before the one at `axis`; −1 makes it the last.
  public func unsqueezed(_ axis: Int) -> Tensor {
    attempt { () throws(GraphError) in
      var result = shape
      result.insert(1, at: try checked(axis, for: "unsqueezed", extra: 1))
      return reshaped(result)
    }
  }

  /// Without an axis of size 1.
  public func squeezed(_ axis: Int) -> Tensor {
    attempt { () throws(GraphError) in
      let place = try checked(axis, for: "squeezed")
      guard shape[place] == 1 else {
        throw GraphError("squeezed", "axis \(axis) of \(shape.description) is not of size 1")
      }
      var result = shape
      result.remove(at: place)
      return reshaped(result)
    }
  }

  /// Without any axis of size 1.
  public func squeezed() -> Tensor {
    reshaped(Shape(shape.dimensions.filter { $0 != 1 }))
  }

  /// Repeated to `shape`, where −1 keeps the size that is there.
  public func expanded(to shape: Shape) -> Tensor {
    var target = shape
    for axis in 0..<shape.rank where shape[axis] == -1 {
      let place = axis - (shape.rank - rank)
      guard place >= 0 else {
        return fail(
          GraphError("expanded", "axis \(axis) has no size in \(self.shape.description) to keep"))
      }
      target[axis] = self.shape[place]
    }
    return broadcast(to: target)
  }

  /// The axes in another order; negative ones count from the end.
  public func permuted(_ order: [Int]) -> Tensor { transposed(order.map { fromFront($0) }) }

  /// One axis moved to another place, the others in their order.
  public func movingAxis(_ axis: Int, to place: Int) -> Tensor {
    attempt { () throws(GraphError) in
      let from = try checked(axis, for: "movingAxis")
      let to = try checked(place, for: "movingAxis")
      var order = Array(0..<rank)
      order.remove(at: from)
      order.insert(from, at: to)
      return from == to ? self : transposed(order)
    }
  }

  /// Two axes in each other's place.
  public func swappingAxes(_ a: Int, _ b: Int) -> Tensor {
    attempt { () throws(GraphError) in
      let first = try checked(a, for: "swappingAxes")
      let second = try checked(b, for: "swappingAxes")
      var order = Array(0..<rank)
      order.swapAt(first, second)
      return first == second ? self : transposed(order)
    }
  }

  /// The elements along these axes (all where none are given) in reverse order.
  public func flipped(_ axes: [Int]? = nil) -> Tensor {
    over(axes, for: "flipped") { set in
      guard !set.isEmpty, rank > 0 else { return self }
      return StridedSlice(
        (0..<rank).map { axis in
          let size = shape[axis]
          return set.contains(axis) && size > 0
            ? AxisStride(start: size - 1, step: -1, count: size) : .all(size)
        }
      ).apply(self)
    }
  }

  /// The elements along an axis moved on by `shift` places; what leaves at one end enters at the other.
  public func rolled(_ shift: Int, axis: Int = 0) -> Tensor {
    attempt { () throws(GraphError) in
      let place = try checked(axis, for: "rolled")
      let size = shape[place]
      guard size > 0 else { return self }
      let cut = ((shift % size) + size) % size
      guard cut > 0 else { return self }
      return concatenated(
        [
          strided(place, AxisStride(start: size - cut, step: 1, count: cut)),
          strided(place, AxisStride(start: 0, step: 1, count: size - cut)),
        ], axis: place)
    }
  }

  /// The whole tensor `counts[i]` times along axis i, counted from the last.
  public func tiled(_ counts: [Int]) -> Tensor {
    var result = self
    while result.rank < counts.count {
      result = result.unsqueezed(0)
      if result.node.isPoisoned { return result }
    }
    for (index, count) in counts.enumerated() where count != 1 {
      let axis = result.rank - counts.count + index
      result = result.multiplied(count, axis: axis, newAxisAt: axis, for: "tiled")
    }
    return result
  }

  /// Every place of an axis `count` times, one after another.
  public func repeated(_ count: Int, axis: Int = 0) -> Tensor {
    attempt { () throws(GraphError) in
      let place = try checked(axis, for: "repeated")
      return multiplied(count, axis: place, newAxisAt: place + 1, for: "repeated")
    }
  }

  /// An axis made `count` times as long by way of a new axis before or behind it.
  private func multiplied(_ count: Int, axis: Int, newAxisAt: Int, for name: String) -> Tensor {
    guard count >= 0, axis < rank else {
      return fail(GraphError(name, "\(shape.description) cannot be repeated \(count) times"))
    }
    var (front, back, folded) = (1, 1, shape)
    for place in 0..<axis { front *= shape[place] }
    for place in (axis + 1)..<rank { back *= shape[place] }
    folded[axis] = shape[axis] * count
    // The other axes are folded: a tensor of eight has no room for one more.
    let flat = reshaped([front, shape[axis], back]).unsqueezed(newAxisAt - axis + 1)
    let isBehind = newAxisAt > axis
    let wide: Shape =
      isBehind ? [front, shape[axis], count, back] : [front, count, shape[axis], back]
    return flat.broadcast(to: wide).reshaped(folded)
  }
}
