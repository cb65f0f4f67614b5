import Adjoint

private typealias Row = OperationRow

/// The rarer pointwise operations, alone and over shapes that broadcast.
let morePointwiseRows: [OperationRow] =
  unaryRows + binaryRows + truthRows + integerRows

private let unaryRows: [OperationRow] = [
  Row("absolute", [([5, 7], .awayFromZero)]) { abs($0[0]) },
  Row("absolute", [([0, 3], .normal)]) { abs($0[0]) },
  Row("sign", [([5, 7], .awayFromZero)]) { sign($0[0]) * $0[0] },
  Row("floor", [([5, 7], .normal)]) { floor($0[0]) * $0[0] },
  Row("ceil", [([5, 7], .normal)]) { ceil($0[0]) * $0[0] },
  Row("round", [([5, 7], .normal)]) { round($0[0]) * $0[0] },
  Row("truncate", [([5, 7], .normal)]) { trunc($0[0]) * $0[0] },
  Row("expm1", [([5, 7], .normal)]) { expm1($0[0]) },
  Row("log1p", [([5, 7], .positive)]) { log1p($0[0]) },
  Row("atan", [([5, 7], .normal)]) { atan($0[0]) },
  Row("asin", [([5, 7], .normal)]) { asin(tanh($0[0]) * 0.9) },
  Row("acos", [([5, 7], .normal)]) { acos(tanh($0[0]) * 0.9) },
  Row("sinh", [([5, 7], .normal)]) { sinh($0[0]) },
  Row("cosh", [([5, 7], .normal)]) { cosh($0[0]) },
  Row("asinh", [([5, 7], .normal)]) { asinh($0[0]) },
  Row("acosh", [([5, 7], .positive)]) { acosh($0[0] + 1) },
  Row("atanh", [([5, 7], .normal)]) { atanh(tanh($0[0]) * 0.9) },
  Row("sigmoid", [([5, 7], .normal)]) { sigmoid($0[0]) },
  Row("softplus", [([5, 7], .normal)]) { softplus($0[0]) },
  Row("cbrt", [([5, 7], .awayFromZero)]) { cbrt($0[0]) },
  Row("erf", [([5, 7], .normal)]) { erf($0[0]) },
  Row("erfinv", [([5, 7], .normal)]) { erfinv(tanh($0[0]) * 0.9) },
  Row("lgamma", [([5, 7], .positive)]) { lgamma($0[0] * 3) },
  Row("polygamma", [([5, 7], .positive)]) { digamma($0[0] + 1) },
  Row("polygamma", [([2, 3], .positive)]) { polygamma(2, $0[0] + 1) },
]

private let binaryRows: [OperationRow] = [
  Row("pairMaximum", [([3, 4], .normal), ([4], .normal)]) { maximum($0[0], $0[1]) },
  Row("pairMinimum", [([3, 1], .normal), ([3, 4], .normal)]) { minimum($0[0], $0[1]) },
  Row("realPower", [([3, 4], .positive), ([4], .normal)]) { pow($0[0], $0[1]) },
  Row("realPower", [([3, 4], .positive)]) { pow($0[0], 2.5) + pow(2, $0[0]) },
  Row("atan2", [([3, 4], .awayFromZero), ([4], .awayFromZero)]) { atan2($0[0], $0[1]) },
  Row("hypot", [([3, 4], .awayFromZero), ([3, 1], .awayFromZero)]) { hypot($0[0], $0[1]) },
  Row("remainder", [([3, 4], .normal), ([4], .awayFromZero)]) { remainder($0[0], $0[1]) },
  Row("floorDivide", [([3, 4], .normal), ([4], .awayFromZero)]) {
    floorDivide($0[0], $0[1]) * $0[0]
  },
]

private let truthRows: [OperationRow] = [
  Row("greaterEqual", [([3, 4], .normal), ([4], .normal)]) {
    select(greaterEqual($0[0], $0[1]), $0[0], $0[1] * $0[0])
  },
  Row("greaterEqual", [([3, 4], .normal), ([4], .normal)]) {
    select(lessEqual($0[0], $0[1]), $0[0], $0[1] * $0[0])
  },
  Row("notEqual", [([3, 4], .normal), ([4], .normal)]) {
    select(notEqual($0[0], $0[1]), $0[0], $0[1] * $0[0])
  },
  Row("isNaN", [([3, 4], .normal)]) { select(isNaN(log($0[0])), $0[0], $0[0] * $0[0]) },
  Row("isFinite", [([3, 4], .normal)]) { select(isFinite(log($0[0])), $0[0], $0[0] * $0[0]) },
  Row("logicalNot", [([3, 4], .normal)]) {
    select(logicalNot(less($0[0], Tensor(0, $0[0].element))), $0[0], $0[0] * $0[0])
  },
  Row("logicalAnd", [([3, 4], .normal), ([4], .flags([true, false, true, false]))]) {
    select(logicalAnd(isNaN(log($0[0])), $0[1]), $0[0], $0[0] * $0[0])
  },
  Row("logicalOr", [([3, 4], .normal), ([4], .flags([true, false, true, false]))]) {
    select(logicalOr(isNaN(log($0[0])), $0[1]), $0[0], $0[0] * $0[0])
  },
  Row("logicalXor", [([3, 4], .normal), ([4], .flags([true, false, true, false]))]) {
    select(logicalXor(isNaN(log($0[0])), $0[1]), $0[0], $0[0] * $0[0])
  },
]

private let integerRows: [OperationRow] = [
  ("bitwiseAnd", bitwiseAnd), ("bitwiseOr", bitwiseOr), ("bitwiseXor", bitwiseXor),
  ("shiftLeft", shiftLeft), ("shiftRight", shiftRight),
].map { (name: String, apply: @escaping @Sendable (Tensor, Tensor) -> Tensor) in
  Row(name, [([2, 3], .indices([5, -6, 0, 12, 3, 9])), ([3], .indices([3, 1, 2]))]) {
    apply($0[0], $0[1])
  }
}
