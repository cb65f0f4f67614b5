// Tensors from nothing but a shape and a rule.

extension Tensor {
  /// Every element 1.
  public static func ones(_ shape: Shape, _ element: ElementType = .float32) -> Tensor {
    full(shape, 1, element)
  }

  /// Zeros of another tensor's shape and element type.
  public static func zeros(like other: Tensor) -> Tensor { zeros(other.shape, other.element) }

  /// Ones of another tensor's shape and element type.
  public static func ones(like other: Tensor) -> Tensor { ones(other.shape, other.element) }

  /// A number everywhere, of another tensor's shape and element type.
  public static func full(like other: Tensor, _ number: Double) -> Tensor {
    full(other.shape, number, other.element)
  }

  /// The int64 numbers from `start` to before `end`, `step` apart.
  public static func range(_ start: Int, _ end: Int, by step: Int = 1) -> Tensor {
    let (distance, isOver) = end.subtractingReportingOverflow(start)
    guard step != 0, !isOver, distance / step < 1 << 31 else {
      return fail(GraphError("range", "cannot count from \(start) to \(end) by \(step)"))
    }
    return Tensor(Array(stride(from: start, to: end, by: step)))
  }

  /// The numbers from `start` to before `end`, `step` apart: `start + i · step`, without summing rounding errors.
  public static func range(
    _ start: Double, _ end: Double, by step: Double = 1, _ element: ElementType = .float32
  ) -> Tensor {
    let length = ((end - start) / step).rounded(.up)
    guard length < 0x1p31, length > -.infinity else {
      return fail(GraphError("range", "cannot count from \(start) to \(end) by \(step)"))
    }
    return filled([Swift.max(Int(length), 0)], element) { start + Double($0) * step }
  }

  /// `count` numbers from `start` to `end`, both among them, as far from each other.
  public static func linspace(
    _ start: Double, _ end: Double, count: Int, _ element: ElementType = .float32
  ) -> Tensor {
    filled([count], element) { place in
      guard place > 0 else { return start }
      return place == count - 1
        ? end : start + (end - start) * (Double(place) / Double(count - 1))
    }
  }

  /// The matrix with 1 on its diagonal and 0 elsewhere.
  public static func identity(_ size: Int, _ element: ElementType = .float32) -> Tensor {
    eye(size, size, element)
  }

  /// A matrix with 1 on the diagonal at `offset` and 0 elsewhere.
  public static func eye(
    _ rows: Int, _ columns: Int, offset: Int = 0, _ element: ElementType = .float32
  ) -> Tensor {
    filled([rows, columns], element) { $0 % columns == $0 / columns + offset ? 1 : 0 }
  }
}
