/// Which columns are learned, and from which.
struct TableChoice {
  let target: Column
  let features: [Column]
  let notes: [String]

  private static let usualTargets = ["target", "label", "class", "y"]

  init(_ table: Table, target: String?, features: [String]?, trainingRows: [Int]) throws {
    guard table.columns.count > 1 else {
      throw DataError(
        table.source,
        "has one column only, '\(table.columns.first?.name ?? "")'; a target and something to learn it from are needed"
      )
    }
    guard trainingRows.allSatisfy({ $0 >= 0 && $0 < table.rowCount }) else {
      throw DataError(table.source, "has \(table.rowCount) rows, not those asked for")
    }
    var notes: [String] = []
    let (chosen, reason) = try TableChoice.target(table, target)
    if let reason { notes.append(reason) }
    if let row = chosen.texts.firstIndex(where: { chosen.isMissing($0) }), chosen.kind != .empty {
      throw DataError(
        table.source,
        "row \(table.rowNumbers[row]), column '\(chosen.name)': the target is missing")
    }
    guard chosen.kind != .empty else {
      throw DataError(
        table.source,
        "\(table.extent), column '\(chosen.name)': the target is missing in all of them")
    }
    self.target = chosen
    self.features = try TableChoice.features(table, chosen, features, &notes)
    self.notes = notes
  }

  /// The column of this name, or the one that is usually the target, and why.
  static func target(
    _ table: Table, _ name: String?
  ) throws -> (column: Column, reason: String?) {
    if let name {
      guard let column = table[name] else { throw noColumn(name, table) }
      return (column, nil)
    }
    let usual = table.columns.first { usualTargets.contains($0.name.lowercased()) }
    let column = usual ?? table.columns[table.columns.count - 1]
    return (
      column,
      "column '\(column.name)' is the target, for \(usual == nil ? "it is the last" : "it is called so")"
    )
  }

  private static func features(
    _ table: Table, _ target: Column, _ names: [String]?, _ notes: inout [String]
  ) throws -> [Column] {
    if let names {
      guard !names.isEmpty else {
        throw DataError(table.source, "no columns to learn from are named")
      }
      return try names.map { name in
        guard let column = table[name] else { throw noColumn(name, table) }
        guard name != target.name else {
          throw DataError(table.source, "column '\(name)' is the target, so it is not learned from")
        }
        return column
      }
    }
    var (kept, out): ([Column], [String]) = ([], [])
    for (place, column) in table.columns.enumerated() where column.name != target.name {
      if let reason = reasonAgainst(column, place, table.rowCount) {
        out.append("column '\(column.name)' is left out: \(reason)")
      } else {
        kept.append(column)
        notes += remarks(column, table)
      }
    }
    guard !kept.isEmpty else {
      throw DataError(
        table.source,
        "no column is left to learn '\(target.name)' from: \(out.joined(separator: "; "))")
    }
    notes += out
    return kept
  }

  /// Why a column is not learned from unless it is asked for; nil if it is.
  private static func reasonAgainst(_ column: Column, _ place: Int, _ rows: Int) -> String? {
    switch column.kind {
    case .empty: return "it has no values to learn from"
    case .category:
      // A text that is different in nearly every row names the row.
      let count = column.distinct.count
      return count > 20 && 2 * count > rows
        ? "\(count) different texts in \(rows) rows, such as '\(column.texts[0].prefix(40))'" : nil
    case .integer:
      let numbers = RowNumbers(column)
      let isUnnamed = column.name == "column \(place + 1)"
      // Rows are often sorted by what is to be learned, which their numbers then tell.
      let numbersRows =
        numbers.isCount || numbers.isRising && !isUnnamed
      return numbersRows && (isUnnamed || RowNumbers.isName(column.name))
        ? "it numbers the rows" : nil
    case .number, .boolean: return nil
    }
  }

  /// What may be wrong with a column that is learned from.
  private static func remarks(_ column: Column, _ table: Table) -> [String] {
    if column.texts.count > 1, column.missingCount == 0, Set(column.texts).count == 1 {
      return [
        "column '\(column.name)' is '\(column.texts[0])' in all rows, so nothing can be learned from it"
      ]
    }
    if let row = farOut(column) {
      return [
        "row \(table.rowNumbers[row]), column '\(column.name)' has '\(column.texts[row])', beside which all others become alike: correct it, or leave the row out"
      ]
    }
    guard column.kind == .integer, RowNumbers(column).isRising else { return [] }
    return [
      "column '\(column.name)' is a whole number that rises from row to row: if it only numbers them, leave it out"
    ]
  }

  /// The place of a number so far from nearly all others that float32 could not tell them apart beside it.
  private static func farOut(_ column: Column) -> Int? {
    guard column.kind == .integer || column.kind == .number else { return nil }
    let present = column.numbers.enumerated().filter { !$0.element.isNaN }
    guard present.count >= 10 else { return nil }
    let middle = present.map { $0.element }.sorted()[present.count / 2]
    let distances = present.map { ($0.element - middle).magnitude }
    let usual = distances.sorted()[present.count * 9 / 10 - 1]
    guard let farthest = distances.indices.max(by: { distances[$0] < distances[$1] }), usual > 0,
      distances[farthest] / usual > 1e6
    else { return nil }
    return present[farthest].offset
  }

  /// The error that a column is not there.
  static func noColumn(_ name: String, _ table: Table) -> DataError {
    let names = table.columns.prefix(20).map { "'\($0.name)'" }.joined(separator: ", ")
    // Where the table's rows begin below the first of the file, that one is a header.
    let header = (table.rowNumbers.first ?? 1) > 1 ? "row 1, the header, " : ""
    return DataError(
      table.source,
      "\(header)has no column '\(name)'; it has \(names)\(table.columns.count > 20 ? ", …" : "")")
  }
}
