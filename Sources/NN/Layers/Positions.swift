import AdjointGraph
import AdjointRuntime

/// Adds a learned row for each place: [N, T, D] with T up to the table's length.
public struct LearnedPositions: Module {
  /// The rows [length, D].
  public let weight: Parameter

  /// A table from the normal distribution.
  public init(
    _ length: Int, _ width: Int, deviation: Double = 0.02, _ element: ElementType = .float32
  ) {
    weight = Parameter(
      .normal([length, width], deviation: deviation, key: Initialization.nextKey(), element))
  }

  /// The outputs for a batch of inputs.
  public func forward(_ x: Tensor) -> Tensor { x + rows(weight.value, for: x) }
}

/// Adds sines and cosines of each place at falling frequencies (Vaswani and others 2017): sin in the even columns,
/// cos in the odd ones.
public struct SinusoidalPositions: Module {
  private let table: Tensor

  /// A table for up to `length` places.
  public init(_ length: Int, _ width: Int, _ element: ElementType = .float32) {
    let numbers = (0..<max(length, 0) * max(width, 0)).map { index in
      let (place, column) = (index / width, index % width)
      let frequency = ScalarMath.exp(
        -ScalarMath.log(10000) * Double(column - column % 2) / Double(width))
      let angle = Double(place) * frequency
      return column % 2 == 0 ? ScalarMath.sin(angle) : ScalarMath.cos(angle)
    }
    table = Tensor(numbers, shape: [length, width], element)
  }

  /// The outputs for a batch of inputs.
  public func forward(_ x: Tensor) -> Tensor { x + rows(table, for: x) }
}

/// The first rows of a table, as many as x [..., T, D] has places.
private func rows(_ table: Tensor, for x: Tensor) -> Tensor {
  guard x.rank >= 2, x.shape[x.rank - 2] <= table.shape[0] else {
    return fail(
      GraphError(
        "positions", "\(x.shape.description) has more places than the table's \(table.shape[0])"))
  }
  return table.slice(start: 0, length: x.shape[x.rank - 2])
}

/// x [..., T, D] with pairs of its columns turned by angles that grow with the place (Su and others 2021): place p
/// turns pair i by p · base^(−2i/D). Pairs are column i and i + D/2, or neighbours where `interleaved`.
///
/// `positions` are the places, int64 [T] or a shape that broadcasts; 0 to T − 1 unless given.
public func rotary(
  _ x: Tensor, positions: Tensor? = nil, base: Double = 10000, interleaved: Bool = false
) -> Tensor {
  guard x.rank >= 2, x.shape[x.rank - 1] % 2 == 0, x.element.isFloating else {
    return fail(
      GraphError(
        "rotary", "takes [..., T, D] with an even D, not \(x.element.name) \(x.shape.description)"))
  }
  let (places, width) = (x.shape[x.rank - 2], x.shape[x.rank - 1])
  let half = width / 2
  let frequencies = Tensor(
    (0..<half).map { ScalarMath.exp(-ScalarMath.log(base) * Double(2 * $0) / Double(width)) },
    .float64)
  let position = (positions ?? .iota(places)).cast(to: .float64).unsqueezed(-1)
  let angle = position * frequencies
  let (c, s) = (cos(angle).cast(to: x.element), sin(angle).cast(to: x.element))
  let paired = Shape(x.shape.dimensions.dropLast() + (interleaved ? [half, 2] : [2, half]))
  let axis = interleaved ? -1 : -2
  let parts = x.reshaped(paired).split([1, 1], axis: axis).map { $0.squeezed(axis) }
  guard parts.count == 2 else { return x }
  let (a, b) = (parts[0], parts[1])
  return stacked([a * c - b * s, b * c + a * s], axis: axis).reshaped(x.shape)
}
