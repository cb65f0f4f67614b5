// More distributions. Element i of a tensor depends on the key and i only.

extension RandomKey {
  /// A whole number from 0 to below `bound`, all of them equally likely but for one part in 2⁶⁴ / bound.
  public func integer(at counter: Int, below bound: Int) -> Int {
    Int(truncatingIfNeeded: bits(at: counter).multipliedFullWidth(by: UInt64(bound)).high)
  }
}

extension Tensor {
  /// The int64 numbers 0 to below `count` in random order.
  public static func permutation(_ count: Int, key: RandomKey) -> Tensor {
    guard count >= 0, Shape([count]).isValid else {
      return fail(GraphError("permutation", "cannot order \(count) numbers"))
    }
    var order = Array(0..<count)
    for place in stride(from: count - 1, to: 0, by: -1) {
      order.swapAt(place, key.integer(at: place, below: place + 1))
    }
    return Tensor(order)
  }

  /// int64 numbers from `low` to below `high`, all equally likely.
  public static func randomIntegers(
    _ shape: Shape, _ low: Int, _ high: Int, key: RandomKey
  ) -> Tensor {
    let (width, isOver) = high.subtractingReportingOverflow(low)
    guard shape.isValid, width > 0, !isOver else {
      return fail(
        GraphError(
          "randomIntegers", "no numbers from \(low) to below \(high) in \(shape.description)"))
    }
    return Tensor(
      (0..<shape.count).map { low + key.integer(at: $0, below: width) }, shape: shape)
  }

  /// True with a probability.
  public static func bernoulli(
    _ shape: Shape, probability: Double = 0.5, key: RandomKey
  ) -> Tensor {
    guard probability >= 0, probability <= 1 else { return noChance(probability) }
    return filled(shape, .bool) { key.uniform(at: $0) < probability ? 1 : 0 }
  }

  /// The error of an interval that has no numbers.
  static func noSpread(_ low: Double, _ high: Double) -> Tensor {
    fail(GraphError("uniform", "there are no numbers from \(low) to \(high)"))
  }

  /// The error of a probability that is none.
  static func noChance(_ probability: Double) -> Tensor {
    fail(GraphError("bernoulli", "a probability lies from 0 to 1, not at \(probability)"))
  }

  /// True with a probability an element.
  public static func bernoulli(_ probability: Tensor, key: RandomKey) -> Tensor {
    // Halves are too coarse for chances.
    let chance = probability.computedType
    return greater(
      probability.cast(to: chance), uniform(probability.shape, key: key, chance))
  }

  /// Numbers from the normal distribution that lie no further from the mean than `limit` deviations. Element i
  /// takes the first that does of a sequence of its own.
  public static func truncatedNormal(
    _ shape: Shape, mean: Double = 0, deviation: Double = 1, limit: Double = 2, key: RandomKey,
    _ element: ElementType = .float32
  ) -> Tensor {
    guard limit >= 0.01 else {
      return fail(GraphError("truncatedNormal", "the limit \(limit) leaves too little"))
    }
    return filled(shape, element) { place in
      let own = key.split(place)
      var counter = 0
      while abs(own.normal(at: counter)) > limit { counter += 1 }
      return mean + deviation * own.normal(at: counter)
    }
  }

  /// One place along the last axis for each row of logits, with the probabilities of their softmax.
  ///
  /// The largest of the logits with Gumbel noise: no exponential of a logit is taken.
  public static func categorical(_ logits: Tensor, key: RandomKey) -> Tensor {
    guard logits.rank > 0, logits.shape[logits.rank - 1] > 0, logits.element.isFloating else {
      return fail(
        GraphError(
          "categorical",
          "takes rows of logits, not \(logits.element.name) \(logits.shape.description)"))
    }
    let noise = filled(logits.shape, logits.computedType) { place in
      -ScalarMath.log(-ScalarMath.log(key.uniform(at: place) + 0x1p-54))
    }
    return (logits.cast(to: noise.element) + noise).topK(1).indices.squeezed(-1)
  }
}

extension Tensor {
  /// The type that chances of this tensor are computed in.
  fileprivate var computedType: ElementType { element.isFloating ? element.wide : .float32 }
}
