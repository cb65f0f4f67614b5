// The largest or smallest of what an index sends to a place.

extension Tensor {
  /// This tensor with the places along `axis` that `indices` name raised to the largest of their `values`, whose
  /// axis there is the indices' axes. NaN wins. The gradient flows to one of equal values, and half to each where
  /// it equals what was there.
  public func scatteringMaximum(_ indices: Tensor, _ values: Tensor, axis: Int = 0) -> Tensor {
    extremum(indices, values, axis, "scatteringMaximum", descending: false) { maximum($0, $1) }
  }

  /// This tensor with the places along `axis` that `indices` name lowered to the smallest of their `values`; see
  /// `scatteringMaximum`.
  public func scatteringMinimum(_ indices: Tensor, _ values: Tensor, axis: Int = 0) -> Tensor {
    extremum(indices, values, axis, "scatteringMinimum", descending: true) { minimum($0, $1) }
  }

  /// In the order of the values the last one written to a place is its largest: setting is all that is needed.
  private func extremum(
    _ indices: Tensor, _ values: Tensor, _ axis: Int, _ name: String, descending: Bool,
    _ better: (Tensor, Tensor) -> Tensor
  ) -> Tensor {
    attempt { () throws(GraphError) in
      let along = try checked(axis, for: name)
      let named = shape.replacing(along, by: indices.shape)
      guard indices.element.isInteger, named.isValid, values.shape.broadcasts(to: named) else {
        throw GraphError(
          name,
          "values \(values.shape.description) do not fit indices \(indices.element.name) \(indices.shape.description) along axis \(axis) of \(shape.description)"
        )
      }
      guard named.count > 0 else { return self }
      let places = Tensor.iota(count).reshaped(shape).gather(indices.asIndices, axis: along)
      let sent = values.cast(to: element).broadcast(to: named).flattened()
      let order = sent.detached.argSorted(descending: descending)
      let written = flattened().scattering(
        places.flattened().gather(order), sent.gather(order))
      return better(self, written.reshaped(shape))
    }
  }
}
