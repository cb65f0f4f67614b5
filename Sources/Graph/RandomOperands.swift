// Random numbers drawn when a plan runs. The key is an operand, an int64 tensor: a new one every step is the
// same plan, and a batch of keys draws a block for each.

extension RandomKey {
  /// The key as a tensor, for numbers that are drawn when a plan runs.
  public var operand: Tensor { Tensor([Int64(bitPattern: bits)], shape: []) }
}

extension Tensor {
  /// Independent keys for the parts `indices` of what this int64 tensor of keys is for, element by element; the
  /// same as `RandomKey.split`.
  public func splitKey(_ indices: Tensor) -> Tensor { SplitKey.shared.apply(self, indices) }

  /// An independent key for part `index` of what this key is for.
  public func splitKey(_ index: Int) -> Tensor { splitKey(.literal(Double(index), .int64)) }

  /// Numbers spread evenly over [low, high), drawn when the plan runs: a block of this shape for each key. From
  /// 0 to 1 they are those that a `RandomKey` gives.
  public static func uniform(
    _ shape: Shape, _ low: Double = 0, _ high: Double = 1, key: Tensor,
    _ element: ElementType = .float32
  ) -> Tensor {
    guard element.isFloating else {
      return fail(GraphError("uniform", "draws numbers with fractions, not \(element.name)"))
    }
    guard low <= high else { return noSpread(low, high) }
    // Halves are drawn with room, so that rounding happens once.
    let drawn = element.isNarrow ? .float64 : element
    let numbers = RandomUniform(shape, drawn).apply(key)
    if low == 0, high == 1, element == drawn { return numbers }
    let spread = (numbers * Tensor(high - low, drawn) + Tensor(low, drawn)).cast(to: element)
    // Rounding must not reach the end that is left out.
    let last = element == .float64 ? high.nextDown : element.largest(below: high)
    return high > low ? minimum(spread, Tensor(last, element)) : spread
  }

  /// Numbers from the normal distribution, drawn when the plan runs: a block of this shape for each key. The
  /// numbers are those of a `RandomKey`, up to the rounding of a logarithm and a cosine.
  public static func normal(
    _ shape: Shape, mean: Double = 0, deviation: Double = 1, key: Tensor,
    _ element: ElementType = .float32
  ) -> Tensor {
    var pairs = shape
    pairs.append(2)
    let drawn = RandomUniform(pairs, .float64).apply(key).split([1, 1], axis: -1)
    let radius = sqrt(log1p(-drawn[0].squeezed(-1)) * .literal(-2, .float64))
    let angle = drawn[1].squeezed(-1) * .literal(2 * Double.pi, .float64)
    let standard = (radius * cos(angle)).cast(to: element)
    guard mean != 0 || deviation != 1 else { return standard }
    return standard * Tensor(deviation, element) + Tensor(mean, element)
  }

  /// True with a probability, drawn when the plan runs: a block of this shape for each key.
  public static func bernoulli(
    _ shape: Shape, probability: Double = 0.5, key: Tensor
  ) -> Tensor {
    guard probability >= 0, probability <= 1 else { return noChance(probability) }
    return greater(Tensor(probability, .float64), RandomUniform(shape, .float64).apply(key))
  }
}
