/// How a column becomes numbers that a network takes.
public struct TableFeature: Sendable, Equatable {
  /// What is done with the values.
  public enum Treatment: Sendable, Equatable {
    /// A number less its mean, divided by its deviation. A missing one becomes `fill` first; a truth value is 1
    /// or 0.
    case number(fill: Double, mean: Double, deviation: Double, isTruth: Bool)
    /// One place for each category, 1 where it is the row's. A missing one becomes `fill`.
    case category(values: [String], fill: String)
  }

  /// The column's name.
  public let column: String
  /// What is done with its values.
  public let treatment: Treatment
  /// What commas and points were in its numbers.
  let marks: NumberMarks

  init(column: String, treatment: Treatment, marks: NumberMarks = NumberMarks()) {
    (self.column, self.treatment, self.marks) = (column, treatment, marks)
  }

  /// How many numbers a value becomes.
  public var width: Int {
    if case .category(let values, _) = treatment { return values.count }
    return 1
  }

  /// What the numbers are called: the column's name, or `name=value` for each category.
  public var names: [String] {
    if case .category(let values, _) = treatment { return values.map { "\(column)=\($0)" } }
    return [column]
  }

  /// The treatment that some rows of a column ask for.
  static func learned(_ column: Column, _ rows: [Int], _ source: String) throws -> TableFeature {
    let texts = rows.map { column.texts[$0] }
    guard texts.contains(where: { !column.isMissing($0) }) else {
      throw DataError(source, "column '\(column.name)' has no values to learn from; leave it out")
    }
    switch column.kind {
    case .integer, .number:
      return TableFeature(
        column: column.name,
        treatment: learnedNumber(texts, isTruth: false) { CellText.number($0, column.marks) },
        marks: column.marks)
    case .boolean:
      return TableFeature(
        column: column.name, treatment: learnedNumber(texts, isTruth: true, CellText.truth))
    case .category, .empty:
      let values = Column(column.name, texts).distinct
      return TableFeature(
        column: column.name, treatment: .category(values: values, fill: mostFrequent(texts)))
    }
  }

  private static func learnedNumber(
    _ texts: [String], isTruth: Bool, _ read: (String) -> Double?
  ) -> Treatment {
    let present = texts.filter { !CellText.isMissing($0) }.compactMap(read)
    // Squares of what is larger than this are infinite, so all is computed as parts of the largest.
    let largest = present.reduce(0) { max($0, $1.magnitude) }
    let unit = largest > 1e100 ? largest : 1
    // A truth value in the middle would be none.
    let fill =
      isTruth
      ? read(mostFrequent(texts.filter { read($0) != nil })) ?? 0
      : mean(present.map { $0 / unit }) * unit
    let filled = present + [Double](repeating: fill, count: texts.count - present.count)
    let middle = mean(filled.map { $0 / unit })
    let spread = mean(filled.map { ($0 / unit - middle) * ($0 / unit - middle) }).squareRoot()
    // A column that never changes becomes zeros, whatever rounding left of its variance.
    let deviation = spread * unit <= 1e-12 * largest ? 1 : spread * unit
    return .number(
      fill: fill, mean: middle * unit, deviation: deviation == 0 ? 1 : deviation, isTruth: isTruth)
  }

  private static func mean(_ values: [Double]) -> Double {
    values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
  }

  /// The value met most often, the first by its letters among equals.
  private static func mostFrequent(_ texts: [String]) -> String {
    var counts: [String: Int] = [:]
    for text in texts where !CellText.isMissing(text) { counts[text, default: 0] += 1 }
    let best = counts.max { $0.value == $1.value ? $0.key > $1.key : $0.value < $1.value }
    return best?.key ?? ""
  }

  /// Writes the numbers of a column's value to `place` and those after it; false where it is a category that was
  /// not there to learn from.
  func write(
    _ text: String, of column: Column, to numbers: inout [Double], at place: Int
  ) throws(NotANumber) -> Bool {
    switch treatment {
    case .number(let fill, let mean, let deviation, let isTruth):
      let value = number(text, column, isTruth) ?? (standsForNothing(text, column) ? fill : nil)
      guard let value else { throw NotANumber() }
      numbers[place] = (value - mean) / deviation
      return true
    case .category(let values, let fill):
      guard let index = values.firstIndex(of: CellText.isMissing(text) ? fill : text) else {
        return false
      }
      numbers[place + index] = 1
      return true
    }
  }

  private func number(_ text: String, _ column: Column, _ isTruth: Bool) -> Double? {
    // A file of few rows may not show what its marks are: those that were learned from count first.
    let marks = marks.filled(by: column.marks)
    guard isTruth else { return CellText.number(text, marks) }
    return CellText.truth(text) ?? CellText.number(text, marks)
  }

  /// True where there is no number, and none was meant, or it is an exception in its column.
  private func standsForNothing(_ text: String, _ column: Column) -> Bool {
    column.isMissing(text) || CellText.isMissing(text) || CellText.isPlaceholder(text)
  }

  /// A text where a number belongs.
  struct NotANumber: Error {}
}

extension TableFeature {
  /// The feature as a value that is saved.
  var description: PlainValue {
    switch treatment {
    case .number(let fill, let mean, let deviation, let isTruth):
      .fields(
        marks.description.merging([
          "column": .text(column), "kind": .text(isTruth ? "truth" : "number"),
          "fill": .number(fill), "mean": .number(mean), "deviation": .number(deviation),
        ]) { $1 })
    case .category(let values, let fill):
      .fields([
        "column": .text(column), "kind": .text("category"), "fill": .text(fill),
        "values": .list(values.map { .text($0) }),
      ])
    }
  }

  /// The feature that was saved.
  init?(_ description: PlainValue) {
    guard let column = description["column"]?.text, let kind = description["kind"]?.text else {
      return nil
    }
    switch kind {
    case "number", "truth":
      guard let fill = description["fill"]?.number, let mean = description["mean"]?.number,
        let deviation = description["deviation"]?.number, deviation > 0
      else { return nil }
      self.init(
        column: column,
        treatment: .number(fill: fill, mean: mean, deviation: deviation, isTruth: kind == "truth"),
        marks: NumberMarks(description))
    case "category":
      guard let values = description["values"]?.texts, let fill = description["fill"]?.text else {
        return nil
      }
      self.init(column: column, treatment: .category(values: values, fill: fill))
    default: return nil
    }
  }
}
