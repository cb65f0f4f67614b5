/// softmax(q kᵀ · scale) v: queries [..., T, D], keys [..., S, D], values [..., S, E], whose other axes broadcast,
/// give [..., T, E].
///
/// - A boolean `mask` says who takes part; another one is added to the scores. It broadcasts to [..., T, S].
/// - With `causal` query t sees the keys 0 to t.
/// - `scale` is 1/√D unless given.
/// - Where the axis before [T, D] of the queries is a multiple of that of keys and values, each of these serves as
///   many queries' heads, one after another.
/// - A `dropoutKey` drops weights with a probability.
///
/// A query that sees nothing gets zeros, and no gradient comes from it.
public func scaledDotProductAttention(
  _ q: Tensor, _ k: Tensor, _ v: Tensor, mask: Tensor? = nil, causal: Bool = false,
  scale: Double? = nil, dropoutProbability: Double = 0, dropoutKey: Tensor? = nil
) -> Tensor {
  let precision = Precision.current
  if precision != .float32, q.element == .float32 {
    let attended = withPrecision(.float32) {
      scaledDotProductAttention(
        q.lowered(to: precision), k.lowered(to: precision), v.lowered(to: precision), mask: mask,
        causal: causal, scale: scale, dropoutProbability: dropoutProbability,
        dropoutKey: dropoutKey)
    }
    return attended.node.isPoisoned ? attended : attended.raised(to: .float32)
  }
  return attempt { () throws(GraphError) in
    let plan = try AttentionPlan(q, k, v, mask)
    var inputs = [q, k, v]
    if let mask { inputs.append(mask) }
    guard dropoutProbability == 0 || dropoutKey != nil else {
      throw GraphError(name, "drops weights only with a dropoutKey; give one or leave it to 0")
    }
    if let dropoutKey {
      try checkDropout(name, q.element, dropoutProbability)
      inputs += Dropping(dropoutProbability, dropoutKey, q.element).operands
    }
    let scale = scale ?? 1 / Double(Swift.max(plan.width, 1)).squareRoot()
    let (hasMask, drops) = (mask != nil, dropoutKey != nil)
    let region = Composite(
      name, [hasMask ? 1 : 0, causal ? 1 : 0, drops ? 1 : 0] + scale.asAttributes,
      TensorType(plan.result, q.element)
    ) { inputs in
      let (q, k, v) = (inputs[0] * inputs[0].constant(scale), inputs[1], inputs[2])
      // The weights of halves are computed wide and rounded once.
      var scores = plan.headwise(q, k, transposing: true).cast(to: q.element.wide)
      if hasMask { scores = scores.masked(by: inputs[3]) }
      if causal { scores = scores.causal }
      var weights = scores.softmax().cast(to: q.element)
      if drops { weights = dropped(weights, weights.shape, Dropping(inputs.suffix(3))) }
      return plan.headwise(weights, v, transposing: false)
    }
    return region.apply(inputs)
  }
}

private let name = "scaledDotProductAttention"

/// How the axes of queries, keys and values go together.
private struct AttentionPlan {
  let width: Int
  let result: Shape
  /// The heads of keys and values, where each serves more than one of the queries.
  private let sharedHeads: Int?

  init(_ q: Tensor, _ k: Tensor, _ v: Tensor, _ mask: Tensor?) throws(GraphError) {
    let shapes = "\(q.shape.description), \(k.shape.description), \(v.shape.description)"
    guard q.element.isFloating, k.element == q.element, v.element == q.element else {
      throw GraphError(
        name,
        "queries, keys and values must be of one floating-point type, not \(q.element.name), \(k.element.name), \(v.element.name)"
      )
    }
    guard q.rank >= 2, k.rank >= 2, v.rank >= 2, q.shape[q.rank - 1] == k.shape[k.rank - 1],
      k.shape[k.rank - 2] == v.shape[v.rank - 2]
    else {
      throw GraphError(name, "takes [..., T, D], [..., S, D] and [..., S, E], not \(shapes)")
    }
    width = q.shape[q.rank - 1]
    sharedHeads = AttentionPlan.heads(q, k, v)
    let ownHeads = sharedHeads == nil ? 2 : 3
    guard
      let batch = k.shape.dropLast(ownHeads).broadcast(with: v.shape.dropLast(ownHeads))?
        .broadcast(with: q.shape.dropLast(ownHeads))
    else {
      throw GraphError(name, "the axes before the last two do not broadcast: \(shapes)")
    }
    var scores = batch
    if sharedHeads != nil { scores.append(q.shape[q.rank - 3]) }
    scores.append(q.shape[q.rank - 2])
    var result = scores
    scores.append(k.shape[k.rank - 2])
    result.append(v.shape[v.rank - 1])
    self.result = result
    if let mask { try AttentionPlan.check(mask, q, scores) }
  }

  private static func check(_ mask: Tensor, _ q: Tensor, _ scores: Shape) throws(GraphError) {
    guard mask.element == .bool || mask.element == q.element || mask.element == q.element.wide,
      mask.shape.broadcasts(to: scores)
    else {
      throw GraphError(
        name,
        "the mask must be bool or \(q.element.name) and broadcast to \(scores.description), not \(mask.element.name) \(mask.shape.description)"
      )
    }
  }

  private static func heads(_ q: Tensor, _ k: Tensor, _ v: Tensor) -> Int? {
    guard q.rank >= 3, k.rank >= 3, v.rank >= 3 else { return nil }
    let (many, few) = (q.shape[q.rank - 3], k.shape[k.rank - 3])
    guard v.shape[v.rank - 3] == few, few > 1, many > few, many % few == 0 else { return nil }
    return few
  }

  /// a · b or a · bᵀ, a head of b for each group of heads of a: the rows of a group lie one after another.
  func headwise(_ a: Tensor, _ b: Tensor, transposing: Bool) -> Tensor {
    guard let sharedHeads else { return matmul(a, b, transposingB: transposing) }
    let (heads, rows) = (a.shape[a.rank - 3], a.shape[a.rank - 2])
    var grouped = a.shape
    grouped[a.rank - 3] = sharedHeads
    grouped[a.rank - 2] = heads / sharedHeads * rows
    let product = matmul(a.reshaped(grouped), b, transposingB: transposing)
    var shape = product.shape
    shape[product.rank - 3] = heads
    shape[product.rank - 2] = rows
    return product.reshaped(shape)
  }
}

extension Tensor {
  /// Scores where a mask lets take part, −∞ elsewhere; or plus a mask of numbers.
  fileprivate func masked(by mask: Tensor) -> Tensor {
    mask.element == .bool ? select(mask, self, constant(-.infinity)) : self + mask.cast(to: element)
  }

  /// Scores of keys that are not after the query, −∞ elsewhere.
  fileprivate var causal: Tensor {
    let (rows, columns) = (shape[rank - 2], shape[rank - 1])
    // As numbers of the scores' type, so that comparing them is part of the same pass.
    let queries = Tensor.iota(rows).cast(to: element).reshaped([rows, 1])
    let keys = Tensor.iota(columns).cast(to: element)
    return select(greaterEqual(queries, keys), self, constant(-.infinity))
  }
}

/// Attention of sequences to themselves: `rows` [N, T, (heads + 2 · keyHeads) · D] hold queries, keys and values of every
/// place one after another, and softmax(q kᵀ · scale) v of every head comes back as [N, T, heads · D]. With fewer
/// `keyHeads` than `heads`, queries share keys and values; with `causal` a place sees those up to itself; `scale` is 1/√D
/// unless given.
public func selfAttention(
  _ rows: Tensor, heads: Int, keyHeads: Int? = nil, causal: Bool = false, scale: Double? = nil
) -> Tensor {
  let parts = Swift.max(heads + 2 * (keyHeads ?? heads), 1)
  let width = rows.rank == 3 ? rows.shape[2] / parts : 1
  return SelfAttention(
    AttentionForm(
      heads: heads, keyHeads: keyHeads ?? heads, isCausal: causal,
      scale: scale ?? 1 / Double(Swift.max(width, 1)).squareRoot(),
      precision: rows.element == .float32 ? Precision.current : .float32)
  ).apply(rows)
}
