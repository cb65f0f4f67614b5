// Normalisation: what is subtracted and divided by comes from the values themselves. Variances are computed from
// the distances to the mean, so that a large mean costs no digits; halves are computed wide and rounded once.

/// (x − mean) / √(variance + ε) over `axes`, then times `weight` plus `bias`, which have the sizes of these axes.
/// With the last axes it is PyTorch's layer normalisation.
public func layerNorm(
  _ x: Tensor, axes: [Int] = [-1], weight: Tensor? = nil, bias: Tensor? = nil,
  epsilon: Double = 1e-5
) -> Tensor {
  normalization("layerNorm", x, weight, bias, epsilon, parametersOver: axes) { x, axes, weight in
    x.standardized(axes, epsilon).times(weight)
  }
}

/// x / √(mean of x² + ε) over `axes`, then times `weight`, which has the sizes of these axes. Without an ε it is the
/// element type's distance from 1 to the next number, as in PyTorch.
public func rmsNorm(
  _ x: Tensor, axes: [Int] = [-1], weight: Tensor? = nil, epsilon: Double? = nil
) -> Tensor {
  let epsilon = epsilon ?? x.element.step
  return normalization("rmsNorm", x, weight, nil, epsilon, parametersOver: axes) {
    x, axes, weight in
    (x / sqrt((x * x).mean(axes, keepingDimensions: true) + x.constant(epsilon))).times(weight)
  }
}

/// Layer normalisation of each of `groups` groups of channels: x is [N, C, …], `weight` and `bias` are [C].
public func groupNorm(
  _ x: Tensor, groups: Int, weight: Tensor? = nil, bias: Tensor? = nil, epsilon: Double = 1e-5
) -> Tensor {
  guard x.rank >= 2, x.rank < Shape.maximumRank, groups > 0, x.shape[1] % groups == 0 else {
    return fail(
      GraphError(
        "groupNorm", "the channels of \(x.shape.description) do not make \(groups) groups"))
  }
  return normalization(
    "groupNorm", x, weight, bias, epsilon, parametersOver: [1], more: [groups]
  ) { x, _, weight in
    var parted = x.shape
    parted[1] /= groups
    parted.insert(groups, at: 1)
    return x.reshaped(parted).standardized(Array(2..<parted.rank), epsilon).reshaped(x.shape)
      .times(weight)
  }
}

/// Each channel of each example normalised over its own places: x is [N, C, …], `weight` and `bias` are [C].
public func instanceNorm(
  _ x: Tensor, weight: Tensor? = nil, bias: Tensor? = nil, epsilon: Double = 1e-5
) -> Tensor {
  guard x.rank >= 3 else {
    return fail(
      GraphError(
        "instanceNorm", "\(x.shape.description) has no places beside examples and channels"))
  }
  return normalization("instanceNorm", x, weight, bias, epsilon, parametersOver: [1]) {
    x, _, weight in
    x.standardized(Array(2..<x.rank), epsilon, weight)
  }
}

/// Each channel normalised over the whole batch, as in training: x is [N, C, …], `weight` and `bias` are [C].
///
/// Mean and variance are those of the batch, for running statistics: the variance is the unbiased one, the values
/// are divided by the root of the biased one.
public func batchNorm(
  _ x: Tensor, weight: Tensor? = nil, bias: Tensor? = nil, epsilon: Double = 1e-5
) -> (output: Tensor, mean: Tensor, variance: Tensor) {
  let axes = [0] + (2..<Swift.max(x.rank, 2))
  guard x.rank >= 2, x.shape[1] == 0 || x.count / x.shape[1] > 1 else {
    let wrong = fail(
      GraphError(
        "batchNorm", "takes more than one value a channel in training, not \(x.shape.description)"))
    return (wrong, wrong, wrong)
  }
  let output = normalization("batchNorm", x, weight, bias, epsilon, parametersOver: [1]) {
    x, _, weight in
    x.standardized(axes, epsilon, weight)
  }
  guard !output.node.isPoisoned else { return (output, output, output) }
  let (mean, variance) = x.meanAndVariance(axes, correction: 1)
  return (output, mean, variance)
}

/// Each channel normalised by a mean and a variance given for it, as in inference: x is [N, C, …], the others are
/// [C].
public func batchNorm(
  _ x: Tensor, mean: Tensor, variance: Tensor, weight: Tensor? = nil, bias: Tensor? = nil,
  epsilon: Double = 1e-5
) -> Tensor {
  normalization(
    "batchNormInference", x, weight, bias, epsilon, parametersOver: [1],
    statistics: [("mean", mean), ("variance", variance)]
  ) { x, statistics, weight in
    ((x - statistics[0]) / sqrt(statistics[1] + x.constant(epsilon))).times(weight)
  }
}

/// One normalisation as a region: the inputs are x, the statistics that are given, weight and bias.
private func normalization(
  _ name: String, _ x: Tensor, _ weight: Tensor?, _ bias: Tensor?, _ epsilon: Double,
  parametersOver axes: [Int], more: [Int] = [],
  _ core: @escaping @Sendable (_ x: Tensor, _ axes: [Int], _ weight: Tensor?) -> Tensor
) -> Tensor {
  normalization(
    name, x, weight, bias, epsilon, parametersOver: axes, more: more, statistics: []
  ) { x, _, weight in core(x, axes.map { x.fromFront($0) }, weight) }
}

private func normalization(
  _ name: String, _ x: Tensor, _ weight: Tensor?, _ bias: Tensor?, _ epsilon: Double,
  parametersOver axes: [Int], more: [Int] = [], statistics: [(String, Tensor)],
  _ core: @escaping @Sendable (_ x: Tensor, _ statistics: [Tensor], _ weight: Tensor?) -> Tensor
) -> Tensor {
  attempt { () throws(GraphError) in
    guard x.element.isFloating else {
      throw GraphError(name, "takes floating-point numbers, not \(x.element.name); cast first")
    }
    let set = try AxisSet(axes, of: x.shape, for: name)
    guard !set.isEmpty else { throw GraphError(name, "no axes are given") }
    var inputs = [x]
    for (what, given) in statistics + (weight.map { [("weight", $0)] } ?? [])
      + (bias.map { [("bias", $0)] } ?? [])
    {
      inputs.append(try aligned(given, what, x, set, name))
    }
    let (count, hasWeight, hasBias) = (statistics.count, weight != nil, bias != nil)
    let kept = axes.map { x.fromFront($0) }
    let region = Composite(
      name, kept + more + epsilon.asAttributes + [hasWeight ? 1 : 0, hasBias ? 1 : 0], x.type
    ) { given in
      let (element, wide) = (given[0].element, given[0].element.wide)
      let inputs = given.map { $0.cast(to: wide) }
      let weight = hasWeight ? inputs[1 + count] : nil
      var result = core(inputs[0], Array(inputs[1..<(1 + count)]), weight)
      if hasBias { result = result + inputs[inputs.count - 1] }
      return result.cast(to: element)
    }
    return region.apply(inputs)
  }
}

/// A parameter with the sizes of some axes of x, shaped to broadcast over x.
private func aligned(
  _ given: Tensor, _ what: String, _ x: Tensor, _ axes: AxisSet, _ name: String
) throws(GraphError) -> Tensor {
  let places = (0..<x.rank).filter { axes.contains($0) }
  let wanted = Shape(places.map { x.shape[$0] })
  guard given.node.isPoisoned || (given.shape == wanted && given.element == x.element) else {
    throw GraphError(
      name,
      "the \(what) must be \(x.element.name) \(wanted.description), not \(given.element.name) \(given.shape.description)"
    )
  }
  let isLast = places[0] == x.rank - places.count
  if isLast || given.node.isPoisoned { return given }
  return given.reshaped(Shape((0..<x.rank).map { axes.contains($0) ? x.shape[$0] : 1 }))
}

extension Tensor {
  /// (x − mean) / √(variance + ε) over these axes, times a weight that has size 1 along them.
  fileprivate func standardized(
    _ axes: [Int], _ epsilon: Double, _ weight: Tensor? = nil
  ) -> Tensor {
    over(axes, for: "standardize") {
      Standardization($0, epsilon).apply(weight.map { [self, $0] } ?? [self])
    }
  }

  fileprivate func times(_ weight: Tensor?) -> Tensor { weight.map { self * $0 } ?? self }
}

extension ElementType {
  /// The distance from 1 to the next number.
  fileprivate var step: Double {
    switch self {
    case .float64: 0x1p-52
    case .float16: 0x1p-10
    case .bfloat16: 0x1p-7
    default: 0x1p-23
    }
  }
}
