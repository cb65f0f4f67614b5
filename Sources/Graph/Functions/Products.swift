// Products of vectors and of tensors over chosen axes.

/// The inner product of two vectors: Σ a_i b_i.
public func dot(_ a: Tensor, _ b: Tensor) -> Tensor {
  guard a.rank == 1, a.shape == b.shape else {
    return fail(
      GraphError(
        "dot",
        "takes two vectors of one length, not \(a.shape.description) and \(b.shape.description)"))
  }
  // Products of halves may overflow, or vanish, where their sum does not.
  return a.computedWide { ($0 * b.cast(to: $0.element)).sum() }
}

/// The outer product of two vectors: the matrix a_i b_j.
public func outer(_ a: Tensor, _ b: Tensor) -> Tensor {
  guard a.rank == 1, b.rank == 1 else {
    return fail(
      GraphError(
        "outer", "takes two vectors, not \(a.shape.description) and \(b.shape.description)"))
  }
  return a.reshaped([a.count, 1]) * b
}

/// The sum of products over axes of a paired with axes of b: axis `axes.0[i]` of a with `axes.1[i]` of b. The
/// result has the other axes of a, then those of b.
public func tensordot(_ a: Tensor, _ b: Tensor, _ axes: ([Int], [Int])) -> Tensor {
  let left = axes.0.map { a.fromFront($0) }
  let right = axes.1.map { b.fromFront($0) }
  let isPaired =
    left.count == right.count && isChoice(left, of: a.rank) && isChoice(right, of: b.rank)
    && left.indices.allSatisfy { a.shape[left[$0]] == b.shape[right[$0]] }
  guard isPaired else {
    return fail(
      GraphError(
        "tensordot",
        "axes \(Shape.list(axes.0)) of \(a.shape.description) do not pair with axes \(Shape.list(axes.1)) of \(b.shape.description)"
      ))
  }
  let freeLeft = (0..<a.rank).filter { !left.contains($0) }
  let freeRight = (0..<b.rank).filter { !right.contains($0) }
  let inner = left.reduce(1) { $0 * a.shape[$1] }
  let rows = a.transposed(freeLeft + left).reshaped([sizes(a, freeLeft).count, inner])
  let columns = b.transposed(right + freeRight).reshaped([inner, sizes(b, freeRight).count])
  return matmul(rows, columns)
    .reshaped(Shape(sizes(a, freeLeft).dimensions + sizes(b, freeRight).dimensions))
}

/// The sum of products over the last `axes` axes of a and the first of b.
public func tensordot(_ a: Tensor, _ b: Tensor, _ axes: Int = 2) -> Tensor {
  guard axes >= 0 else {
    return fail(GraphError("tensordot", "cannot sum over \(axes) axes"))
  }
  return tensordot(a, b, ((0..<axes).map { $0 + a.rank - axes }, Array(0..<axes)))
}

/// True where all axes are there, and none twice.
private func isChoice(_ axes: [Int], of rank: Int) -> Bool {
  axes.indices.allSatisfy {
    axes[$0] >= 0 && axes[$0] < rank && !axes[..<$0].contains(axes[$0])
  }
}

private func sizes(_ x: Tensor, _ axes: [Int]) -> Shape { Shape(axes.map { x.shape[$0] }) }
