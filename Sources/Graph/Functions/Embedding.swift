/// The rows of a table [V, D] that `indices` name: their shape with D as a last axis. An index outside the table is
/// an error that names it. No gradient flows to the row at `paddingIndex`.
public func embedding(
  _ indices: Tensor, _ table: Tensor, paddingIndex: Int? = nil
) -> Tensor {
  attempt { () throws(GraphError) in
    guard table.rank == 2, table.element.isFloating else {
      throw GraphError(
        "embedding",
        "the table must be floating-point [V, D], not \(table.element.name) \(table.shape.description)"
      )
    }
    guard indices.element.isInteger else {
      throw GraphError("embedding", "indices must be integers, not \(indices.element.name)")
    }
    let indices = indices.asIndices
    let rows = table.gather(indices)
    guard let paddingIndex else { return rows }
    let count = table.shape[0]
    guard paddingIndex >= -count, paddingIndex < count else {
      throw GraphError(
        "embedding", "padding \(paddingIndex) is no row of \(table.shape.description)")
    }
    let place = paddingIndex < 0 ? paddingIndex + count : paddingIndex
    let isPadding = equal(indices, .literal(Double(place), .int64)).unsqueezed(-1)
    return select(isPadding, rows.detached, rows)
  }
}
