/// A column of a table: its texts, and what kind of values they were found to be.
public struct Column: Sendable {
  /// What values are.
  public enum Kind: String, Sendable {
    /// Whole numbers.
    case integer
    /// Numbers with fractions.
    case number
    /// true and false, or yes and no.
    case boolean
    /// Anything else: one of several texts.
    case category
    /// Nothing: every value is missing.
    case empty
  }

  /// The name in the header, or `column N`.
  public let name: String
  /// What the values are.
  public let kind: Kind
  /// The values as they were written, without spaces around them.
  public let texts: [String]

  /// A column of texts; its kind is found.
  public init(_ name: String, _ texts: [String]) {
    self.name = name
    self.texts = texts.map(CellText.trimmed)
    kind = Column.kind(of: self.texts)
  }

  /// How many values are missing.
  public var missingCount: Int { texts.count { CellText.isMissing($0) } }

  /// The values as numbers, true being 1: NaN where one is missing, and everywhere in a column of categories.
  public var numbers: [Double] {
    texts.map { (kind == .boolean ? CellText.truth($0) : CellText.number($0)) ?? .nan }
  }

  /// The different values, whole numbers by their size, others by their letters.
  public var distinct: [String] {
    let present = Set(texts.filter { !CellText.isMissing($0) })
    guard kind == .integer else { return present.sorted() }
    return present.sorted {
      let (a, b) = (CellText.number($0) ?? 0, CellText.number($1) ?? 0)
      return a == b ? $0 < $1 : a < b
    }
  }

  private static func kind(of texts: [String]) -> Kind {
    var (areNumbers, areWhole, areTruths, hasAny) = (true, true, true, false)
    for text in texts where !CellText.isMissing(text) {
      hasAny = true
      if areNumbers, CellText.number(text) == nil { areNumbers = false }
      if areNumbers, areWhole, !CellText.isWhole(text) { areWhole = false }
      if areTruths, CellText.truth(text) == nil { areTruths = false }
      if !areNumbers, !areTruths { return .category }
    }
    guard hasAny else { return .empty }
    if areTruths { return .boolean }
    return areWhole ? .integer : .number
  }
}

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
    case "", "?", "na", "n/a", "nan", "null": return true
    default: return false
    }
  }

  /// The number that is written in digits; a comma may stand for the point.
  static func number(_ text: String) -> Double? {
    guard let first = text.utf8.first, first != UInt8(ascii: "e"), first != UInt8(ascii: "E"),
      text.utf8.allSatisfy(isPartOfNumber)
    else { return nil }
    var value = Double(text)
    if value == nil, text.utf8.contains(UInt8(ascii: ",")), !text.utf8.contains(UInt8(ascii: ".")) {
      value = Double(String(text.map { $0 == "," ? "." : $0 }))
    }
    guard let value, value.isFinite else { return nil }
    return value
  }

  private static func isPartOfNumber(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"),
      UInt8(ascii: "."), UInt8(ascii: ","), UInt8(ascii: "e"), UInt8(ascii: "E"):
      true
    default: false
    }
  }

  /// True of digits with a sign or none, as long as a Double holds them all.
  static func isWhole(_ text: String) -> Bool {
    guard let value = Int64(text) else { return false }
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
