import AdjointGraph

extension Notation {
  /// The functions that lectures meet more rarely.
  static let functions: [String: Notation] = [
    Absolute.shared.name: Notation(
      forward: "|{a}|", reverse: ["{u} · sign {a}"]),
    Acos.shared.name: Notation(
      forward: "acos {a}", reverse: ["−{u} / √(1 − {a}²)"]),
    Acosh.shared.name: Notation(
      forward: "acosh {a}", reverse: ["{u} / √({a}² − 1)"]),
    Asin.shared.name: Notation(
      forward: "asin {a}", reverse: ["{u} / √(1 − {a}²)"]),
    Asinh.shared.name: Notation(
      forward: "asinh {a}", reverse: ["{u} / √({a}² + 1)"]),
    Atan.shared.name: Notation(
      forward: "atan {a}", reverse: ["{u} / (1 + {a}²)"]),
    Atanh.shared.name: Notation(
      forward: "atanh {a}", reverse: ["{u} / (1 − {a}²)"]),
    Cbrt.shared.name: Notation(
      forward: "∛{a}", reverse: ["{u} / (3 · {y}²)"]),
    Ceil.shared.name: Notation(
      forward: "⌈{a}⌉", reverse: ["{u} · 0"]),
    Cosh.shared.name: Notation(
      forward: "cosh {a}", reverse: ["{u} · sinh {a}"]),
    Erf.shared.name: Notation(
      forward: "erf {a}", reverse: ["{u} · 2/√π · exp(−{a}²)"]),
    Erfinv.shared.name: Notation(
      forward: "erfinv {a}", reverse: ["{u} · √π/2 · exp({y}²)"]),
    Expm1.shared.name: Notation(
      forward: "expm1 {a}", reverse: ["{u} · ({y} + 1)"]),
    Floor.shared.name: Notation(
      forward: "⌊{a}⌋", reverse: ["{u} · 0"]),
    Lgamma.shared.name: Notation(
      forward: "lgamma {a}", reverse: ["{u} · digamma {a}"]),
    Log1p.shared.name: Notation(
      forward: "log1p {a}", reverse: ["{u} / (1 + {a})"]),
    Round.shared.name: Notation(
      forward: "round {a}", reverse: ["{u} · 0"]),
    Sign.shared.name: Notation(
      forward: "sign {a}", reverse: ["{u} · 0"]),
    Sinh.shared.name: Notation(
      forward: "sinh {a}", reverse: ["{u} · cosh {a}"]),
    Softplus.shared.name: Notation(
      forward: "softplus {a}", reverse: ["{u} / (1 + exp(−{a}))"]),
    Truncate.shared.name: Notation(
      forward: "trunc {a}", reverse: ["{u} · 0"]),
    Atan2.shared.name: Notation(
      forward: "atan2({a}, {b})",
      reverse: ["{u} · {b} / ({a}² + {b}²)", "−{u} · {a} / ({a}² + {b}²)"]),
    FloorDivide.shared.name: Notation(
      forward: "⌊{a} / {b}⌋", reverse: ["{u} · 0", "{u} · 0"]),
    Hypot.shared.name: Notation(
      forward: "√({a}² + {b}²)", reverse: ["{u} · {a} / {y}", "{u} · {b} / {y}"]),
    PairMaximum.shared.name: Notation(
      forward: "max({a}, {b})",
      reverse: ["{u} · ([{a} > {b}] + ½[{a} = {b}])", "{u} · ([{b} > {a}] + ½[{a} = {b}])"]),
    PairMinimum.shared.name: Notation(
      forward: "min({a}, {b})",
      reverse: ["{u} · ([{a} < {b}] + ½[{a} = {b}])", "{u} · ([{b} < {a}] + ½[{a} = {b}])"]),
    RealPower.shared.name: Notation(
      forward: "{a}^{b}", reverse: ["{u} · {b} · {a}^({b} − 1)", "{u} · {y} · ln {a}"]),
    Remainder.shared.name: Notation(
      forward: "{a} mod {b}", reverse: ["{u}", "−{u} · ⌊{a} / {b}⌋"]),
    Greater.shared.name: Notation(
      forward: "[{a} > {b}]", reverse: ["{u} · 0", "{u} · 0"]),
    GreaterEqual.shared.name: Notation(
      forward: "[{a} ≥ {b}]", reverse: ["{u} · 0", "{u} · 0"]),
    Select.shared.name: Notation(
      forward: "{a} ? {b} : {c}", reverse: ["{u} · 0", "{u} · {a}", "{u} · (1 − {a})"]),
  ]
}
