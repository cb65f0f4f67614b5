// Images in other sizes.

/// How images are made larger or smaller.
public enum Interpolation: Sendable {
  /// The nearest element at or before a place.
  case nearest
  /// Straight lines between neighbours.
  case linear
  /// Cubic convolution over four neighbours with a = −0.75 (Keys 1981).
  case cubic
}

extension Tensor {
  /// Images [N, C, …] in other sizes, one number or one a spatial axis. Elements stand for the middle of their
  /// pixel; with `alignCorners` the first and the last of an axis stay where they are.
  public func interpolated(
    to size: some AxisNumbers, mode: Interpolation = .nearest, alignCorners: Bool = false
  ) -> Tensor {
    if node.isPoisoned { return self }
    guard let sizes = size.numbers(rank - 2, standard: []) else {
      return fail(
        GraphError("interpolated", "needs one size or \(rank - 2), one a spatial axis"))
    }
    return interpolated(sizes, sizes.map { _ in nil }, mode, alignCorners)
  }

  /// Images [N, C, …] larger by a factor along each spatial axis, or smaller.
  public func interpolated(
    scale: Double, mode: Interpolation = .nearest, alignCorners: Bool = false
  ) -> Tensor {
    interpolated(
      scales: Array(repeating: scale, count: Swift.max(rank - 2, 0)), mode: mode,
      alignCorners: alignCorners)
  }

  /// Images [N, C, …] larger by factors, one a spatial axis, or smaller.
  public func interpolated(
    scales: [Double], mode: Interpolation = .nearest, alignCorners: Bool = false
  ) -> Tensor {
    if node.isPoisoned { return self }
    guard scales.count == rank - 2, scales.allSatisfy({ $0 > 0 && $0 < 0x1p31 }) else {
      return fail(
        GraphError("interpolated", "needs factors above 0, one a spatial axis of \(rank - 2)"))
    }
    let sizes = scales.indices.map { axis in
      Int(Swift.min((Double(shape[2 + axis]) * scales[axis]).rounded(.down), 0x1p31))
    }
    return interpolated(sizes, scales.map { Optional($0) }, mode, alignCorners)
  }

  private func interpolated(
    _ sizes: [Int], _ scales: [Double?], _ mode: Interpolation, _ alignCorners: Bool
  ) -> Tensor {
    let target = Shape(shape.dimensions.prefix(2) + sizes)
    guard rank >= 3, rank <= 5, element.isFloating, !shape.spatial.contains(0), target.isValid,
      sizes.allSatisfy({ $0 > 0 })
    else {
      return fail(
        GraphError(
          "interpolated",
          "cannot make images of sizes \(Shape.list(sizes)) from \(element.name) \(shape.description)"
        ))
    }
    return sizes.indices.reduce(self) { result, axis in
      let line = InterpolatedAxis(
        from: shape[2 + axis], to: sizes[axis], scale: scales[axis], alignCorners: alignCorners)
      if line.isUnchanged && (mode != .nearest || scales[axis] == nil) { return result }
      if mode == .nearest {
        return result.taking((0..<line.length).map(line.nearest), along: 2 + axis)
      }
      let terms = (0..<line.length).map(mode == .linear ? line.linear : line.cubic)
      return result.weighted(along: 2 + axis, AxisWeights(terms))
    }
  }
}

extension Tensor {
  /// Places of an axis in rising order: repeated or left out evenly where they lie so, which costs less than a
  /// gather.
  fileprivate func taking(_ sources: [Int], along axis: Int) -> Tensor {
    let length = shape[axis]
    if sources.count % length == 0 {
      let times = sources.count / length
      if sources.indices.allSatisfy({ sources[$0] == $0 / times }) {
        var (column, target, result) = (shape, shape, shape)
        column.insert(1, at: axis + 1)
        target.insert(times, at: axis + 1)
        result[axis] = sources.count
        return reshaped(column).broadcast(to: target).reshaped(result)
      }
    }
    let step = Swift.max(length / sources.count, 1)
    if sources.indices.allSatisfy({ sources[$0] == $0 * step }) {
      return strided(axis, AxisStride(start: 0, step: step, count: sources.count))
    }
    return gather(Tensor(sources), axis: axis)
  }
}

/// One axis of an image, in another length.
private struct InterpolatedAxis {
  let source: Int
  let length: Int
  let scale: Double?
  let alignCorners: Bool

  init(from source: Int, to length: Int, scale: Double?, alignCorners: Bool) {
    self.source = source
    self.length = length
    self.scale = scale
    self.alignCorners = alignCorners
  }

  var isUnchanged: Bool { source == length }

  /// In single precision whatever the elements are, as PyTorch does, so that the same elements are chosen.
  func nearest(_ place: Int) -> Int {
    let step = scale.map { Float(1 / $0) } ?? Float(source) / Float(length)
    return Swift.min(Int((Float(place) * step).rounded(.down)), source - 1)
  }

  /// Where a place lies in the source.
  private func position(_ place: Int) -> Double {
    if alignCorners {
      return length > 1 ? Double(source - 1) / Double(length - 1) * Double(place) : 0
    }
    let step = scale.map { 1 / $0 } ?? Double(source) / Double(length)
    return step * (Double(place) + 0.5) - 0.5
  }

  func linear(_ place: Int) -> [(source: Int, weight: Double)] {
    let position = Swift.max(position(place), 0)
    let first = Swift.min(Int(position), source - 1)
    let part = Swift.min(position - Double(first), 1)
    return [(first, 1 - part), (Swift.min(first + 1, source - 1), part)]
  }

  func cubic(_ place: Int) -> [(source: Int, weight: Double)] {
    let position = position(place)
    let first = Swift.min(Int(position.rounded(.down)), source - 1)
    let part = Swift.min(Swift.max(position - Double(first), 0), 1)
    let weights = [far(part + 1), near(part), near(1 - part), far(2 - part)]
    return weights.enumerated().map { index, weight in
      (Swift.min(Swift.max(first - 1 + index, 0), source - 1), weight)
    }
  }

  private func near(_ x: Double) -> Double { ((1.25 * x) - 2.25) * x * x + 1 }
  private func far(_ x: Double) -> Double { ((-0.75 * x + 3.75) * x - 6) * x + 3 }
}
