/// Whether a file's first row names its columns, and why.
struct TableHeader {
  let isHeader: Bool
  /// The decision in words.
  let reason: String

  /// How many rows below the first are looked at.
  private static let looks = 1_000

  /// The guess for rows of fields.
  init(_ rows: [[String]]) {
    let first = (rows.first ?? []).map(CellText.trimmed)
    let below = rows.dropFirst().prefix(TableHeader.looks)
    let columns = first.indices.map { place in
      below.compactMap { place < $0.count ? CellText.trimmed($0[place]) : nil }
        .filter { !CellText.isMissing($0) && !CellText.isPlaceholder($0) }
    }
    let hasNumber = first.contains { CellText.isNumber($0) }
    let words = first.indices.filter { TableHeader.isWord(first[$0]) }
    let areNumbers = columns.map { TableHeader.areNumbers($0) }
    let overNumbers = words.first { areNumbers[$0] }
    let again = words.first { columns[$0].contains(first[$0]) }
    guard first.contains(where: { !$0.isEmpty }) else {
      (isHeader, reason) = (false, "there is no header, for the first row is empty")
      return
    }
    guard hasNumber else {
      if overNumbers == nil, let again {
        (isHeader, reason) = (
          false, "there is no header, for '\(first[again])' of the first row comes again below it"
        )
      } else {
        (isHeader, reason) = (true, "the first row is a header, for it has no number in it")
      }
      return
    }
    // Numbers may be names too, such as years; fractions are none.
    let numbers = first.indices.filter { CellText.isNumber(first[$0]) }
    if let overNumbers, numbers.allSatisfy({ CellText.isWhole(first[$0]) }) {
      (isHeader, reason) = (
        true, "the first row is a header, for '\(first[overNumbers])' stands above numbers"
      )
    } else if again == nil, !words.isEmpty,
      numbers.allSatisfy({
        TableHeader.isYear(first[$0]) && !columns[$0].contains(where: TableHeader.isYear)
      })
    {
      (isHeader, reason) = (true, "the first row is a header, for its numbers are years")
    } else {
      (isHeader, reason) = (false, "there is no header, for the first row has a number in it")
    }
  }

  /// True of what could be a name, and is not just an odd number such as `$12` or `inf`.
  private static func isWord(_ text: String) -> Bool {
    !CellText.isMissing(text) && !["inf", "-inf", "infinity"].contains(text.lowercased())
      && text.unicodeScalars.first { !"_\"'([".unicodeScalars.contains($0) }?.properties
        .isAlphabetic
        ?? false
  }

  private static func areNumbers(_ texts: [String]) -> Bool {
    let count = texts.count { CellText.isNumber($0) }
    return count > 0 && 10 * count >= 9 * texts.count
  }

  private static func isYear(_ text: String) -> Bool {
    guard CellText.isWhole(text), let year = CellText.number(text) else { return false }
    return (1800...2100).contains(year)
  }
}
