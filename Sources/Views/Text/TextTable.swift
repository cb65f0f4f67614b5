/// Rows of text in aligned columns.
package struct TextTable {
  package enum Side: Sendable {
    case left
    case right
  }

  private let sides: [Side]
  private var rows: [[String]] = []

  /// One side a column.
  package init(_ sides: [Side]) { self.sides = sides }

  package mutating func add(_ cells: [String]) { rows.append(cells) }

  /// The lines, without blanks at their ends.
  package var lines: [String] {
    // Characters, not scalars: a letter and its combining macron take one place.
    let widths = sides.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      var line = ""
      for column in row.indices {
        let blanks = String(repeating: " ", count: widths[column] - row[column].count)
        line += column > 0 ? "  " : ""
        line += sides[column] == .left ? row[column] + blanks : blanks + row[column]
      }
      while line.last == " " { line.removeLast() }
      return line
    }
  }
}
