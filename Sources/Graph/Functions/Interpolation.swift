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
    let lengths = scales.indices.map { axis in
      (Double(shape[2 + axis]) * scales[axis]).rounded(.down)
    }
    guard lengths.allSatisfy({ $0 < 0x1p31 }) else {
      return fail(
        GraphError("interpolated", "the factors make images of \(shape.description) too large"))
    }
    let sizes = lengths.map { Int($0) }
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
    guard mode != .nearest else {
      return sizes.indices.reduce(self) { result, axis in
        let line = NearestPlaces(from: shape[2 + axis], to: sizes[axis], scale: scales[axis])
        return line.isUnchanged ? result : result.taking(line.sources, along: 2 + axis)
      }
    }
    return computedWide { images in
      sizes.indices.reduce(images) { result, axis in
        let (length, size, scale) = (shape[2 + axis], sizes[axis], scales[axis])
        // A factor that leaves the size as it is still moves what cubics go through, as PyTorch has it.
        let isMoved = mode == .cubic && !alignCorners && scale != nil && scale != 1
        if length == size && !isMoved { return result }
        return result.resampled(
          2 + axis,
          AxisResampling(
            mode == .linear ? .linear : .cubic, from: length, to: size, scale: scale,
            alignCorners: alignCorners))
      }
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

/// Which element of an axis each place takes.
private struct NearestPlaces {
  let source: Int
  let length: Int
  let scale: Double?

  init(from source: Int, to length: Int, scale: Double?) {
    self.source = source
    self.length = length
    self.scale = scale
  }

  var isUnchanged: Bool { source == length && scale == nil }

  var sources: [Int] { (0..<length).map { nearest($0) } }

  /// In single precision whatever the elements are, as PyTorch does, so that the same elements are chosen.
  private func nearest(_ place: Int) -> Int {
    let step = scale.map { Float(1 / $0) } ?? Float(source) / Float(length)
    return Swift.min(Int((Float(place) * step).rounded(.down)), source - 1)
  }
}
