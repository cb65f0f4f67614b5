import Adjoint
import Glibc

private typealias Case = FunctionCase

let functionCases: [FunctionCase] = elementaryCases + activationCases

private let elementaryCases: [FunctionCase] = [
  Case("abs", { abs($0) }, { Swift.abs($0) }),
  Case("sign", { sign($0) }, { $0 > 0 ? 1 : $0 < 0 ? -1 : $0.isNaN ? .nan : 0 }),
  Case("floor", { floor($0) }, { Glibc.floor($0) }),
  Case("ceil", { ceil($0) }, { Glibc.ceil($0) }),
  Case("round", { round($0) }, { Glibc.rint($0) }),
  Case("trunc", { trunc($0) }, { Glibc.trunc($0) }),
  Case("expm1", { expm1($0) }, { Glibc.expm1($0) }),
  Case("log1p", { log1p($0) }, { Glibc.log1p($0) }),
  Case("atan", { atan($0) }, { Glibc.atan($0) }),
  Case("asin", { asin($0) }, { Glibc.asin($0) }),
  Case("acos", { acos($0) }, { Glibc.acos($0) }),
  Case("sinh", { sinh($0) }, { Glibc.sinh($0) }),
  Case("cosh", { cosh($0) }, { Glibc.cosh($0) }),
  Case("asinh", { asinh($0) }, { Glibc.asinh($0) }),
  Case("acosh", { acosh($0) }, { Glibc.acosh($0) }),
  Case("atanh", { atanh($0) }, { Glibc.atanh($0) }),
  Case("erf", { erf($0) }, { Glibc.erf($0) }),
  Case("lgamma", { lgamma($0) }, { lgamma_r($0) }),
  Case("tan", { tan($0) }, { Glibc.tan($0) }),
  Case("square", { square($0) }, { $0 * $0 }),
  Case("reciprocal", { reciprocal($0) }, { 1 / $0 }),
  Case("rsqrt", { rsqrt($0) }, { 1 / Glibc.sqrt($0) }),
  Case("cbrt", { cbrt($0) }, { Glibc.cbrt($0) }),
  Case("log2", { log2($0) }, { Glibc.log2($0) }),
  Case("log10", { log10($0) }, { Glibc.log10($0) }),
  Case("exp2", { exp2($0) }, { Glibc.exp2($0) }),
  Case("clamp", { clamp($0, -1.5, 2.25) }, { $0.isNaN ? .nan : min(max($0, -1.5), 2.25) }),
  Case("pow", { pow($0, 2.5) }, { Glibc.pow($0, 2.5) }),
]

/// The C library's function writes a global beside its result, and the sign is not wanted.
private func lgamma_r(_ x: Double) -> Double {
  var sign: Int32 = 0
  return Glibc.lgamma_r(x, &sign)
}

private let activationCases: [FunctionCase] = [
  Case("sigmoid", { sigmoid($0) }, { logistic($0) }),
  Case("softplus", { softplus($0) }, { logOfSum($0) }),
  Case("logSigmoid", { logSigmoid($0) }, { -logOfSum(-$0) }),
  Case("leakyReLU", { leakyReLU($0, slope: 0.125) }, { $0 > 0 ? $0 : 0.125 * $0 }),
  Case(
    "prelu", { prelu($0, Tensor(0.25, $0.element)) }, { $0 > 0 ? $0 : 0.25 * $0 }),
  Case("elu", { elu($0, alpha: 1.5) }, { $0 > 0 ? $0 : 1.5 * Glibc.expm1($0) }),
  Case("selu", { selu($0) }, { selfNormal($0) }),
  Case("celu", { celu($0, alpha: 2) }, { $0 > 0 ? $0 : 2 * Glibc.expm1($0 / 2) }),
  Case(
    "gelu", floor: 1, { gelu($0) },
    { x in fading(x) { 0.5 * $0 * (1 + Glibc.erf($0 * 0.5.squareRoot())) } }),
  Case("geluTanh", floor: 1, { geluTanh($0) }, { fading($0, geluByTanh) }),
  Case("silu", { silu($0) }, { x in fading(x) { $0 * logistic($0) } }),
  Case("mish", { mish($0) }, { x in fading(x) { $0 * Glibc.tanh(logOfSum($0)) } }),
  Case("hardTanh", { hardTanh($0) }, { $0.isNaN ? .nan : min(max($0, -1), 1) }),
  Case("relu6", { relu6($0) }, { sixth($0) }),
  Case("hardSigmoid", { hardSigmoid($0) }, { sixth($0 + 3) / 6 }),
  Case("hardSwish", { hardSwish($0) }, { x in fading(x) { $0 * sixth($0 + 3) / 6 } }),
]

private func logistic(_ x: Double) -> Double {
  let growth = Glibc.exp(x)
  return x < 0 ? growth / (1 + growth) : 1 / (1 + Glibc.exp(-x))
}
private func logOfSum(_ x: Double) -> Double {
  x > 0 ? x + Glibc.log1p(Glibc.exp(-x)) : Glibc.log1p(Glibc.exp(x))
}
private func selfNormal(_ x: Double) -> Double {
  1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * Glibc.expm1(x))
}
private func geluByTanh(_ x: Double) -> Double {
  0.5 * x * (1 + Glibc.tanh((2 / Double.pi).squareRoot() * x * (1 + 0.044715 * x * x)))
}
private func sixth(_ x: Double) -> Double { x.isNaN ? .nan : min(max(x, 0), 6) }
/// A formula whose limit at −∞ is 0, where it would multiply ∞ by 0.
private func fading(_ x: Double, _ formula: (Double) -> Double) -> Double {
  x == -.infinity ? 0 : formula(x)
}
