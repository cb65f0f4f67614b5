// Reductions over one axis.

extension Tensor {
  /// The sum over one axis.
  public func sum(_ axis: Int, keepingDimensions keep: Bool = false) -> Tensor {
    sum([axis], keepingDimensions: keep)
  }

  /// The mean over one axis.
  public func mean(_ axis: Int, keepingDimensions keep: Bool = false) -> Tensor {
    mean([axis], keepingDimensions: keep)
  }

  /// The product over one axis.
  public func product(_ axis: Int, keepingDimensions keep: Bool = false) -> Tensor {
    product([axis], keepingDimensions: keep)
  }

  /// The largest element over one axis.
  public func max(_ axis: Int, keepingDimensions keep: Bool = false) -> Tensor {
    max([axis], keepingDimensions: keep)
  }

  /// The smallest element over one axis.
  public func min(_ axis: Int, keepingDimensions keep: Bool = false) -> Tensor {
    min([axis], keepingDimensions: keep)
  }

  /// The mean of squared distances from the mean, over one axis.
  public func variance(
    _ axis: Int, correction: Int = 0, keepingDimensions keep: Bool = false
  ) -> Tensor {
    variance([axis], correction: correction, keepingDimensions: keep)
  }

  /// The square root of the variance over one axis.
  public func standardDeviation(
    _ axis: Int, correction: Int = 0, keepingDimensions keep: Bool = false
  ) -> Tensor {
    standardDeviation([axis], correction: correction, keepingDimensions: keep)
  }

  /// True where any element over one axis is not zero.
  public func any(_ axis: Int, keepingDimensions keep: Bool = false) -> Tensor {
    any([axis], keepingDimensions: keep)
  }

  /// True where all elements over one axis are not zero.
  public func all(_ axis: Int, keepingDimensions keep: Bool = false) -> Tensor {
    all([axis], keepingDimensions: keep)
  }

  /// How many elements over one axis are not zero.
  public func countNonZero(_ axis: Int, keepingDimensions keep: Bool = false) -> Tensor {
    countNonZero([axis], keepingDimensions: keep)
  }

  /// log Σ exp x over one axis, without overflow.
  public func logSumExp(_ axis: Int, keepingDimensions keep: Bool = false) -> Tensor {
    logSumExp([axis], keepingDimensions: keep)
  }

  /// The p-norm over one axis.
  public func norm(_ p: Double, _ axis: Int, keepingDimensions keep: Bool = false) -> Tensor {
    norm(p, [axis], keepingDimensions: keep)
  }

  /// Mean and variance over one axis together.
  public func meanAndVariance(
    _ axis: Int, correction: Int = 0, keepingDimensions keep: Bool = false
  ) -> (mean: Tensor, variance: Tensor) {
    meanAndVariance([axis], correction: correction, keepingDimensions: keep)
  }

  /// The elements along one axis in the opposite order.
  public func flipped(_ axis: Int) -> Tensor { flipped([axis]) }
}
