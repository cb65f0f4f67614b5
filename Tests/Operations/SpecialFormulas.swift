import Adjoint
import AdjointGraph
import Glibc

/// What a pointwise operation is by definition: the C library's function, or IEEE's rule.
let specialFormulas: [String: @Sendable ([Double]) -> Double] =
  arithmetic.merging(functions) { a, _ in a }.merging(questions) { a, _ in a }

private let arithmetic: [String: @Sendable ([Double]) -> Double] = [
  "add": { $0[0] + $0[1] }, "subtract": { $0[0] - $0[1] }, "multiply": { $0[0] * $0[1] },
  "divide": { $0[0] / $0[1] }, "negate": { -$0[0] }, "absolute": { $0[0].magnitude },
  // Of zeros of both signs the second.
  "pairMaximum": { $0[0].isNaN || $0[1].isNaN ? .nan : $0[0] > $0[1] ? $0[0] : $0[1] },
  "pairMinimum": { $0[0].isNaN || $0[1].isNaN ? .nan : $0[0] < $0[1] ? $0[0] : $0[1] },
  "relu": { $0[0].isNaN ? .nan : $0[0] > 0 ? $0[0] : 0 },
  "sign": { $0[0].isNaN ? .nan : $0[0] > 0 ? 1 : $0[0] < 0 ? -1 : 0 },
  "floor": { Glibc.floor($0[0]) }, "ceil": { Glibc.ceil($0[0]) },
  "round": { Glibc.rint($0[0]) }, "truncate": { Glibc.trunc($0[0]) },
  "power": { $0[0] * $0[0] * $0[0] },
  "remainder": { floorRemainder($0[0], $0[1]) },
  "floorDivide": { floorQuotient($0[0], $0[1]) },
  // NaN also beside an infinity, unlike C's.
  "hypot": { Glibc.hypot($0[0], $0[1]) },
  "select": { $0[0] != 0 ? $0[1] : $0[2] },
  "cast": { $0[0] },
]

private let functions: [String: @Sendable ([Double]) -> Double] = [
  "exp": { Glibc.exp($0[0]) }, "log": { Glibc.log($0[0]) }, "tanh": { Glibc.tanh($0[0]) },
  "squareRoot": { $0[0].squareRoot() }, "sin": { Glibc.sin($0[0]) }, "cos": { Glibc.cos($0[0]) },
  "expm1": { Glibc.expm1($0[0]) }, "log1p": { Glibc.log1p($0[0]) },
  "atan": { Glibc.atan($0[0]) }, "asin": { Glibc.asin($0[0]) }, "acos": { Glibc.acos($0[0]) },
  "sinh": { Glibc.sinh($0[0]) }, "cosh": { Glibc.cosh($0[0]) }, "asinh": { Glibc.asinh($0[0]) },
  "acosh": { Glibc.acosh($0[0]) }, "atanh": { Glibc.atanh($0[0]) }, "erf": { Glibc.erf($0[0]) },
  "lgamma": { x in
    var sign: Int32 = 0
    return Glibc.lgamma_r(x[0], &sign)
  },
  "realPower": { Glibc.pow($0[0], $0[1]) }, "atan2": { Glibc.atan2($0[0], $0[1]) },
  "cbrt": { Glibc.cbrt($0[0]) },
  "sigmoid": {
    $0[0] < 0 ? Glibc.exp($0[0]) / (1 + Glibc.exp($0[0])) : 1 / (1 + Glibc.exp(-$0[0]))
  },
  "softplus": {
    $0[0] > 0 ? $0[0] + Glibc.log1p(Glibc.exp(-$0[0])) : Glibc.log1p(Glibc.exp($0[0]))
  },
]

private let questions: [String: @Sendable ([Double]) -> Double] = [
  "greater": { $0[0] > $0[1] ? 1 : 0 }, "greaterEqual": { $0[0] >= $0[1] ? 1 : 0 },
  "equal": { $0[0] == $0[1] ? 1 : 0 }, "notEqual": { $0[0] != $0[1] ? 1 : 0 },
  "isNaN": { $0[0].isNaN ? 1 : 0 }, "isFinite": { $0[0].isFinite ? 1 : 0 },
  "logicalNot": { $0[0] == 0 ? 1 : 0 },
  "logicalAnd": { $0[0] != 0 && $0[1] != 0 ? 1 : 0 },
  "logicalOr": { $0[0] != 0 || $0[1] != 0 ? 1 : 0 },
  "logicalXor": { ($0[0] != 0) != ($0[1] != 0) ? 1 : 0 },
]

/// The same of whole numbers of 64 bits, which wrap.
let integerFormulas: [String: @Sendable ([Int]) -> Int] = [
  "add": { $0[0] &+ $0[1] }, "subtract": { $0[0] &- $0[1] }, "multiply": { $0[0] &* $0[1] },
  "divide": { $0[1] == 0 ? 0 : $0[0].dividedReportingOverflow(by: $0[1]).partialValue },
  "absolute": { $0[0] < 0 ? 0 &- $0[0] : $0[0] }, "negate": { 0 &- $0[0] },
  "sign": { $0[0].signum() }, "relu": { Swift.max($0[0], 0) },
  "power": { $0[0] &* $0[0] &* $0[0] },
  "floor": { $0[0] }, "ceil": { $0[0] }, "round": { $0[0] }, "truncate": { $0[0] },
  "pairMaximum": { Swift.max($0[0], $0[1]) }, "pairMinimum": { Swift.min($0[0], $0[1]) },
  "greater": { $0[0] > $0[1] ? 1 : 0 }, "greaterEqual": { $0[0] >= $0[1] ? 1 : 0 },
  "equal": { $0[0] == $0[1] ? 1 : 0 }, "notEqual": { $0[0] != $0[1] ? 1 : 0 },
  "select": { $0[0] != 0 ? $0[1] : $0[2] },
  "bitwiseAnd": { $0[0] & $0[1] }, "bitwiseOr": { $0[0] | $0[1] },
  "bitwiseXor": { $0[0] ^ $0[1] }, "shiftLeft": { $0[0] << $0[1] },
  "shiftRight": { $0[0] >> $0[1] },
  "remainder": { a in
    guard a[1] != 0 else { return 0 }
    let rest = a[0].remainderReportingOverflow(dividingBy: a[1]).partialValue
    return rest != 0 && (rest < 0) != (a[1] < 0) ? rest + a[1] : rest
  },
  "floorDivide": { a in
    guard a[1] != 0 else { return 0 }
    let (quotient, isOver) = a[0].dividedReportingOverflow(by: a[1])
    let rest = a[0].remainderReportingOverflow(dividingBy: a[1]).partialValue
    return !isOver && rest != 0 && (rest < 0) != (a[1] < 0) ? quotient - 1 : quotient
  },
]

/// Python's a % b.
func floorRemainder(_ a: Double, _ b: Double) -> Double {
  let rest = Glibc.fmod(a, b)
  if rest == 0 { return Glibc.copysign(rest, b) }
  return (rest < 0) != (b < 0) ? rest + b : rest
}

/// NumPy's a // b.
func floorQuotient(_ a: Double, _ b: Double) -> Double {
  if b == 0 { return a / b }
  let rest = Glibc.fmod(a, b)
  let quotient = (a - rest) / b
  return Glibc.rint(rest != 0 && (rest < 0) != (b < 0) ? quotient - 1 : quotient)
}
