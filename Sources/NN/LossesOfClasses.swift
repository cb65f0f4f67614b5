import AdjointGraph

// Losses of one class out of several.

/// −log softmax(logits)[target], averaged over all rows: logits [..., C], targets [...] as class indices, or
/// probabilities [..., C].
public func crossEntropy(_ logits: Tensor, _ targets: Tensor) -> Tensor {
  guard targets.element.isInteger, logits.rank != 2, logits.rank > 0,
    targets.shape == rows(of: logits)
  else {
    return targets.element.isFloating
      ? crossEntropy(logits, targets, reduction: .mean) : softmaxCrossEntropy(logits, targets)
  }
  let classes = logits.shape[logits.rank - 1]
  return softmaxCrossEntropy(
    logits.reshaped([targets.count, classes]), targets.reshaped([targets.count]))
}

/// Cross-entropy with PyTorch's options: logits with C classes along `axis`, targets of the shape without it as class
/// indices, or of the logits' shape as probabilities.
///
/// `weights` [C] weigh classes; rows whose target is `ignored` count for nothing; `smoothing` spreads that share of
/// each target over all classes. The mean is weighted, over what counts; NaN with gradient 0 where nothing does.
public func crossEntropy(
  _ logits: Tensor, _ targets: Tensor, axis: Int = -1, weights: Tensor? = nil,
  ignored: Int? = nil, smoothing: Double = 0, reduction: Reduction = .mean
) -> Tensor {
  losses(of: logits, targets, axis, "crossEntropy") { x, targets in
    let logarithms = x.logSoftmax(-1)
    let classes = x.shape[x.rank - 1]
    let weights = weights?.cast(to: x.element)
    if targets.element.isFloating {
      return softLoss(logarithms, targets.cast(to: x.element), weights, smoothing, reduction)
    }
    let hard = ClassTargets(targets, classes, ignored, weights, x.element)
    let loss = hard.reduced(hard.picked(-logarithms), reduction, isWeighted: true)
    guard smoothing != 0 else { return loss }
    let spread = -(weights.map { logarithms * $0 } ?? logarithms).sum([-1])
    let smooth = hard.reduced(spread, reduction, isWeighted: false)
    let share = Tensor(smoothing, x.element)
    return loss * (number(1, x) - share) + smooth * (share / Double(classes))
  }
}

/// Minus the logarithms at the targets, for logarithms of probabilities: see `crossEntropy`.
public func negativeLogLikelihood(
  _ logarithms: Tensor, _ targets: Tensor, axis: Int = -1, weights: Tensor? = nil,
  ignored: Int? = nil, reduction: Reduction = .mean
) -> Tensor {
  losses(of: logarithms, targets, axis, "negativeLogLikelihood") { x, targets in
    let hard = ClassTargets(
      targets, x.shape[x.rank - 1], ignored, weights?.cast(to: x.element), x.element)
    return hard.reduced(hard.picked(-x), reduction, isWeighted: true)
  }
}

/// Focal loss (Lin et al. 2017) of classes: −(1 − p)^γ log p, with p the target's probability.
public func focalCrossEntropy(
  _ logits: Tensor, _ targets: Tensor, axis: Int = -1, gamma: Double = 2,
  weights: Tensor? = nil, ignored: Int? = nil, reduction: Reduction = .mean
) -> Tensor {
  losses(of: logits, targets, axis, "focalCrossEntropy") { x, targets in
    let hard = ClassTargets(
      targets, x.shape[x.rank - 1], ignored, weights?.cast(to: x.element), x.element)
    let found = hard.picked(x.logSoftmax(-1))
    // 1 − p, of which nothing is lost where p is near 1.
    return hard.reduced(-found * pow(-expm1(found), gamma), reduction, isWeighted: true)
  }
}

/// The hinge loss of classes: Σ max(0, margin − x[target] + x[c])^p / C over the other classes, with p 1 or 2, times
/// the target's weight. The mean is over rows.
public func multiClassHingeLoss(
  _ scores: Tensor, _ targets: Tensor, axis: Int = -1, margin: Double = 1, squared: Bool = false,
  weights: Tensor? = nil, reduction: Reduction = .mean
) -> Tensor {
  losses(of: scores, targets, axis, "multiClassHingeLoss") { x, targets in
    let classes = x.shape[x.rank - 1]
    let hard = ClassTargets(targets, classes, nil, weights?.cast(to: x.element), x.element)
    let own = hard.picked(x).unsqueezed(-1)
    let excess = relu(Tensor(margin, x.element) - own + x)
    let others = select(hard.isTarget, number(0, x), squared ? excess * excess : excess)
    let losses = others.sum([-1]) / Double(classes)
    return reduction(hard.weights.map { losses * $0 } ?? losses)
  }
}

/// Targets as class indices, with classes along the last axis of what they are compared to.
private struct ClassTargets {
  /// True at each row's target: [..., C].
  let isTarget: Tensor
  /// True where a row counts; nil where all do.
  let counts: Tensor?
  /// The weight of each row's target.
  let weights: Tensor?
  private let element: ElementType

  init(
    _ targets: Tensor, _ classes: Int, _ ignored: Int?, _ weights: Tensor?, _ element: ElementType
  ) {
    var indices = targets.asIndices
    self.element = element
    counts = ignored.map { notEqual(indices, Tensor(Double($0), .int64)) }
    if let counts { indices = select(counts, indices, Tensor.literal(0, .int64)) }
    indices = CheckedIndices(below: classes, what: "target").apply(indices)
    isTarget = equal(indices.unsqueezed(-1), .iota(classes))
    self.weights = weights.map { weights in
      guard weights.shape == [classes] else {
        return fail(
          GraphError(
            "crossEntropy", "weights must be [\(classes)], not \(weights.shape.description)"))
      }
      return weights.gather(indices)
    }
  }

  /// What stands at each row's target. Chosen, not multiplied by 0: a class that is ruled out by −∞ must not make NaN
  /// of the others.
  func picked(_ values: Tensor) -> Tensor { select(isTarget, values, number(0, values)).sum([-1]) }

  /// The rows' losses together. Those that are weighted already are only divided by the weights.
  func reduced(_ losses: Tensor, _ reduction: Reduction, isWeighted: Bool) -> Tensor {
    let zero = number(0, losses)
    var losses = isWeighted ? weights.map { losses * $0 } ?? losses : losses
    losses = counts.map { select($0, losses, zero) } ?? losses
    guard case .mean = reduction, counts != nil || weights != nil else { return reduction(losses) }
    let one = number(1, losses)
    let shares = weights ?? one.broadcast(to: losses.shape)
    let total = (counts.map { select($0, shares, zero) } ?? shares).sum()
    let isEmpty = equal(total, zero)
    return select(isEmpty, number(.nan, losses), losses.sum() / select(isEmpty, one, total))
  }
}

/// Cross-entropy against probabilities.
private func softLoss(
  _ logarithms: Tensor, _ targets: Tensor, _ weights: Tensor?, _ smoothing: Double,
  _ reduction: Reduction
) -> Tensor {
  guard targets.shape == logarithms.shape else {
    return fail(
      GraphError(
        "crossEntropy",
        "probabilities \(targets.shape.description) differ in shape from logits \(logarithms.shape.description)"
      ))
  }
  var targets = targets
  if smoothing != 0 {
    let classes = Double(targets.shape[targets.rank - 1])
    targets = targets * (1 - smoothing) + smoothing / classes
  }
  if let weights { targets = targets * weights }
  // A class without a share adds nothing, even where it is ruled out.
  let isNone = equal(targets, number(0, targets))
  let terms = select(isNone, number(0, targets), targets * logarithms)
  return reduction(-terms.sum([-1]))
}

/// Brings the classes to the last axis and checks that the targets fit.
private func losses(
  of scores: Tensor, _ targets: Tensor, _ axis: Int, _ name: String,
  _ body: (Tensor, Tensor) -> Tensor
) -> Tensor {
  let place = axis < 0 ? axis + scores.rank : axis
  guard scores.element.isFloating, scores.rank > 0, place >= 0, place < scores.rank else {
    return fail(
      GraphError(
        name,
        "scores must be floating-point with classes along axis \(axis), not \(scores.element.name) \(scores.shape.description)"
      ))
  }
  let moved = scores.movingAxis(place, to: -1)
  let isSoft = targets.element.isFloating && targets.shape == scores.shape
  guard isSoft || (targets.element.isInteger && targets.shape == rows(of: moved)) else {
    return fail(
      GraphError(
        name,
        "targets must be integers \(rows(of: moved).description), not \(targets.element.name) \(targets.shape.description)"
      ))
  }
  return body(moved, isSoft ? targets.movingAxis(place, to: -1) : targets)
}

/// The shape without its last axis.
private func rows(of x: Tensor) -> Shape { Shape(Array(x.shape.dimensions.dropLast())) }
