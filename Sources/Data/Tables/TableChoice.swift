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
    let chosen = try TableChoice.target(table, target, &notes)
    if let row = chosen.texts.firstIndex(where: { CellText.isMissing($0) }), chosen.kind != .empty {
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

  private static func target(
    _ table: Table, _ name: String?, _ notes: inout [String]
  ) throws -> Column {
    if let name {
      guard let column = table[name] else { throw noColumn(name, table) }
      return column
    }
    let usual = table.columns.first { usualTargets.contains($0.name.lowercased()) }
    let column = usual ?? table.columns[table.columns.count - 1]
    notes.append(
      "column '\(column.name)' is the target, for \(usual == nil ? "it is the last" : "it is called so")"
    )
    return column
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
    var kept: [Column] = []
    for column in table.columns where column.name != target.name {
      let count = column.kind == .category ? column.distinct.count : 0
      // A text that is different in nearly every row names the row.
      if count > 20, 2 * count > table.rowCount {
        notes.append(
          "column '\(column.name)' is left out: \(count) different texts in \(table.rowCount) rows")
      } else {
        kept.append(column)
      }
    }
    guard !kept.isEmpty else {
      throw DataError(table.source, "no column is left to learn '\(target.name)' from")
    }
    return kept
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
