import AdjointGraph

/// Connectionist temporal classification (Graves et al. 2006): minus the logarithm of the probability of all alignments
/// of each target sequence.
///
/// `logarithms` [T, N, C] are log-probabilities of the classes, `targets` [N, S] class indices, padded with anything
/// that is a class; the lengths [N] say how much of each counts. A target that fits into no alignment costs ∞, or 0
/// where `zeroInfinity` is set, and gives no gradient. The mean is, as PyTorch's, that of losses a target element.
public func ctcLoss(
  _ logarithms: Tensor, _ targets: Tensor, inputLengths: Tensor, targetLengths: Tensor,
  blank: Int = 0, zeroInfinity: Bool = false, reduction: Reduction = .mean
) -> Tensor {
  if let wrong = wrongSequences(logarithms, targets, inputLengths, targetLengths, blank) {
    return fail(wrong)
  }
  let (times, batch, classes) = (
    logarithms.shape[0], logarithms.shape[1], logarithms.shape[2]
  )
  let states = Alignments(targets, blank, classes, logarithms.element)
  let lengths = CheckedIndices(below: targets.shape[1] + 1, what: "target length")
    .apply(targetLengths.asIndices)
  let inputs = CheckedIndices(below: times + 1, what: "input length").apply(inputLengths.asIndices)
  let scores = logarithms.taken(
    along: 2,
    states.labels.unsqueezed(0).broadcast(
      to: [times, batch, states.count]))
  let isInside = less(Tensor.iota(times).unsqueezed(1), inputs.unsqueezed(0))
    .cast(to: logarithms.element).unsqueezed(2)
  let last = scan([states.beginning(batch)], over: [scores, isInside]) { carries, slices in
    let next = states.step(carries[0], slices[0])
    return ([select(greater(slices[1], number(0.5, next)), next, carries[0])], [])
  }
  let losses = -states.total(last.carries[0], lengths)
  // What no alignment reaches keeps the impossible number, give or take what was added to it.
  let isImpossible = greater(losses, number(-0.5 * states.never, losses))
  let told = select(isImpossible, number(zeroInfinity ? 0 : .infinity, losses), losses)
  guard case .mean = reduction else { return reduction(told) }
  return (told / maximum(lengths.cast(to: told.element), number(1, told))).mean()
}

/// The states that alignments go through: blank, first label, blank, second label, … blank.
private struct Alignments {
  /// The class of each state: [N, 2S + 1].
  let labels: Tensor
  let count: Int
  /// What stands for the logarithm of 0: finite, so that no difference of two is NaN.
  let never: Double
  private let element: ElementType
  /// 0 where a state may be entered from two before, otherwise `never`.
  private let skips: Tensor

  init(_ targets: Tensor, _ blank: Int, _ classes: Int, _ element: ElementType) {
    let (batch, length) = (targets.shape[0], targets.shape[1])
    let indices = CheckedIndices(below: classes, what: "target").apply(targets.asIndices)
    let blanks = Tensor.literal(Double(blank), .int64)
    let column = blanks.broadcast(to: [batch, 1])
    let pairs = stacked([indices, blanks.broadcast(to: [batch, length])], axis: 2)
    labels = concatenated([column, pairs.reshaped([batch, 2 * length])], axis: 1)
    count = 2 * length + 1
    never = element == .float16 ? -3e4 : -1e30
    self.element = element
    let none = Tensor.literal(never, element)
    let isLabel = notEqual(labels, blanks)
    guard length > 0 else {
      skips = none.broadcast(to: [batch, 1])
      return
    }
    let before = concatenated(
      [column, column, labels.slice(axis: 1, start: 0, length: count - 2)], axis: 1)
    skips = select(
      logicalAnd(isLabel, notEqual(labels, before)), Tensor.literal(0, element), none)
  }

  /// Before the first time: only what leads to the first blank and the first label is possible.
  func beginning(_ batch: Int) -> Tensor {
    let none = Tensor.literal(never, element)
    let start = select(
      equal(.iota(count), Tensor.literal(0, .int64)), Tensor.literal(0, element), none)
    return start.broadcast(to: [batch, count]) + number(0, none).broadcast(to: [batch, count])
  }

  /// One time on: what was in a state, in the one before or, where that is allowed, two before, goes on to it.
  func step(_ now: Tensor, _ scores: Tensor) -> Tensor {
    let (one, two) = (moved(now, by: 1), moved(now, by: 2) + skips)
    let top = maximum(maximum(now, one), two).detached
    return scores + top + log(exp(now - top) + exp(one - top) + exp(two - top))
  }

  private func moved(_ now: Tensor, by places: Int) -> Tensor {
    let (batch, kept) = (now.shape[0], Swift.max(count - places, 0))
    let empty = Tensor.literal(never, element).broadcast(to: [batch, count - kept])
    return concatenated([empty, now.slice(axis: 1, start: 0, length: kept)], axis: 1)
  }

  /// The logarithm of the probability of ending in the last label or the blank behind it.
  func total(_ last: Tensor, _ lengths: Tensor) -> Tensor {
    let end = (lengths * Tensor.literal(2, .int64)).unsqueezed(1)
    let places = Tensor.iota(count)
    let isEnd = logicalOr(equal(places, end), equal(places, end - Tensor.literal(1, .int64)))
    return select(isEnd, last, Tensor.literal(never, element)).logSumExp([1])
  }
}

private func wrongSequences(
  _ logarithms: Tensor, _ targets: Tensor, _ inputLengths: Tensor, _ targetLengths: Tensor,
  _ blank: Int
) -> GraphError? {
  guard logarithms.rank == 3, logarithms.element.isFloating else {
    return GraphError(
      "ctcLoss",
      "log-probabilities must be floating-point [T, N, C], not \(logarithms.element.name) \(logarithms.shape.description)"
    )
  }
  let (batch, classes) = (logarithms.shape[1], logarithms.shape[2])
  guard targets.element.isInteger, targets.rank == 2, targets.shape[0] == batch else {
    return GraphError(
      "ctcLoss",
      "targets must be integers [\(batch), S], not \(targets.element.name) \(targets.shape.description)"
    )
  }
  for lengths in [inputLengths, targetLengths]
  where !lengths.element.isInteger || lengths.shape != [batch] {
    return GraphError(
      "ctcLoss",
      "lengths must be integers [\(batch)], not \(lengths.element.name) \(lengths.shape.description)"
    )
  }
  guard blank >= 0, blank < classes else {
    return GraphError("ctcLoss", "the blank \(blank) is none of \(classes) classes")
  }
  return nil
}
