// Norms, and sums of exponentials.

extension Tensor {
  /// The p-norm over `axes` (all of them where none are given): (Σ |x|ᵖ)^(1/p), and max |x| for p = ∞. Where
  /// all elements are 0, the gradient is 0.
  public func norm(
    _ p: Double = 2, _ axes: [Int]? = nil, keepingDimensions keep: Bool = false
  ) -> Tensor {
    guard element.isFloating, p > 0 else { return fail(wrongNorm(p)) }
    return computedWide { $0.wideNorm(p, axes, keep) }
  }

  private func wideNorm(_ p: Double, _ axes: [Int]?, _ keep: Bool) -> Tensor {
    if p == 1 { return magnitude.sum(axes, keepingDimensions: keep) }
    if p == .infinity {
      // Nothing has size 0, not −∞.
      return relu(magnitude.max(axes, keepingDimensions: keep))
    }
    let scale = largestSize(axes)
    let scaled = self / scale
    let total =
      p == 2
      ? (scaled * scaled).sum(axes, keepingDimensions: true).rootFlatAtZero
      : scaled.magnitude.raised(p).sum(axes, keepingDimensions: true).raised(1 / p)
    let norm = total * scale
    return keep ? norm : norm.without(axes)
  }

  /// The largest |x|, kept and cut from the graph, as what elements are divided by so that no power of them
  /// overflows or vanishes; 1 where it is 0 or not finite.
  private func largestSize(_ axes: [Int]?) -> Tensor {
    let top = abs(detached).max(axes, keepingDimensions: true)
    let (zero, one) = (Tensor.literal(0, element), Tensor.literal(1, element))
    let isUsable = logicalAnd(greater(top, zero), equal(top - top, zero))
    return select(isUsable, top, one)
  }

  private func wrongNorm(_ p: Double) -> GraphError {
    element.isFloating
      ? GraphError("norm", "the order must be positive")
      : GraphError("norm", "takes floating-point numbers, not \(element.name); cast first")
  }

  /// |x|, with gradient 0 at 0; NaN stays NaN.
  private var magnitude: Tensor { relu(self) + relu(-self) }

  /// xᵖ for x ≥ 0, by exp(p log x), with value and gradient 0 at 0.
  private func raised(_ p: Double) -> Tensor {
    let (zero, one) = (Tensor.literal(0, element), Tensor.literal(1, element))
    let isZero = equal(self, zero)
    let power = exp(.literal(p, element) * log(select(isZero, one, self)))
    return select(isZero, zero, power)
  }

  /// log Σ exp x over `axes`, without overflow: m + log Σ exp(x − m) with m = max x. −∞ where all elements are
  /// −∞ or there is none; the gradient, softmax(x), is 0 there.
  public func logSumExp(_ axes: [Int]? = nil, keepingDimensions keep: Bool = false) -> Tensor {
    guard element.isFloating else { return fail(notFloating("logSumExp")) }
    return computedWide { x in
      let top = x.stableTop(axes)
      let total = logFlatAtZero(exp(x - top).sum(axes, keepingDimensions: true)) + top
      return keep ? total : total.without(axes)
    }
  }

  /// exp(x) / Σ exp(x) along `axis`, without overflow. 0 where all elements are −∞.
  public func softmax(_ axis: Int = -1) -> Tensor {
    guard element.isFloating else { return fail(notFloating("softmax")) }
    return along(axis, for: "softmax") { axis in
      computedWide { x in
        let weights = exp(x - x.stableTop([axis]))
        let total = weights.sum([axis], keepingDimensions: true)
        let (zero, one) = (Tensor.literal(0, x.element), Tensor.literal(1, x.element))
        return weights / select(equal(total, zero), one, total)
      }
    }
  }

  /// log softmax(x) = x − log Σ exp x along `axis`, without overflow. −∞ where all elements are −∞.
  public func logSoftmax(_ axis: Int = -1) -> Tensor {
    guard element.isFloating else { return fail(notFloating("logSoftmax")) }
    return along(axis, for: "logSoftmax") { axis in
      computedWide { x in
        let moved = x - x.stableTop([axis])
        let total = exp(moved).sum([axis], keepingDimensions: true)
        let (zero, one) = (Tensor.literal(0, x.element), Tensor.literal(1, x.element))
        return moved - log(select(equal(total, zero), one, total))
      }
    }
  }

  private func notFloating(_ name: String) -> GraphError {
    GraphError(name, "takes floating-point numbers, not \(element.name); cast first")
  }

  /// The maximum, kept and cut from the graph, as what exponents are moved by; 0 where it is not finite.
  private func stableTop(_ axes: [Int]?) -> Tensor {
    let top = detached.max(axes, keepingDimensions: true)
    let zero = Tensor.literal(0, element)
    return select(equal(top - top, zero), top, zero)
  }

  /// log x for x ≥ 0, whose gradient at 0 is 0, not infinite.
  private func logFlatAtZero(_ x: Tensor) -> Tensor {
    let isZero = equal(x, .literal(0, x.element))
    return select(
      isZero, .literal(-.infinity, x.element), log(select(isZero, .literal(1, x.element), x)))
  }
}
