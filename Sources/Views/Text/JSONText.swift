/// JSON written by hand: small, ordered, and with every digit of a number.
package enum JSONText {
  /// Shortest digits that give the same number back; null for NaN and infinities, which JSON lacks.
  package static func number(_ value: Double) -> String {
    value.isFinite ? value.description : "null"
  }

  package static func string(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  package static func array(_ items: [String]) -> String {
    "[" + items.joined(separator: ", ") + "]"
  }

  package static func object(_ fields: [(name: String, value: String)]) -> String {
    "{" + fields.map { string($0.name) + ": " + $0.value }.joined(separator: ", ") + "}"
  }
}
