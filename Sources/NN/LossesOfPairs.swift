import AdjointGraph

// Losses of distances between vectors along the last axis.

/// Pulls vectors together (y = 1: 1 − cos) or apart (y = −1: max(0, cos − margin)); targets [...] for vectors [..., D].
public func cosineEmbeddingLoss(
  _ a: Tensor, _ b: Tensor, _ targets: Tensor, margin: Double = 0, reduction: Reduction = .mean
) -> Tensor {
  paired([a, b], targets, "cosineEmbeddingLoss") { targets in
    let small = number(1e-12, a)
    let sizes = ((a * a).sum([-1]) + small) * ((b * b).sum([-1]) + small)
    let cosine = (a * b).sum([-1]) / sqrt(sizes)
    let (zero, one) = (number(0, a), number(1, a))
    let apart = relu(cosine - Tensor(margin, a.element))
    let isSame = equal(targets, one)
    let isOther = equal(targets, -one)
    return reduction(select(isSame, one - cosine, select(isOther, apart, zero)))
  }
}

/// max(0, d(anchor, positive) − d(anchor, negative) + margin), with d the p-norm of differences, to which `epsilon` is
/// added as PyTorch does. Swapped, the negative is measured from the positive where that is nearer.
public func tripletLoss(
  _ anchor: Tensor, _ positive: Tensor, _ negative: Tensor, margin: Double = 1, p: Double = 2,
  epsilon: Double = 1e-6, swapped: Bool = false, reduction: Reduction = .mean
) -> Tensor {
  paired([anchor, positive, negative], nil, "tripletLoss") { _ in
    let distance = { (a: Tensor, b: Tensor) in (a - b + epsilon).norm(p, [-1]) }
    let near = distance(anchor, positive)
    var far = distance(anchor, negative)
    if swapped { far = minimum(far, distance(positive, negative)) }
    return reduction(relu(near - far + Tensor(margin, anchor.element)))
  }
}

/// Hadsell, Chopra and LeCun's (2006): ½ y d² + ½ (1−y) max(0, margin − d)², with y 1 for pairs that belong together
/// and 0 for others, and d their Euclidean distance.
public func contrastiveLoss(
  _ a: Tensor, _ b: Tensor, _ targets: Tensor, margin: Double = 1, reduction: Reduction = .mean
) -> Tensor {
  paired([a, b], targets, "contrastiveLoss") { targets in
    let difference = a - b
    let gap = relu(Tensor(margin, a.element) - difference.norm(2, [-1]))
    let together = targets * (difference * difference).sum([-1])
    return reduction(number(0.5, a) * (together + (number(1, a) - targets) * gap * gap))
  }
}

/// Vectors of one shape, targets one for each of them.
private func paired(
  _ vectors: [Tensor], _ targets: Tensor?, _ name: String, _ body: (Tensor) -> Tensor
) -> Tensor {
  let first = vectors[0]
  guard first.element.isFloating, first.rank > 0,
    vectors.allSatisfy({ $0.shape == first.shape && $0.element == first.element })
  else {
    let shapes = vectors.map { $0.element.name + " " + $0.shape.description }
    return fail(
      GraphError(
        name, "takes floating-point vectors of one shape, not " + listed(shapes)))
  }
  guard let targets else { return body(first) }
  let rows = Shape(Array(first.shape.dimensions.dropLast()))
  guard targets.shape == rows else {
    return fail(
      GraphError(
        name, "targets must be \(rows.description), not \(targets.shape.description)"))
  }
  return body(targets.cast(to: first.element))
}

private func listed(_ texts: [String]) -> String {
  var result = texts[0]
  for text in texts.dropFirst() { result += ", " + text }
  return result
}
