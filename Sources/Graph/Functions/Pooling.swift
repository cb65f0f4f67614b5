// Pooling as people call it: the largest or the average element under windows of images [N, C, …].

extension Tensor {
  /// The largest element under each window of images [N, C, H, W]; the stride is the window's size unless given.
  public func maxPool2d(_ size: Int, stride: Int? = nil, padding: Int = 0) -> Tensor {
    MaxPool(PoolWindow(size, stride: stride ?? size, padding: padding)).apply(self)
  }

  /// The largest element under each window of images [N, C, …] with one to three spatial axes. Padding never
  /// wins. `roundingUp` adds a place for a last window that reaches beyond the end, if it starts before it.
  public func maxPool(
    _ size: some AxisNumbers, stride: some AxisNumbers = nil as Int?,
    padding: some AxisNumbers = 0, dilation: some AxisNumbers = 1, roundingUp: Bool = false
  ) -> Tensor {
    if node.isPoisoned { return self }
    return attempt { () throws(GraphError) in
      let window = try poolWindow(
        "maxPool", size, stride, padding, dilation, roundingUp: roundingUp)
      return MaxPool(window).apply(self)
    }
  }

  /// The average of the elements under each window of images [N, C, …] with one to three spatial axes. Padding
  /// counts as zeros; with `countingPadding` false the elements that are there are averaged alone.
  public func averagePool(
    _ size: some AxisNumbers, stride: some AxisNumbers = nil as Int?,
    padding: some AxisNumbers = 0, roundingUp: Bool = false, countingPadding: Bool = true
  ) -> Tensor {
    if node.isPoisoned { return self }
    if element.isFloating, element.isNarrow {
      return computedWide {
        $0.averagePool(
          size, stride: stride, padding: padding, roundingUp: roundingUp,
          countingPadding: countingPadding)
      }
    }
    return attempt { () throws(GraphError) in
      let window = try poolWindow("averagePool", size, stride, padding, 1, roundingUp: roundingUp)
      guard let padding = padding.numbers(rank - 2, standard: []) else { return self }
      // A sum under windows is a convolution of each channel alone with ones.
      let kernels = Tensor.literal(1, element).broadcast(to: Shape([shape[1], 1] + window.sizes))
      let sums =
        shape[1] == 0
        ? self.zeroPooled(try window.pooled("averagePool", type))
        : Convolution(window.motion, groups: shape[1]).apply(self, kernels)
      return sums / window.counts(in: self, padding, countingPadding)
    }
  }

  /// The average of the elements under each window of images [N, C, H, W]; the stride is the window's size unless
  /// given. Padding counts as zeros.
  public func averagePool2d(_ size: Int, stride: Int? = nil, padding: Int = 0) -> Tensor {
    guard node.isPoisoned || rank == 4 else {
      return fail(
        GraphError(
          "averagePool2d", "takes images [N, C, H, W], not \(element.name) \(shape.description)"))
    }
    return averagePool(size, stride: stride, padding: padding)
  }

  private func zeroPooled(_ shape: Shape) -> Tensor { .zeros(shape, element) }

  /// The average of all elements of each channel: images [N, C, …] as [N, C, 1, …].
  public func globalAveragePool() -> Tensor {
    withSpatialAxes("globalAveragePool") { mean(Array(2..<rank), keepingDimensions: true) }
  }

  /// The largest element of each channel: images [N, C, …] as [N, C, 1, …].
  public func globalMaxPool() -> Tensor {
    withSpatialAxes("globalMaxPool") {
      MaxPool(PoolWindow(shape.spatial, WindowMotion(rank: rank - 2))).apply(self)
    }
  }

  /// Averages over as many windows along each spatial axis as asked for: the i-th of n windows over a size s
  /// begins at ⌊i · s / n⌋ and ends before ⌈(i + 1) · s / n⌉.
  public func adaptiveAveragePool(to size: some AxisNumbers) -> Tensor {
    adaptivePool("adaptiveAveragePool", size) { sizes in
      if let window = PoolWindow.dividing(shape.spatial, sizes) {
        return averagePool(window.sizes, stride: window.sizes)
      }
      return computedWide { images in
        sizes.indices.reduce(images) { result, axis in
          let (length, count) = (shape[2 + axis], sizes[axis])
          return length == count
            ? result
            : result.resampled(2 + axis, AxisResampling(averaging: length, to: count))
        }
      }
    }
  }

  /// The largest elements under as many windows along each spatial axis as asked for, which lie as those of
  /// `adaptiveAveragePool`.
  public func adaptiveMaxPool(to size: some AxisNumbers) -> Tensor {
    adaptivePool("adaptiveMaxPool", size) { sizes in
      if let window = PoolWindow.dividing(shape.spatial, sizes) {
        return MaxPool(window).apply(self)
      }
      // Windows of unlike sizes made alike: the shorter repeat their last element, which then never wins.
      var widths: [Int] = []
      let laid = sizes.indices.reduce(self) { result, axis in
        let bins = (0..<sizes[axis]).map {
          AxisResampling.bin($0, of: sizes[axis], over: shape[2 + axis])
        }
        let width = bins.map { $0.count }.max() ?? 1
        widths.append(width)
        let places = bins.flatMap { bin in
          (0..<width).map { Swift.min(bin.lowerBound + $0, bin.upperBound - 1) }
        }
        return result.gather(Tensor(places), axis: 2 + axis)
      }
      return laid.maxPool(widths, stride: widths)
    }
  }

  private func withSpatialAxes(_ name: String, _ body: () -> Tensor) -> Tensor {
    if node.isPoisoned { return self }
    guard rank >= 3, rank <= 5, element.isFloating, !shape.spatial.contains(0) else {
      return fail(
        GraphError(
          name,
          "takes floating-point images [N, C, …] with 1 to 3 spatial axes that are not empty, not \(element.name) \(shape.description)"
        ))
    }
    return body()
  }

  private func adaptivePool(
    _ name: String, _ size: some AxisNumbers, _ body: (_ sizes: [Int]) -> Tensor
  ) -> Tensor {
    withSpatialAxes(name) {
      guard let sizes = size.numbers(rank - 2, standard: []), sizes.allSatisfy({ $0 > 0 }) else {
        return fail(
          GraphError(name, "needs one size above 0 or \(rank - 2), one a spatial axis"))
      }
      return body(sizes)
    }
  }

  private func poolWindow(
    _ name: String, _ size: some AxisNumbers, _ stride: some AxisNumbers,
    _ padding: some AxisNumbers, _ dilation: some AxisNumbers, roundingUp: Bool
  ) throws(GraphError) -> PoolWindow {
    let rank = self.rank - 2
    guard let sizes = size.numbers(rank, standard: []),
      let padding = padding.numbers(rank, standard: [])
    else { throw GraphError(name, "size and padding need one number or \(rank), one an axis") }
    let request = try WindowRequest(
      name, rank, stride: stride, dilation: dilation, standardStride: sizes)
    var motion = try request.motion(.even(padding), sizes) { _, _ in 0 }
    if roundingUp {
      for (index, axis) in motion.axes.enumerated() {
        motion.axes[index].after = axis.roundedUp(shape[2 + index], sizes[index])
      }
    }
    let window = PoolWindow(sizes, motion)
    _ = try window.pooled(name, type)
    return window
  }
}

extension WindowAxis {
  /// The padding behind an axis that gives a last window room, if it starts before the padding does.
  fileprivate func roundedUp(_ length: Int, _ size: Int) -> Int {
    let room = length + before + after - reach(size)
    guard room > 0, room % stride > 0 else { return after }
    let start = (room / stride + 1) * stride
    return start < length + before ? start + reach(size) - length - before : after
  }
}

extension PoolWindow {
  /// The windows that lie side by side without a rest, if there are as many.
  fileprivate static func dividing(_ lengths: [Int], _ counts: [Int]) -> PoolWindow? {
    guard zip(lengths, counts).allSatisfy({ $0 % $1 == 0 }) else { return nil }
    let sizes = zip(lengths, counts).map { $0 / $1 }
    return PoolWindow(sizes, WindowMotion(sizes.map { WindowAxis(stride: $0) }))
  }

  /// How many elements each window averages: a number, or one a place.
  fileprivate func counts(
    in images: Tensor, _ padding: [Int], _ countingPadding: Bool
  ) -> Tensor {
    var whole = 1
    var parts: Tensor?
    for (index, axis) in motion.axes.enumerated() {
      let (length, size) = (images.shape[2 + index], sizes[index])
      let end = countingPadding ? length + padding[index] : length
      let begin = countingPadding ? -axis.before : 0
      let counts = (0..<(axis.places(length, size) ?? 0)).map { place in
        let start = place * axis.stride - axis.before
        return Swift.min(start + size, end) - Swift.max(start, begin)
      }
      if counts.allSatisfy({ $0 == size }) {
        whole *= size
        continue
      }
      var column: Shape = [counts.count]
      for _ in (index + 1)..<motion.axes.count { column.append(1) }
      let along = Tensor(counts.map { Double($0) }, shape: column, images.element)
      parts = parts.map { $0 * along } ?? along
    }
    let number = Tensor.literal(Double(whole), images.element)
    return parts.map { $0 * number } ?? number
  }
}
