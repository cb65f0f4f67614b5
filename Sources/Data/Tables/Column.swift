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
  /// What commas and points in its numbers are.
  let marks: NumberMarks

  /// A column of texts; its kind is found.
  public init(_ name: String, _ texts: [String]) {
    let trimmed = texts.map(CellText.trimmed)
    self.init(name, trimmed, NumberMarks.found([MarkEvidence(trimmed)], separator: nil)[0])
  }

  /// A column of texts without spaces around them whose marks are known.
  init(_ name: String, _ texts: [String], _ marks: NumberMarks) {
    self.name = name
    self.texts = texts
    self.marks = marks
    kind = Column.kind(of: texts, marks)
  }

  /// How many values are missing, or no numbers in a column of numbers.
  public var missingCount: Int { texts.count { isMissing($0) } }

  /// True of a value that says nothing in this column: a text among numbers too.
  func isMissing(_ text: String) -> Bool {
    if CellText.isMissing(text) { return true }
    switch kind {
    case .integer, .number: return CellText.number(text, marks) == nil
    case .boolean: return CellText.truth(text) == nil
    case .category: return false
    case .empty: return true
    }
  }

  /// The places of texts in a column of numbers that do not even stand for a missing one.
  var oddPlaces: [Int] {
    guard kind == .integer || kind == .number else { return [] }
    return texts.indices.filter {
      isMissing(texts[$0]) && !CellText.isMissing(texts[$0]) && !CellText.isPlaceholder(texts[$0])
    }
  }

  /// The values as numbers, true being 1: NaN where one is missing, and everywhere in a column of categories.
  public var numbers: [Double] {
    texts.map { (kind == .boolean ? CellText.truth($0) : CellText.number($0, marks)) ?? .nan }
  }

  /// The different values, whole numbers by their size, others by their letters.
  public var distinct: [String] {
    let present = Set(texts.filter { !isMissing($0) })
    guard kind == .integer else { return present.sorted() }
    return present.sorted {
      let (a, b) = (CellText.number($0, marks) ?? 0, CellText.number($1, marks) ?? 0)
      return a == b ? $0 < $1 : a < b
    }
  }

  /// Fewer numbers than these do not make another text an exception.
  private static let fewestNumbers = 10

  private static func kind(of texts: [String], _ marks: NumberMarks) -> Kind {
    var (numbers, whole, truths, others, dashes, nones) = (0, 0, 0, 0, 0, 0)
    var different: Set<String> = []
    for text in texts where !CellText.isMissing(text) {
      if CellText.isPlaceholder(text) {
        if text.utf8.count == 4 { nones += 1 } else { dashes += 1 }
      } else if CellText.number(text, marks) != nil {
        numbers += 1
        if CellText.isWhole(text, marks) { whole += 1 }
        if different.count <= fewestNumbers { different.insert(text) }
      } else if CellText.truth(text) != nil {
        truths += 1
      } else {
        others += 1
        if truths > 0 || 10 * others > texts.count { return .category }
      }
    }
    guard numbers + truths + others > 0 else { return .empty }
    if truths > 0 { return numbers + others + nones == 0 ? .boolean : .category }
    // A few texts among many numbers are slips; among few different whole numbers they may be a class like them.
    let areSlips =
      numbers >= fewestNumbers && 9 * others <= numbers
      && (whole < numbers || different.count > fewestNumbers)
    guard others == 0 || areSlips else { return .category }
    return whole == numbers ? .integer : .number
  }
}
