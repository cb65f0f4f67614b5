// By index: taking, setting and adding places; sorting, which is taking in another order.

extension Tensor {
  /// For each place of `indices` along an axis, the element there; the other axes agree.
  public func taken(along axis: Int, _ indices: Tensor) -> Tensor {
    attempt { () throws(GraphError) in
      let place = try checked(axis, for: "taken")
      let indices = indices.asIndices
      var wanted = shape
      if indices.rank == rank { wanted[place] = indices.shape[place] }
      guard indices.element == .int64, indices.shape == wanted else {
        throw GraphError(
          "taken",
          "indices \(indices.element.name) \(indices.shape.description) do not fit \(shape.description) along axis \(axis)"
        )
      }
      let (rows, picks) = (movingAxis(place, to: -1), indices.movingAxis(place, to: -1))
      let length = shape[place]
      let (size, count) = (picks.shape.count, picks.shape[rank - 1])
      guard size > 0 else { return Tensor.literal(0, element).broadcast(to: wanted) }
      let starts = Tensor.iota(size / count).unsqueezed(1) * .literal(Double(length), .int64)
      let inside = CheckedIndices(below: length).apply(picks).reshaped([size / count, count])
      return rows.flattened().gather(inside + starts).reshaped(picks.shape)
        .movingAxis(-1, to: place)
    }
  }

  /// Undoes `taken(along:)`: this tensor with `values` set at the places of `indices` along an axis. The last of
  /// equal indices wins.
  public func setting(along axis: Int, _ indices: Tensor, _ values: Tensor) -> Tensor {
    placed(along: axis, indices, values) { $0.scattering($1, $2) }
  }

  /// This tensor with `values` added at the places of `indices` along an axis; equal indices add up.
  public func adding(along axis: Int, _ indices: Tensor, _ values: Tensor) -> Tensor {
    placed(along: axis, indices, values) { $0.scatterAdding($1, $2) }
  }

  /// The places' numbers, taken as the values were, say where each value goes.
  private func placed(
    along axis: Int, _ indices: Tensor, _ values: Tensor,
    _ body: (_ flat: Tensor, _ places: Tensor, _ values: Tensor) -> Tensor
  ) -> Tensor {
    let places = Tensor.iota(count).reshaped(shape).taken(along: axis, indices)
    guard values.shape.broadcasts(to: places.shape) else {
      return fail(
        GraphError(
          "taken",
          "values \(values.shape.description) do not fit indices \(indices.shape.description)"))
    }
    return body(
      flattened(), places.flattened(), values.broadcast(to: places.shape).flattened()
    ).reshaped(shape)
  }

  /// This tensor with the places along `axis` that `indices` name set to `values`, whose axis there is the
  /// indices' axes. The last of equal indices wins.
  public func scattering(_ indices: Tensor, _ values: Tensor, axis: Int = 0) -> Tensor {
    attempt { () throws(GraphError) in
      let place = try checked(axis, for: "scattering")
      let indices = indices.asIndices
      let rows = try self.rows(for: indices, values, place, "scattering")
      guard indices.count > 0 else { return self }
      let writer = LastWriter(shape[place]).apply(indices.flattened())
      let isWritten = greater(writer, Tensor.literal(-1, .int64))
      var column = Shape()
      for index in place..<rank { column.append(index == place ? shape[place] : 1) }
      let written = rows.gather(
        select(isWritten, writer, Tensor.literal(0, .int64)), axis: place)
      return select(isWritten.reshaped(column), written, self)
    }
  }

  /// This tensor with `values` added at the places along `axis` that `indices` name; equal indices add up.
  public func scatterAdding(_ indices: Tensor, _ values: Tensor, axis: Int = 0) -> Tensor {
    attempt { () throws(GraphError) in
      let place = try checked(axis, for: "scatterAdding")
      let indices = indices.asIndices
      let rows = try self.rows(for: indices, values, place, "scatterAdding")
      return self
        + ScatterAdd(axis: place, length: shape[place]).apply(rows, indices.flattened())
    }
  }

  /// `values` broadcast to what `indices` name, with the indices' axes folded into one.
  private func rows(
    for indices: Tensor, _ values: Tensor, _ axis: Int, _ name: String
  ) throws(GraphError) -> Tensor {
    let named = shape.replacing(axis, by: indices.shape)
    guard indices.element == .int64, named.isValid, values.shape.broadcasts(to: named) else {
      throw GraphError(
        name,
        "values \(values.shape.description) do not fit indices \(indices.element.name) \(indices.shape.description) along axis \(axis) of \(shape.description)"
      )
    }
    var folded = shape
    folded[axis] = indices.count
    return values.cast(to: element).broadcast(to: named).reshaped(folded)
  }

  /// `values` where the mask is true, this tensor elsewhere.
  public func setting(_ values: Tensor, where mask: Tensor) -> Tensor {
    select(mask, values.cast(to: element), self)
  }

  /// In which order the elements along an axis are sorted. Equal elements keep their order; NaN comes last.
  public func argSorted(axis: Int = -1, descending: Bool = false) -> Tensor {
    order("argSorted", axis, descending)
  }

  /// The elements along an axis in order. Equal elements keep their order; NaN comes last.
  public func sorted(axis: Int = -1, descending: Bool = false) -> Tensor {
    let order = order("sorted", axis, descending)
    return order.node.isPoisoned ? order : taken(along: axis, order)
  }

  private func order(_ name: String, _ axis: Int, _ descending: Bool) -> Tensor {
    along(axis, for: name) { place in
      guard element != .bool else {
        return fail(GraphError(name, "takes numbers, not bool; cast first"))
      }
      return ArgSort(axis: place, isDescending: descending).apply(self)
    }
  }

  /// The `count` largest (or smallest) elements along an axis, in order, and their places.
  public func topK(
    _ count: Int, axis: Int = -1, largest: Bool = true
  ) -> (values: Tensor, indices: Tensor) {
    let order = order("topK", axis, largest)
    guard !order.node.isPoisoned else { return (order, order) }
    guard count >= 0, count <= shape[fromFront(axis)] else {
      let wrong = fail(
        GraphError("topK", "\(count) elements are not along axis \(axis) of \(shape.description)"))
      return (wrong, wrong)
    }
    let indices = order.strided(fromFront(axis), AxisStride(start: 0, step: 1, count: count))
    return (taken(along: axis, indices), indices)
  }

  /// The places of the first `size` elements that are not zero, one row of coordinates each, in order; `fill`
  /// where there are fewer. Unlike `nonzero()` this reads nothing.
  public func nonzero(size: Int, fill: Int = -1) -> Tensor {
    attempt { () throws(GraphError) in
      guard size >= 0, size <= count else {
        throw GraphError("nonzero", "\(size) places are more than \(shape.description) has")
      }
      let isZero = equal(flattened(), Tensor.literal(0, element)).cast(to: .int64)
      let order = isZero.argSorted().strided(0, AxisStride(start: 0, step: 1, count: size))
      let isThere = equal(isZero.gather(order), Tensor.literal(0, .int64)).unsqueezed(1)
      guard rank > 0, size > 0 else {
        return Tensor.literal(0, .int64).broadcast(to: [size, rank])
      }
      return select(
        isThere, coordinates(shape).gather(order), Tensor(Double(fill), .int64))
    }
  }
}

/// The coordinates of every place of a shape in row-major order, a row each.
private func coordinates(_ shape: Shape) -> Tensor {
  stacked(
    (0..<shape.rank).map { axis in
      var column = Shape()
      for index in axis..<shape.rank { column.append(index == axis ? shape[axis] : 1) }
      return Tensor.iota(shape[axis]).reshaped(column).broadcast(to: shape).flattened()
    }, axis: 1)
}
