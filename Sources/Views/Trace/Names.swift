/// Checks that every name of an expression means exactly one thing, and says which.
struct Names {
  enum Meaning {
    /// The value of an earlier piece.
    case piece(Int)
    case variable(String)
    case constant(Double)
  }

  private let pieces: [String: Int]
  private let bindings: [String: Trace.Numbers]

  init(_ syntax: Syntax, _ bindings: [String: Trace.Numbers]) throws(TraceError) {
    var pieces: [String: Int] = [:]
    for (index, piece) in syntax.pieces.enumerated() {
      guard let name = piece.name else { continue }
      pieces[name] = index
      if bindings[name] != nil {
        throw TraceError(
          "\(Suggestion.quoted(name)) is defined here and given a value too; drop one of them",
          at: piece.column)
      }
    }
    self.pieces = pieces
    self.bindings = bindings
    try check(syntax)
  }

  /// What a name means where `check` has passed.
  func meaning(of name: String) -> Meaning {
    if let piece = pieces[name] { return .piece(piece) }
    if bindings[name] != nil { return .variable(name) }
    return .constant(Vocabulary.constant(name) ?? .nan)
  }

  private func check(_ syntax: Syntax) throws(TraceError) {
    var used: Set<String> = []
    var missing: [String] = []
    var piece = 0
    for (place, term) in syntax.terms.enumerated() {
      while place > syntax.pieces[piece].root { piece += 1 }
      guard case .name(let name) = term else { continue }
      used.insert(name)
      if let definition = pieces[name] {
        guard definition < piece else {
          throw TraceError(
            "\(Suggestion.quoted(name)) is used before it is defined", at: syntax.columns[place])
        }
      } else if bindings[name] == nil, Vocabulary.constant(name) == nil, !missing.contains(name) {
        missing.append(name)
      }
    }
    try check(missing: missing, unused: bindings.keys.filter { !used.contains($0) }.sorted())
    for piece in syntax.pieces.dropLast() {
      guard let name = piece.name, !used.contains(name) else { continue }
      throw TraceError(
        "\(Suggestion.quoted(name)) is never used; use it in a later piece or remove it",
        at: piece.column)
    }
  }

  private func check(missing: [String], unused: [String]) throws(TraceError) {
    var parts: [String] = []
    if !missing.isEmpty {
      parts.append(
        "no value for \(list(missing)); add \(list([missing[0]]))=NUMBER"
          + Suggestion.hint(for: missing[0], among: unused))
    }
    if !unused.isEmpty { parts.append("given but not in the expression: \(list(unused))") }
    if !parts.isEmpty { throw TraceError(parts.joined(separator: "; ")) }
  }

  private func list(_ names: [String]) -> String {
    names.prefix(10).map { Suggestion.quoted($0).dropFirst().dropLast() }.joined(separator: ", ")
      + (names.count > 10 ? " and \(names.count - 10) more" : "")
  }
}
