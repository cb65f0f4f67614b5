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
  ]

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

  static var functionNames: [String] { functions.map { $0.name } }

  static func isFunction(_ name: String) -> Bool { functions.contains { $0.name == name } }

  static func function(_ name: String) -> (Tensor) -> Tensor {
    functions.first { $0.name == name }!.apply
  }

  static func binary(_ symbol: Character) -> (Tensor, Tensor) -> Tensor {
    operators.first { $0.symbol == symbol }!.apply
  }

  static func constant(_ name: String) -> Double? {
    constants.first { $0.name == name }?.value
  }
}

extension Trace {
  /// The functions that an expression may call.
  public static var functionNames: [String] { Vocabulary.functionNames }

  /// Whether a word can stand for a variable.
  public static func isVariableName(_ word: String) -> Bool {
    var lexer = Lexer(word)
    guard let token = try? lexer.next() else { return false }
    return token.kind == .name(word) && !Vocabulary.isFunction(word)
  }
}
