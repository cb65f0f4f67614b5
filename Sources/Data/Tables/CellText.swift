/// What the text of one field means.
enum CellText {
  /// Without spaces and tabs around it.
  static func trimmed(_ text: String) -> String {
    let isSpace: (UInt8) -> Bool = { $0 == 32 || $0 == 9 }
    guard let first = text.utf8.first, let last = text.utf8.last, isSpace(first) || isSpace(last)
    else { return text }
    let content = text.utf8.drop(while: isSpace)
    let end = content.lastIndex { !isSpace($0) }
    return end.map { String(content[...$0]) ?? text } ?? ""
  }

  /// True of nothing, NA, N/A, NaN, null and ?, in any case.
  static func isMissing(_ text: String) -> Bool {
    guard text.utf8.count <= 4 else { return false }
    switch text.lowercased() {
    case "", "?", "na", "n/a", "#n/a", "nan", "null": return true
    default: return false
    }
  }

  /// True of what stands for nothing among numbers, and may be a value among texts: dashes, a point, none.
  static func isPlaceholder(_ text: String) -> Bool {
    guard text.utf8.count <= 4 else { return false }
    switch text.lowercased() {
    case "-", "--", ".", "–", "—", "none": return true
    default: return false
    }
  }

  /// The number that is written in digits.
  static func number(_ text: String, _ marks: NumberMarks = NumberMarks()) -> Double? {
    guard let first = text.utf8.first, first != UInt8(ascii: "e"), first != UInt8(ascii: "E"),
      text.utf8.allSatisfy(isPartOfNumber), let plain = marks.plain(text),
      let value = Double(plain), value.isFinite
    else { return nil }
    return value
  }

  /// Whether it is a number, whatever its commas and points mean.
  static func isNumber(_ text: String) -> Bool {
    number(text) != nil || number(text, NumberMarks(comma: .thousands)) != nil
      || number(text, NumberMarks(point: .thousands)) != nil
  }

  static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private static func isPartOfNumber(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: ","),
      UInt8(ascii: "e"), UInt8(ascii: "E"):
      true
    default: isDigit(byte)
    }
  }

  /// True of digits with a sign or none, as long as a Double holds them all.
  static func isWhole(_ text: String, _ marks: NumberMarks = NumberMarks()) -> Bool {
    guard let value = marks.plain(text).flatMap({ Int64($0) }) else { return false }
    return value.magnitude <= 1 << 53
  }

  /// 1 for true and yes, 0 for false and no.
  static func truth(_ text: String) -> Double? {
    guard text.utf8.count <= 5 else { return nil }
    switch text.lowercased() {
    case "true", "yes": return 1
    case "false", "no": return 0
    default: return nil
    }
  }
}
