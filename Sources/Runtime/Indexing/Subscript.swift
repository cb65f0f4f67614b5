import AdjointGraph

extension Tensor {
  /// The part that any number of indices names.
  public func at(_ indices: [TensorIndex]) -> Tensor {
    do throws(GraphError) {
      return try IndexWalk(self, indices).result()
    } catch {
      return fail(error)
    }
  }

  /// This tensor with the part that the indices name replaced. One number where a mask is true reads nothing.
  public func updating(_ indices: [TensorIndex], with values: Tensor) -> Tensor {
    if let mask = onlyMask(indices), values.rank == 0 { return setting(values, where: mask) }
    return changing(indices, values) { $0.scattering($1, $2) }
  }

  /// This tensor with values added to the part that the indices name; where it names a place twice, both are.
  public func adding(_ indices: [TensorIndex], _ values: Tensor) -> Tensor {
    changing(indices, values) { $0.scatterAdding($1, $2) }
  }

  /// A mask that is the only index, with axes of size 1 for those that it does not cover.
  private func onlyMask(_ indices: [TensorIndex]) -> Tensor? {
    guard indices.count == 1, case .tensor(let mask) = indices[0].kind, mask.element == .bool,
      mask.rank <= rank, (0..<mask.rank).allSatisfy({ mask.shape[$0] == shape[$0] })
    else { return nil }
    var wide = mask.shape
    while wide.rank < rank { wide.append(1) }
    return mask.reshaped(wide)
  }

  /// The part is found by taking it from the places' numbers: one rule for every kind of index.
  private func changing(
    _ indices: [TensorIndex], _ values: Tensor,
    _ body: (_ flat: Tensor, _ places: Tensor, _ values: Tensor) -> Tensor
  ) -> Tensor {
    let places = Tensor.iota(count).reshaped(shape).at(indices)
    guard values.shape.broadcasts(to: places.shape) else {
      return fail(
        GraphError(
          "subscript",
          "\(values.shape.description) does not fill the part, \(places.shape.description)"))
    }
    return body(
      flattened(), places.flattened(),
      values.cast(to: element).broadcast(to: places.shape).flattened()
    ).reshaped(shape)
  }
}

/// Goes through a subscript axis by axis.
private struct IndexWalk {
  private let source: Tensor
  private var value: Tensor
  private let indices: [TensorIndex]
  /// The axis of `value` that the next index is about.
  private var axis = 0
  /// Index tensors so far, and the axes of `value` they are about.
  private var lists: [Tensor] = []
  private var listAxes: [Int] = []

  init(_ source: Tensor, _ indices: [TensorIndex]) {
    self.source = source
    value = source
    self.indices = indices
  }

  consuming func result() throws(GraphError) -> Tensor {
    let whole = source.rank - indices.reduce(0) { $0 + axesTaken($1) }
    guard whole >= 0 else {
      throw GraphError(
        "subscript", "\(indices.count) indices are too many for \(source.shape.description)")
    }
    var hasEllipsis = false
    for index in indices {
      switch index.kind {
      case .place(let place): try take(place)
      case .range(let start, let end, let step): try take(start, end, step)
      case .newAxis:
        value = value.unsqueezed(axis)
        axis += 1
      case .ellipsis:
        guard !hasEllipsis else { throw GraphError("subscript", "has two ellipses") }
        hasEllipsis = true
        axis += whole
      case .tensor(let tensor): try collect(tensor)
      }
    }
    return lists.isEmpty ? value : gathered()
  }

  private func axesTaken(_ index: TensorIndex) -> Int {
    switch index.kind {
    case .place, .range: 1
    case .newAxis, .ellipsis: 0
    case .tensor(let tensor): tensor.element == .bool ? tensor.rank : 1
    }
  }

  /// One place. The start is an operand: another place is the same plan.
  private mutating func take(_ place: Int) throws(GraphError) {
    let size = value.shape[axis]
    let start = place < 0 ? place + size : place
    guard start >= 0, start < size else {
      throw GraphError(
        "subscript",
        "place \(place) is outside axis \(axis) of \(value.shape.description)")
    }
    value = value.slice(axis: axis, start: start, length: 1).squeezed(axis)
  }

  /// A range: by step 1 its start is an operand as well.
  private mutating func take(_ start: Int?, _ end: Int?, _ step: Int) throws(GraphError) {
    let size = value.shape[axis]
    guard step != 0 else { throw GraphError("subscript", "the step is 0") }
    let first = start.map { $0 < 0 ? $0 + size : $0 } ?? (step > 0 ? 0 : size - 1)
    let last = end.map { $0 < 0 ? $0 + size : $0 } ?? (step > 0 ? size : -1)
    let lowest = step > 0 ? 0 : -1
    guard first >= lowest, first <= size, last >= lowest, last <= size else {
      throw GraphError(
        "subscript",
        "the range from \(first) to \(last) leaves axis \(axis) of \(value.shape.description)")
    }
    let distance = step > 0 ? last - first : first - last
    let width = abs(step)
    let count = distance > 0 ? (distance - 1) / width + 1 : 0
    if step == 1 {
      if count != size { value = value.slice(axis: axis, start: first, length: count) }
    } else {
      value = value.strided(axis, AxisStride(start: first, step: step, count: count))
    }
    axis += 1
  }

  /// An index tensor waits until the others are known; a mask is read and becomes one over its axes as one.
  private mutating func collect(_ tensor: Tensor) throws(GraphError) {
    listAxes.append(axis)
    guard tensor.element == .bool else {
      guard tensor.element.isInteger else {
        throw GraphError(
          "subscript", "an index tensor must hold integers or bool, not \(tensor.element.name)")
      }
      lists.append(countedFromTheFront(tensor.asIndices, value.shape[axis]))
      axis += 1
      return
    }
    let covered = (0..<tensor.rank).map { value.shape[axis + $0] }
    guard tensor.rank > 0, Shape(covered) == tensor.shape else {
      throw GraphError(
        "subscript",
        "the mask \(tensor.shape.description) does not fit \(value.shape.description) at axis \(axis)"
      )
    }
    var merged = value.shape
    for _ in 0..<tensor.rank { merged.remove(at: axis) }
    merged.insert(tensor.count, at: axis)
    value = value.reshaped(merged)
    lists.append(Tensor(try tensor.placesOfTrue()))
    axis += 1
  }

  /// Places below 0 count from the end.
  private func countedFromTheFront(_ places: Tensor, _ size: Int) -> Tensor {
    select(places < 0, places + size, places)
  }

  /// What the index tensors name, together where there are several. Where they do not stand side by side, their
  /// axes come first, as in NumPy.
  private func gathered() -> Tensor {
    let first = listAxes[0]
    guard lists.count > 1 else { return value.gather(lists[0], axis: first) }
    let areNeighbours = listAxes[lists.count - 1] - first == lists.count - 1
    let others = (0..<value.rank).filter { !listAxes.contains($0) }
    let source = areNeighbours ? value : value.transposed(listAxes + others)
    let start = areNeighbours ? first : 0
    var merged = source.shape
    var flat: Tensor?
    var size = 1
    for list in lists {
      let bound = merged[start]
      let checked = CheckedIndices(below: bound).apply(list)
      flat = flat.map { $0 * bound + checked } ?? checked
      size *= bound
      merged.remove(at: start)
    }
    merged.insert(size, at: start)
    return source.reshaped(merged).gather(flat!, axis: start)
  }
}
