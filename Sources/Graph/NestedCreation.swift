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

  /// A tensor of four axes from its blocks.
  public init(_ blocks: [[[[Double]]]], _ element: ElementType = .float32) {
    self = fourDeep(blocks) { Tensor($0, shape: $1, element) }
  }

  /// A tensor of four axes from its blocks.
  public init<Element: TensorElement>(_ blocks: [[[[Element]]]]) {
    self = fourDeep(blocks) { Tensor($0, shape: $1) }
  }

  /// A matrix from its rows, in the type that is named.
  public init<Number: TensorNumber>(_ rows: [[Number]], _ element: ElementType) {
    self = nested(rows) { Tensor($0, shape: [rows.count, $1], element) }
  }

  /// A tensor of three axes from its matrices, in the type that is named.
  public init<Number: TensorNumber>(_ matrices: [[[Number]]], _ element: ElementType) {
    self = nested(matrices) { rows, height in
      nested(rows) { Tensor($0, shape: [matrices.count, height, $1], element) }
    }
  }

  /// A tensor of four axes from its blocks, in the type that is named.
  public init<Number: TensorNumber>(_ blocks: [[[[Number]]]], _ element: ElementType) {
    self = fourDeep(blocks) { Tensor($0, shape: $1, element) }
  }
}

private func fourDeep<Part>(
  _ blocks: [[[[Part]]]], _ make: ([Part], Shape) -> Tensor
) -> Tensor {
  nested(blocks) { matrices, depth in
    nested(matrices) { rows, height in
      nested(rows) { make($0, [blocks.count, depth, height, $1]) }
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
