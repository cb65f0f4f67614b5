import AdjointFormats

/// A word of an expression, and where it begins.
struct Token {
  enum Kind: Equatable {
    case number(Double)
    case name(String)
    /// One of + - * / ^ ( ) [ ] , = ;
    case symbol(Character)
    case end
  }

  let kind: Kind
  /// From 1.
  let column: Int

  /// The word as an error message calls it.
  var description: String {
    switch kind {
    case .number(let value): "the number \(NumberText.short(value))"
    case .name(let name): Suggestion.quoted(name)
    case .symbol(let symbol): Suggestion.quoted(String(symbol))
    case .end: "the end"
    }
  }
}

/// Cuts an expression into words, one at a time.
struct Lexer {
  private let text: [Unicode.Scalar]
  private var place = 0

  init(_ text: String) { self.text = Array(text.unicodeScalars) }

  mutating func next() throws(TraceError) -> Token {
    while let scalar = current, scalar.properties.isWhitespace { place += 1 }
    let column = place + 1
    guard let scalar = current else { return Token(kind: .end, column: column) }
    if isDigit(scalar) || scalar == "." {
      return Token(kind: .number(try number()), column: column)
    }
    if isLetter(scalar) { return Token(kind: .name(name()), column: column) }
    place += 1
    switch scalar {
    case "+", "-", "*", "/", "^", "(", ")", "[", "]", ",", "=", ";":
      return Token(kind: .symbol(Character(scalar)), column: column)
    // The signs that a trace prints may be typed too.
    case "−": return Token(kind: .symbol("-"), column: column)
    case "·", "×": return Token(kind: .symbol("*"), column: column)
    default:
      throw TraceError("\(Suggestion.quoted(String(scalar))) has no meaning here", at: column)
    }
  }

  private var current: Unicode.Scalar? { place < text.count ? text[place] : nil }

  private func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

  private func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "_" || scalar.properties.isAlphabetic
  }

  private mutating func name() -> String {
    var name = ""
    while let scalar = current, isLetter(scalar) || isDigit(scalar) {
      name.unicodeScalars.append(scalar)
      place += 1
    }
    return name
  }

  private mutating func number() throws(TraceError) -> Double {
    let start = place
    skipDigits()
    if current == "." {
      place += 1
      skipDigits()
    }
    skipExponent()
    var digits = String.UnicodeScalarView()
    digits.append(contentsOf: text[start..<place])
    guard let value = Double(String(digits)) else {
      throw TraceError("\(Suggestion.quoted(String(digits))) is not a number", at: start + 1)
    }
    guard value.isFinite else {
      let number = Suggestion.quoted(String(digits))
      throw TraceError("the number \(number) is too large", at: start + 1)
    }
    return value
  }

  private mutating func skipDigits() {
    while let scalar = current, isDigit(scalar) { place += 1 }
  }

  /// An e only belongs to a number where digits follow.
  private mutating func skipExponent() {
    guard current == "e" || current == "E" else { return }
    let start = place
    place += 1
    if current == "-" || current == "+" { place += 1 }
    let digits = place
    skipDigits()
    if place == digits { place = start }
  }
}
