/// An expression as written: its terms in the order in which they appear, every term after its parts.
///
/// Flat, so that neither building nor freeing a long one needs a deep stack.
struct Syntax {
  enum Term {
    case number(Double)
    case vector([Double])
    case name(String)
    case negation(Int)
    /// By name in `Vocabulary.functions`.
    case call(String, Int)
    /// By name in `Vocabulary.pairFunctions`.
    case pairCall(String, Int, Int)
    /// By symbol in `Vocabulary.operators`, or a power.
    case binary(Character, Int, Int)

    /// The terms that this one is made of.
    var parts: [Int] {
      switch self {
      case .number, .vector, .name: []
      case .negation(let part), .call(_, let part): [part]
      case .pairCall(_, let first, let second), .binary(_, let first, let second): [first, second]
      }
    }
  }

  /// `name = term`, or the value at the end without a name.
  struct Piece {
    let name: String?
    let column: Int
    var root: Int
  }

  private(set) var terms: [Term] = []
  private(set) var columns: [Int] = []
  private(set) var pieces: [Piece] = []

  static let termLimit = 4_000

  mutating func append(_ term: Term, at column: Int) throws(TraceError) -> Int {
    guard terms.count < Syntax.termLimit else {
      throw TraceError(
        "the expression is too long: more than \(Syntax.termLimit) terms", at: column)
    }
    terms.append(term)
    columns.append(column)
    return terms.count - 1
  }

  mutating func append(_ piece: Piece) { pieces.append(piece) }

  /// Minus a number is a number: it then needs no row, and may be an exponent.
  mutating func negate(_ term: Int, at column: Int) throws(TraceError) -> Int {
    if case .number(let value) = terms[term] {
      terms[term] = .number(-value)
      return term
    }
    return try append(.negation(term), at: column)
  }
}
