import AdjointGraph

/// The functions, operators and constants that expressions know: one line each.
enum Vocabulary {
  static let functions: [(name: String, apply: @Sendable (Tensor) -> Tensor)] = [
    ("ln", { AdjointGraph.log($0) }),
    ("log", { AdjointGraph.log($0) }),
    ("exp", { AdjointGraph.exp($0) }),
    ("tanh", { AdjointGraph.tanh($0) }),
    ("sigmoid", { 1 / (1 + AdjointGraph.exp(-$0)) }),
    ("relu", { AdjointGraph.relu($0) }),
    ("sqrt", { AdjointGraph.sqrt($0) }),
    ("sin", { AdjointGraph.sin($0) }),
    ("cos", { AdjointGraph.cos($0) }),
    ("sum", { $0.sum() }),
    ("mean", { $0.shape.isScalar ? $0 : $0.sum() / .literal(Double($0.count), .float64) }),
    ("max", { $0.max() }),
    ("softmax", softmax),
  ]

  /// Functions of two values.
  static let pairFunctions: [(name: String, apply: @Sendable (Tensor, Tensor) -> Tensor)] = [
    ("dot", dot)
  ]

  /// Functions whose names may name values too, where no parenthesis follows.
  private static let sharedNames: Set<String> = ["sum", "mean", "max", "softmax", "dot"]

  static let operators: [(symbol: Character, apply: @Sendable (Tensor, Tensor) -> Tensor)] = [
    ("+", { $0 + $1 }),
    ("-", { $0 - $1 }),
    ("*", { $0 * $1 }),
    ("/", { $0 / $1 }),
    ("^", { AdjointGraph.exp($1 * AdjointGraph.log($0)) }),
  ]

  static let constants: [(name: String, value: Double)] = [
    ("pi", Double.pi),
    ("e", 2.718281828459045),
  ]

  static var functionNames: [String] {
    functions.map { $0.name } + pairFunctions.map { $0.name }
  }

  static func isFunction(_ name: String) -> Bool { functionNames.contains(name) }

  /// Whether a name always means a function.
  static func isReserved(_ name: String) -> Bool {
    isFunction(name) && !sharedNames.contains(name)
  }

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
