// Reductions that are made of primitives.

extension Tensor {
  /// The smallest element over `axes` (all of them where none are given): −max(−x), of integers the complements'.
  /// NaN if one is there, +∞ if there is no element, which integers refuse.
  public func min(_ axes: [Int]? = nil, keepingDimensions keep: Bool = false) -> Tensor {
    if element == .bool { return all(axes, keepingDimensions: keep) }
    guard !element.isInteger else {
      return complement.max(axes, keepingDimensions: keep).complement
    }
    return -(-self).max(axes, keepingDimensions: keep)
  }

  /// The place of the smallest element along `axis`, as int64: the first of equal ones; NaN counts as smallest.
  public func argmin(_ axis: Int = -1, keepingDimensions keep: Bool = false) -> Tensor {
    (element.isInteger ? complement : .literal(0, element) - self)
      .argmax(axis, keepingDimensions: keep)
  }

  /// −1 − x, all bits the other way: the integers in reverse order, without one that has no partner.
  private var complement: Tensor { BitwiseXor.shared.apply(self, .literal(-1, element)) }

  /// The mean of squared distances from the mean, over `axes`: Σ (x − mean)² / (n − correction). Correction 1
  /// gives the unbiased estimate of a sample.
  public func variance(
    _ axes: [Int]? = nil, correction: Int = 0, keepingDimensions keep: Bool = false
  ) -> Tensor {
    meanAndVariance(axes, correction: correction, keepingDimensions: keep).variance
  }

  /// The square root of the variance over `axes`. Where all elements are equal, the gradient is 0.
  public func standardDeviation(
    _ axes: [Int]? = nil, correction: Int = 0, keepingDimensions keep: Bool = false
  ) -> Tensor {
    computedWide {
      $0.variance(axes, correction: correction, keepingDimensions: keep).rootFlatAtZero
    }
  }

  /// Mean and variance over `axes` together.
  public func meanAndVariance(
    _ axes: [Int]? = nil, correction: Int = 0, keepingDimensions keep: Bool = false
  ) -> (mean: Tensor, variance: Tensor) {
    if element.isFloating, element.isNarrow {
      let found = cast(to: element.wide)
        .meanAndVariance(axes, correction: correction, keepingDimensions: keep)
      return (found.mean.cast(to: element), found.variance.cast(to: element))
    }
    let mean = mean(axes, keepingDimensions: true)
    let distance = self - mean
    let total = (distance * distance).sum(axes, keepingDimensions: true)
    let used = Double(count) / Double(Swift.max(total.count, 1)) - Double(correction)
    let variance = total / .literal(Swift.max(used, 0), total.element)
    if keep { return (mean, variance) }
    return (mean.without(axes), variance.without(axes))
  }

  /// True where any element over `axes` is not zero; false where there is none.
  public func any(_ axes: [Int]? = nil, keepingDimensions keep: Bool = false) -> Tensor {
    countNonZero(axes, keepingDimensions: keep).cast(to: .bool)
  }

  /// True where all elements over `axes` are not zero; true where there is none.
  public func all(_ axes: [Int]? = nil, keepingDimensions keep: Bool = false) -> Tensor {
    let isZero = equal(cast(to: .bool).cast(to: .int64), .literal(0, .int64))
    let zeros = isZero.countNonZero(axes, keepingDimensions: keep)
    return equal(zeros, .literal(0, .int64))
  }

  /// How many elements over `axes` are not zero, as int64. NaN is not zero.
  public func countNonZero(_ axes: [Int]? = nil, keepingDimensions keep: Bool = false) -> Tensor {
    cast(to: .bool).cast(to: .int64).sum(axes, keepingDimensions: keep)
  }

  /// The same elements without these axes of size 1.
  func without(_ axes: [Int]?) -> Tensor {
    over(axes, for: "reduction") { axes in
      var kept = Shape()
      for axis in 0..<rank where !axes.contains(axis) { kept.append(shape[axis]) }
      return reshaped(kept)
    }
  }

  /// √x whose gradient at 0 is 0, not infinite.
  var rootFlatAtZero: Tensor {
    guard element.isFloating else { return sqrt(self) }
    let (zero, one) = (Tensor.literal(0, element), Tensor.literal(1, element))
    let isZero = equal(self, zero)
    return select(isZero, zero, sqrt(select(isZero, one, self)))
  }
}
