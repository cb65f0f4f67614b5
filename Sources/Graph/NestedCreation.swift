// Tensors from arrays of arrays.

extension Tensor {
  /// A matrix from its rows.
  public init(_ rows: [[Double]], _ element: ElementType = .float32) {
    self = nested(rows) { Tensor($0, shape: [rows.count, $1], element) }
  }

  /// A matrix from its rows.
  public init<Element: TensorElement>(_ rows: [[Element]]) {
    self = nested(rows) { Tensor($0, shape: [rows.count, $1]) }
  }

  /// A tensor of three axes from its matrices.
  public init(_ matrices: [[[Double]]], _ element: ElementType = .float32) {
    self = nested(matrices) { rows, height in
      nested(rows) { Tensor($0, shape: [matrices.count, height, $1], element) }
    }
  }

  /// A tensor of three axes from its matrices.
  public init<Element: TensorElement>(_ matrices: [[[Element]]]) {
    self = nested(matrices) { rows, height in
      nested(rows) { Tensor($0, shape: [matrices.count, height, $1]) }
    }
  }
}

/// What `make` makes of the parts one after the other and the length that all of them share.
private func nested<Part>(_ parts: [[Part]], _ make: ([Part], Int) -> Tensor) -> Tensor {
  let length = parts.first?.count ?? 0
  for (place, part) in parts.enumerated() where part.count != length {
    return fail(
      GraphError(
        "tensor",
        "row \(place) has \(part.count) elements, row 0 has \(length); all rows need the same number"
      ))
  }
  return make(parts.flatMap { $0 }, length)
}
