import AdjointGraph

/// The functions, operators and constants that expressions know: one line each.
enum Vocabulary {
  typealias Unary = @Sendable (Tensor) -> Tensor
  typealias Binary = @Sendable (Tensor, Tensor) -> Tensor

  static let functions: [(name: String, apply: Unary)] = [
    ("ln", { AdjointGraph.log($0) }),
    ("log", { AdjointGraph.log($0) }),
    ("exp", { AdjointGraph.exp($0) }),
    ("sqrt", { AdjointGraph.sqrt($0) }),
    ("sin", { AdjointGraph.sin($0) }),
    ("cos", { AdjointGraph.cos($0) }),
    ("tan", { AdjointGraph.tan($0) }),
    ("asin", { AdjointGraph.asin($0) }),
    ("acos", { AdjointGraph.acos($0) }),
    ("atan", { AdjointGraph.atan($0) }),
    ("sinh", { AdjointGraph.sinh($0) }),
    ("cosh", { AdjointGraph.cosh($0) }),
    ("tanh", { AdjointGraph.tanh($0) }),
    ("asinh", { AdjointGraph.asinh($0) }),
    ("acosh", { AdjointGraph.acosh($0) }),
    ("atanh", { AdjointGraph.atanh($0) }),
    ("exp2", { AdjointGraph.exp2($0) }),
    ("expm1", { AdjointGraph.expm1($0) }),
    ("log1p", { AdjointGraph.log1p($0) }),
    ("log2", { AdjointGraph.log2($0) }),
    ("log10", { AdjointGraph.log10($0) }),
    ("square", { AdjointGraph.power($0, 2) }),
    ("cbrt", { AdjointGraph.cbrt($0) }),
    ("rsqrt", { AdjointGraph.rsqrt($0) }),
    ("reciprocal", { AdjointGraph.reciprocal($0) }),
    ("abs", { AdjointGraph.abs($0) }),
    ("sign", { AdjointGraph.sign($0) }),
    ("floor", { AdjointGraph.floor($0) }),
    ("ceil", { AdjointGraph.ceil($0) }),
    ("round", { AdjointGraph.round($0) }),
    ("trunc", { AdjointGraph.trunc($0) }),
    ("erf", { AdjointGraph.erf($0) }),
    ("erfinv", { AdjointGraph.erfinv($0) }),
    ("lgamma", { AdjointGraph.lgamma($0) }),
    ("digamma", { AdjointGraph.digamma($0) }),
    ("sigmoid", sigmoid),
    ("logSigmoid", { AdjointGraph.logSigmoid($0) }),
    ("softplus", { AdjointGraph.softplus($0) }),
    ("relu", { AdjointGraph.relu($0) }),
    ("relu6", { AdjointGraph.relu6($0) }),
    ("leakyReLU", { AdjointGraph.leakyReLU($0) }),
    ("elu", { AdjointGraph.elu($0) }),
    ("selu", { AdjointGraph.selu($0) }),
    ("celu", { AdjointGraph.celu($0) }),
    // As lectures write them: without the cases that keep the engine's finite at infinity.
    ("gelu", { 0.5 * $0 * (1 + AdjointGraph.erf($0 / 2.0.squareRoot())) }),
    (
      "geluTanh",
      { x in
        let cubic = x + 0.044715 * AdjointGraph.power(x, 3)
        return 0.5 * x * (1 + AdjointGraph.tanh((2 / Double.pi).squareRoot() * cubic))
      }
    ),
    ("silu", { $0 * sigmoid($0) }),
    ("mish", { $0 * AdjointGraph.tanh(AdjointGraph.softplus($0)) }),
    ("hardTanh", { AdjointGraph.hardTanh($0) }),
    ("hardSigmoid", { AdjointGraph.hardSigmoid($0) }),
    ("hardSwish", { $0 * AdjointGraph.hardSigmoid($0) }),
    ("sum", { $0.sum() }),
    ("mean", { $0.shape.isScalar ? $0 : $0.sum() / .literal(Double($0.count), .float64) }),
    ("max", { $0.max() }),
    ("min", { $0.min() }),
    ("softmax", softmax),
  ]

  /// Functions of two values; some are functions of one as well.
  static let pairFunctions: [(name: String, apply: Binary)] = [
    ("dot", dot),
    ("max", { AdjointGraph.maximum($0, $1) }),
    ("min", { AdjointGraph.minimum($0, $1) }),
    ("pow", { AdjointGraph.pow($0, $1) }),
    ("atan2", { AdjointGraph.atan2($0, $1) }),
    ("hypot", { AdjointGraph.hypot($0, $1) }),
    ("mod", { AdjointGraph.remainder($0, $1) }),
    ("floorDivide", { AdjointGraph.floorDivide($0, $1) }),
  ]

  /// Functions whose names may name values too, where no parenthesis follows.
  private static let sharedNames: Set<String> = [
    "sum", "mean", "max", "min", "softmax", "dot", "mod", "sign", "round", "floor", "ceil",
    "trunc", "square", "reciprocal", "pow",
  ]

  static let operators: [(symbol: Character, apply: Binary)] = [
    ("+", { $0 + $1 }),
    ("-", { $0 - $1 }),
    ("*", { $0 * $1 }),
    ("/", { $0 / $1 }),
    ("^", { AdjointGraph.pow($0, $1) }),
  ]

  static let constants: [(name: String, value: Double)] = [
    ("pi", Double.pi),
    ("e", 2.718281828459045),
  ]

  static var functionNames: [String] {
    functions.map { $0.name } + pairFunctions.map { $0.name }.filter { !isUnary($0) }
  }

  static func isFunction(_ name: String) -> Bool { functionNames.contains(name) }

  /// Whether a name always means a function.
  static func isReserved(_ name: String) -> Bool {
    isFunction(name) && !sharedNames.contains(name)
  }

  static func isUnary(_ name: String) -> Bool { functions.contains { $0.name == name } }

  static func isPairFunction(_ name: String) -> Bool { pairFunctions.contains { $0.name == name } }

  static func function(_ name: String) -> (Tensor) -> Tensor {
    functions.first { $0.name == name }!.apply
  }

  static func pairFunction(_ name: String) -> (Tensor, Tensor) -> Tensor {
    pairFunctions.first { $0.name == name }!.apply
  }

  static func binary(_ symbol: Character) -> (Tensor, Tensor) -> Tensor {
    operators.first { $0.symbol == symbol }!.apply
  }

  static func constant(_ name: String) -> Double? {
    constants.first { $0.name == name }?.value
  }

  @Sendable private static func sigmoid(_ x: Tensor) -> Tensor {
    1 / (1 + AdjointGraph.exp(-x))
  }

  /// Exponentials, their sum, quotients: as lectures write it. Numbers above 709 overflow.
  @Sendable private static func softmax(_ x: Tensor) -> Tensor {
    guard !x.shape.isScalar else {
      return fail(GraphError("softmax", "takes a vector such as [1, 2], not one number"))
    }
    let exponentials = AdjointGraph.exp(x)
    return exponentials / exponentials.sum()
  }

  /// Products and their sum.
  @Sendable private static func dot(_ a: Tensor, _ b: Tensor) -> Tensor {
    guard a.rank == 1, a.shape == b.shape else {
      return fail(
        GraphError(
          "dot",
          "takes two vectors of equal length, not \(a.shape.description) and \(b.shape.description)"
        ))
    }
    return (a * b).sum()
  }
}

extension Trace {
  /// The functions that an expression may call.
  public static var functionNames: [String] { Vocabulary.functionNames }

  /// Whether a word can stand for a variable.
  public static func isVariableName(_ word: String) -> Bool {
    var lexer = Lexer(word)
    guard let token = try? lexer.next() else { return false }
    return token.kind == .name(word) && !Vocabulary.isReserved(word)
  }
}
