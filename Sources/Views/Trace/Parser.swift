/// Reads an expression by recursive descent.
///
///     pieces   = [name "="] sum { ";" [name "="] sum }
///     sum      = product { ("+" | "-") product }
///     product  = signed { ("*" | "/") signed }
///     signed   = "-" signed | power
///     power    = primary [ "^" signed ]
///     primary  = number | vector | name | function "(" sum ["," sum] ")" | "(" sum ")"
///     vector   = "[" ["-"] number { "," ["-"] number } "]"
struct Parser {
  private var lexer: Lexer
  private var token: Token
  private var syntax = Syntax()
  private var depth = 0

  /// Every recursion passes through `signed`, so that counting there bounds the stack.
  private static let depthLimit = 200

  static func parse(_ text: String) throws(TraceError) -> Syntax {
    var parser = try Parser(text)
    try parser.pieces()
    return parser.syntax
  }

  private init(_ text: String) throws(TraceError) {
    lexer = Lexer(text)
    token = try lexer.next()
    if token.kind == .end {
      throw TraceError("the expression is empty; write one such as \"ln(x1) + x1*x2\"", at: 1)
    }
  }

  private mutating func advance() throws(TraceError) { token = try lexer.next() }

  private mutating func take(_ symbol: Character) throws(TraceError) -> Bool {
    guard token.kind == .symbol(symbol) else { return false }
    try advance()
    return true
  }

  private mutating func pieces() throws(TraceError) {
    var hasMore = true
    while hasMore {
      let column = token.column
      let name = try pieceName()
      let piece = Syntax.Piece(name: name, column: column, root: try sum())
      syntax.append(piece)
      hasMore = try take(";")
      if hasMore, name == nil, token.kind != .end {
        throw TraceError("only the last piece may lack a name: write name = ... here", at: column)
      }
    }
    guard token.kind == .end else { throw unexpectedAfterTerm() }
  }

  /// The name before an equals sign, taken with it.
  private mutating func pieceName() throws(TraceError) -> String? {
    guard case .name(let name) = token.kind else { return nil }
    var ahead = lexer
    guard try ahead.next().kind == .symbol("=") else { return nil }
    if Vocabulary.isReserved(name) {
      throw TraceError("\(name) is a function and cannot name a value", at: token.column)
    }
    if name == "v0" {
      throw TraceError("v0 is always the last input; choose another name", at: token.column)
    }
    if syntax.pieces.contains(where: { $0.name == name }) {
      throw TraceError("\(Suggestion.quoted(name)) is defined twice", at: token.column)
    }
    try advance()
    try advance()
    return name
  }

  private mutating func sum() throws(TraceError) -> Int {
    var left = try product()
    while case .symbol(let symbol) = token.kind, symbol == "+" || symbol == "-" {
      left = try binary(symbol, left) { parser throws(TraceError) in try parser.product() }
    }
    return left
  }

  private mutating func product() throws(TraceError) -> Int {
    var left = try signed()
    while case .symbol(let symbol) = token.kind, symbol == "*" || symbol == "/" {
      left = try binary(symbol, left) { parser throws(TraceError) in try parser.signed() }
    }
    return left
  }

  private mutating func binary(
    _ symbol: Character, _ left: Int, _ right: (inout Parser) throws(TraceError) -> Int
  ) throws(TraceError) -> Int {
    let column = token.column
    try advance()
    let second = try right(&self)
    return try syntax.append(.binary(symbol, left, second), at: column)
  }

  private mutating func signed() throws(TraceError) -> Int {
    guard depth < Parser.depthLimit else {
      throw TraceError(
        "nested more than \(Parser.depthLimit) deep; name parts of it: a = ...; b = ...",
        at: token.column)
    }
    depth += 1
    defer { depth -= 1 }
    let column = token.column
    guard try take("-") else { return try power() }
    let positive = try signed()
    return try syntax.negate(positive, at: column)
  }

  private mutating func power() throws(TraceError) -> Int {
    let base = try primary()
    guard token.kind == .symbol("^") else { return base }
    return try binary("^", base) { parser throws(TraceError) in try parser.signed() }
  }

  private mutating func primary() throws(TraceError) -> Int {
    let column = token.column
    switch token.kind {
    case .number(let value):
      try advance()
      return try syntax.append(.number(value), at: column)
    case .name(let name):
      try advance()
      return try named(name, at: column)
    case .symbol("("):
      try advance()
      let inner = try sum()
      try close(openedAt: column)
      return inner
    case .symbol("["):
      return try syntax.append(.vector(try vector()), at: column)
    case .end:
      throw TraceError("the text ends where a number, a name or \"(\" should be", at: column)
    default:
      throw TraceError("expected a number, a name or \"(\", found \(token.description)", at: column)
    }
  }

  private mutating func named(_ name: String, at column: Int) throws(TraceError) -> Int {
    let opening = token.column
    guard token.kind == .symbol("(") else {
      if Vocabulary.isReserved(name) {
        throw TraceError("\(name) is a function: write \(name)(...)", at: column)
      }
      return try syntax.append(.name(name), at: column)
    }
    guard Vocabulary.isFunction(name) else {
      let known = Vocabulary.functionNames
      throw TraceError(
        "no function is called \(Suggestion.quoted(name))"
          + Suggestion.hint(for: name, among: known)
          + "; there are \(known.joined(separator: ", "))", at: column)
    }
    try advance()
    let argument = try sum()
    let isPair = Vocabulary.isPairFunction(name)
    if !isPair || (Vocabulary.isUnary(name) && token.kind != .symbol(",")) {
      try close(openedAt: opening)
      return try syntax.append(.call(name, argument), at: column)
    }
    guard try take(",") else {
      throw TraceError(
        "\(name) takes two values: write \(name)(a, b); found \(token.description)",
        at: token.column)
    }
    let second = try sum()
    try close(openedAt: opening)
    return try syntax.append(.pairCall(name, argument, second), at: column)
  }

  private mutating func close(openedAt opening: Int) throws(TraceError) {
    if try take(")") { return }
    if token.kind == .end {
      throw TraceError("the \"(\" of column \(opening) is never closed", at: token.column)
    }
    throw unexpectedAfterTerm()
  }

  private func unexpectedAfterTerm() -> TraceError {
    switch token.kind {
    case .symbol("="):
      TraceError("\"=\" may only follow a name at the start of a piece", at: token.column)
    case .symbol(")"):
      TraceError("this \")\" closes nothing", at: token.column)
    default:
      TraceError("expected an operator or the end, found \(token.description)", at: token.column)
    }
  }
}

// Vectors.

extension Parser {
  private static let elementLimit = 1_000

  private mutating func vector() throws(TraceError) -> [Double] {
    let opening = token.column
    var elements: [Double] = []
    try advance()
    repeat {
      guard elements.count < Parser.elementLimit else {
        throw TraceError(
          "the vector is too long: more than \(Parser.elementLimit) numbers", at: token.column)
      }
      elements.append(try element(openedAt: opening))
    } while try take(",")
    if try take("]") { return elements }
    if token.kind == .end { throw neverClosed(opening) }
    throw TraceError("expected \",\" or \"]\", found \(token.description)", at: token.column)
  }

  private mutating func element(openedAt opening: Int) throws(TraceError) -> Double {
    let sign: Double = try take("-") ? -1 : 1
    switch token.kind {
    case .number(let value):
      try advance()
      return sign * value
    case .end: throw neverClosed(opening)
    case .symbol("["):
      throw TraceError("vectors do not hold vectors; write numbers: [1, 2]", at: token.column)
    case .symbol("]") where token.column == opening + 1:
      throw TraceError("a vector holds at least one number: [1, 2]", at: token.column)
    default:
      throw TraceError(
        "a vector holds numbers such as [1, -0.5]; found \(token.description)", at: token.column)
    }
  }

  private func neverClosed(_ opening: Int) -> TraceError {
    TraceError("the \"[\" of column \(opening) is never closed", at: token.column)
  }
}
