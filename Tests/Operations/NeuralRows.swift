import Adjoint
import AdjointGraph

private typealias Row = OperationRow

/// Random numbers by key.
let neuralRows: [OperationRow] = [
  Row("randomUniform", [([2, 3], .normal), ([], .indices([42]))]) {
    $0[0] * RandomUniform([2, 3], .float64).apply($0[1]).cast(to: $0[0].element)
  },
  Row("randomUniform", [([3, 2, 2], .normal), ([3], .indices([1, -7, 1 << 40]))]) {
    $0[0] * RandomUniform([2, 2], .float32).apply($0[1]).cast(to: $0[0].element)
  },
  Row("randomUniform", [([2, 0], .normal), ([2], .indices([0, 1]))]) {
    $0[0] + RandomUniform([0], .float64).apply($0[1]).cast(to: $0[0].element)
  },
  Row("splitKey", [([2, 3], .indices([0, 1, -1, 5, 1 << 60, -3])), ([3], .indices([0, 1, 2]))]) {
    SplitKey.shared.apply($0[0], $0[1])
  },
  Row("splitKey", [([], .indices([3])), ([], .indices([8]))]) {
    SplitKey.shared.apply($0[0], $0[1])
  },
  Row("scan", [([2], .normal), ([4, 2], .normal), ([2, 2], .normal)]) { x in
    let (last, all) = scan(x[0], over: x[1]) { h, now in
      let next = tanh(matmul(h.reshaped([1, 2]), x[2]).reshaped([2]) + now)
      return (next, next * now)
    }
    return all + last
  },
  Row("standardize", [([3, 4, 5], .normal)]) {
    Standardization(AxisSet(mask: 0b101), 1e-3).apply($0)
  },
  Row("standardize", [([4, 6], .normal)]) {
    Standardization(AxisSet(mask: 0b10), 0.5).apply($0)
  },
  Row("standardize", [([3, 4, 5], .normal), ([1, 4, 1], .normal)]) {
    Standardization(AxisSet(mask: 0b101), 1e-3).apply($0)
  },
  Row("standardize", [([2, 3, 4], .normal), ([1, 3, 1], .normal)]) {
    Standardization(AxisSet(mask: 0b100), 1e-3).apply($0)
  },
  Row("standardize", [([0, 3], .normal)]) {
    Standardization(AxisSet(mask: 0b10), 0.5).apply($0)
  },
  Row("selfAttention", [([2, 5, 12], .normal)]) {
    SelfAttention(AttentionForm(heads: 2, keyHeads: 1, isCausal: true, scale: 0.6)).apply($0)
  },
  Row("selfAttention", [([1, 3, 6], .normal)]) {
    SelfAttention(AttentionForm(heads: 1, keyHeads: 1, isCausal: false, scale: -0.8)).apply($0)
  },
  Row("selfAttention", [([2, 0, 3], .normal)]) {
    SelfAttention(AttentionForm(heads: 1, keyHeads: 1, isCausal: true, scale: 1)).apply($0)
  },
  Row("selfAttentionGradient", [([2, 4, 12], .normal), ([2, 4, 6], .normal)]) {
    SelfAttentionGradient(AttentionForm(heads: 2, keyHeads: 1, isCausal: true, scale: 0.6))
      .apply($0)
  },
  Row("selfAttentionGradient", [([1, 3, 6], .normal), ([1, 3, 2], .normal)]) {
    SelfAttentionGradient(AttentionForm(heads: 1, keyHeads: 1, isCausal: false, scale: -0.8))
      .apply($0)
  },
  Row("scan", [([], .normal), ([3], .normal), ([3], .normal)]) { x in
    let (last, all) = scan([x[0], x[0] * 2], over: [x[1], x[2]], reversed: true) { c, now in
      ([c[1] * now[0], c[0] + sin(c[1])], [c[0] * now[1]])
    }
    return all[0] * last[0] + last[1]
  },
  Row("scan", [([2], .normal), ([0, 2], .normal)]) { x in
    let (last, all) = scan(x[0], over: x[1]) { ($0 * $1, $0 + $1) }
    return last + all.sum([0])
  },
]
