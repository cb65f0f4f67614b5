import AdjointGraph

/// What becomes of the losses of single elements or examples.
public enum Reduction: Sendable {
  /// Their mean.
  case mean
  /// Their sum.
  case sum
  /// Their sum divided by the size of the first axis.
  case batchMean
  /// They stay as they are.
  case none

  func callAsFunction(_ losses: Tensor) -> Tensor {
    switch self {
    case .mean: return losses.mean()
    case .sum: return losses.sum()
    case .none: return losses
    case .batchMean:
      let rows = losses.rank == 0 ? 1 : losses.shape[0]
      return losses.sum() / Double(rows)
    }
  }
}

/// The mean of squared differences.
public func meanSquaredError(_ prediction: Tensor, _ target: Tensor) -> Tensor {
  compared(prediction, target, "meanSquaredError") { x, y in
    let difference = x - y
    return (difference * difference).mean()
  }
}

/// Squared differences.
public func squaredError(
  _ prediction: Tensor, _ target: Tensor, reduction: Reduction = .mean
) -> Tensor {
  compared(prediction, target, "squaredError") { x, y in
    let difference = x - y
    return reduction(difference * difference)
  }
}

/// Magnitudes of differences; the gradient where there is none is 0.
public func absoluteError(
  _ prediction: Tensor, _ target: Tensor, reduction: Reduction = .mean
) -> Tensor {
  compared(prediction, target, "absoluteError") { reduction(abs($0 - $1)) }
}

/// Huber's loss: d²/2 where |d| ≤ δ, otherwise δ(|d| − δ/2).
public func huberLoss(
  _ prediction: Tensor, _ target: Tensor, delta: Double = 1, reduction: Reduction = .mean
) -> Tensor {
  compared(prediction, target, "huberLoss") { x, y in
    let (size, delta) = (abs(x - y), Tensor(delta, x.element))
    let near = number(0.5, x) * size * size
    return reduction(
      select(lessEqual(size, delta), near, delta * (size - number(0.5, x) * delta)))
  }
}

/// The smooth absolute error: d²/(2β) where |d| < β, otherwise |d| − β/2; the absolute error where β is 0.
public func smoothAbsoluteError(
  _ prediction: Tensor, _ target: Tensor, beta: Double = 1, reduction: Reduction = .mean
) -> Tensor {
  guard beta > 0 else { return absoluteError(prediction, target, reduction: reduction) }
  return compared(prediction, target, "smoothAbsoluteError") { x, y in
    let (size, beta) = (abs(x - y), Tensor(beta, x.element))
    let near = number(0.5, x) * size * size / beta
    return reduction(select(less(size, beta), near, size - number(0.5, x) * beta))
  }
}

/// Binary cross-entropy of logits x and targets y from 0 to 1, without overflow: (1−y)x + (1 + (w−1)y) log(1 + e⁻ˣ),
/// with w the weight of what is positive. `weight` multiplies each element's loss.
public func binaryCrossEntropy(
  _ logits: Tensor, _ targets: Tensor, weight: Tensor? = nil, positiveWeight: Tensor? = nil,
  reduction: Reduction = .mean
) -> Tensor {
  compared(logits, targets, "binaryCrossEntropy") { x, y in
    let losses = binaryLosses(x, y, positiveWeight)
    return reduction(weight.map { losses * $0 } ?? losses)
  }
}

/// Focal loss (Lin et al. 2017) of logits and targets 0 or 1: the binary cross-entropy times (1 − p)^γ, with p the
/// probability of what is true. `alpha` weighs what is positive, 1 − alpha what is negative.
public func focalLoss(
  _ logits: Tensor, _ targets: Tensor, gamma: Double = 2, alpha: Double? = 0.25,
  reduction: Reduction = .mean
) -> Tensor {
  compared(logits, targets, "focalLoss") { x, y in
    let (one, p) = (number(1, x), sigmoid(x))
    let missed = p * (one - y) + (one - p) * y
    let losses = binaryLosses(x, y, nil) * pow(missed, gamma)
    guard let alpha else { return reduction(losses) }
    let share = Tensor(alpha, x.element)
    return reduction(losses * (share * y + (one - share) * (one - y)))
  }
}

private func binaryLosses(_ x: Tensor, _ y: Tensor, _ positiveWeight: Tensor?) -> Tensor {
  let one = number(1, x)
  let weight = positiveWeight.map { one + ($0.cast(to: x.element) - one) * y }
  let tail = softplus(-x)
  return (one - y) * x + (weight.map { $0 * tail } ?? tail)
}

/// The hinge loss of scores and targets −1 or 1: max(0, margin − y x), squared where wanted.
public func hingeLoss(
  _ scores: Tensor, _ targets: Tensor, margin: Double = 1, squared: Bool = false,
  reduction: Reduction = .mean
) -> Tensor {
  compared(scores, targets, "hingeLoss") { x, y in
    let losses = relu(Tensor(margin, x.element) - y * x)
    return reduction(squared ? losses * losses : losses)
  }
}

/// Kullback and Leibler's divergence of targets from logarithms of probabilities: Σ y (log y − x), 0 where y is 0;
/// the targets may be logarithms themselves. The mean is over elements, as PyTorch's; `batchMean` is the divergence.
public func klDivergence(
  _ logarithms: Tensor, _ targets: Tensor, targetsAreLogarithms: Bool = false,
  reduction: Reduction = .mean
) -> Tensor {
  compared(logarithms, targets, "klDivergence") { x, y in
    if targetsAreLogarithms { return reduction(exp(y) * (y - x)) }
    let isZero = equal(y, number(0, y))
    let entropy = select(isZero, number(0, y), y * log(select(isZero, number(1, y), y)))
    return reduction(entropy - y * x)
  }
}

/// A number that belongs to the structure.
func number(_ value: Double, _ x: Tensor) -> Tensor { .literal(value, x.element) }

/// Runs a loss of predictions and targets of one shape, whose targets take the predictions' element type.
func compared(
  _ x: Tensor, _ y: Tensor, _ name: String, _ body: (Tensor, Tensor) -> Tensor
) -> Tensor {
  guard x.element.isFloating else {
    return fail(GraphError(name, "takes floating-point numbers, not \(x.element.name); cast first"))
  }
  guard x.shape == y.shape else {
    return fail(
      GraphError(
        name,
        "predictions \(x.shape.description) and targets \(y.shape.description) differ in shape"))
  }
  return body(x, y.element == x.element ? y : y.cast(to: x.element))
}
