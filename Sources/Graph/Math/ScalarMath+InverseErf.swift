// The inverse of the error function.

extension ScalarMath {
  /// The y with erf y = value; infinite at ±1, NaN beyond. An odd polynomial up to ½. Beyond, 1 − |value| is exact, and
  /// with t = √(−log(1 − |value|)) the result is t plus a quotient of polynomials whose terms have one sign: nothing
  /// cancels, however near to 1 the value comes.
  package static func erfinv(_ value: Double) -> Double {
    let size = value.magnitude
    if size <= 0.5 { return copySign(inverseErfNearZero(size), value) }
    guard size < 1 else { return size == 1 ? copySign(.infinity, value) : .nan }
    let t = (-log(1 - size)).squareRoot()
    return copySign(t + inverseErfRest(t), value)
  }

  private static func inverseErfNearZero(_ x: Double) -> Double {
    let fit: InlineArray<14, Double> = [
      0.23201366653465449081, 0.12755617530560225593, 0.086552129240433506755,
      0.064959617858828228419, 0.051731275974216928877, 0.04283691074721261622,
      0.036462050728561012766, 0.031742428656281174693, 0.027471565564100564259,
      0.028403982532016909695, 0.0070964318544930493141, 0.06817372602086854881,
      -0.071494918652127188347, 0.10550662128212427295,
    ]
    let z = x * x
    // √π/2 in two parts: what the first has lost, and then the polynomial.
    let rest = polynomial(fit, z) * z - 0x1.618f13eb7ca89p-55
    return x * 0x1.c5bf891b4ef6bp-1 + x * rest
  }

  /// erfinv x − t for t up to 6.08.
  private static func inverseErfRest(_ t: Double) -> Double {
    let over: InlineArray<12, Double> = [
      -9.169405029250349396e-6, -0.99983546739165951709, -2.2490790441969513058,
      -4.6284385345969957765, -5.3654870043928064379, -5.0002799981244911523,
      -2.901183481352737006, -0.95906307559197950114, -0.15384440327570390865,
      -0.0091842200462397014563, -0.00014146334007459954918, -9.6053498451396035809e-8,
    ]
    let under: InlineArray<12, Double> = [
      1, 3.1339147158872377807, 7.4131281228133566781, 11.465336881479129892,
      13.843348792202676769, 12.12652006025953449, 8.0075912791103589768,
      3.3740214901220818972, 0.82691224969750481611, 0.09732012069396373822,
      0.0042766441329980380341, 0.000046508340882441692592,
    ]
    return polynomial(over, t) / polynomial(under, t)
  }

  /// Horner's scheme, the constant first.
  private static func polynomial<let terms: Int>(
    _ fit: InlineArray<terms, Double>, _ x: Double
  ) -> Double {
    var sum = fit[terms - 1]
    for term in stride(from: terms - 2, through: 0, by: -1) { sum = sum * x + fit[term] }
    return sum
  }
}
