/// A table of named columns, from a file of comma-separated values or from code.
///
///     let table = try Table.read("iris.csv")
///     print(table.notes)   // what was found out about the file
public struct Table: Sendable {
  /// The file, or what else it comes from.
  public let source: String
  /// The columns, in the file's order.
  public let columns: [Column]
  /// Which row of the file each row is, counted from 1 with the header.
  public let rowNumbers: [Int]
  /// What was guessed about the file, a sentence each.
  public let notes: [String]

  /// A table of columns of the same length.
  public init(_ columns: [Column], source: String = "table") throws {
    let count = columns.first?.texts.count ?? 0
    guard let odd = columns.first(where: { $0.texts.count != count }) else {
      self.init(columns, source, Array(0..<count).map { $0 + 1 }, [])
      return
    }
    throw DataError(
      source,
      "column '\(odd.name)' has \(odd.texts.count) values, '\(columns[0].name)' has \(count)")
  }

  private init(_ columns: [Column], _ source: String, _ rowNumbers: [Int], _ notes: [String]) {
    self.columns = columns
    self.source = source
    self.rowNumbers = rowNumbers
    self.notes = notes
  }

  /// How many rows there are, without the header.
  public var rowCount: Int { rowNumbers.count }

  /// The column of this name.
  public subscript(name: String) -> Column? { columns.first { $0.name == name } }

  /// The table in a file, gzipped or not. Separator (comma, semicolon or tab) and header are guessed where they
  /// are not given.
  public static func read(
    _ path: String, separator: Character? = nil, hasHeader: Bool? = nil
  ) throws -> Table {
    try parse(try FileBytes.read(path), path, separator: separator, hasHeader: hasHeader)
  }

  /// The table that the bytes of a file are.
  public static func parse(
    _ bytes: [UInt8], _ source: String, separator: Character? = nil, hasHeader: Bool? = nil
  ) throws -> Table {
    var text = try TextCheck.utf8(bytes, source, isTable: true)
    let said = TableGuess.saidSeparator(text)
    if let said { text = text[said.end...] }
    let mark = try TableGuess.separator(text, source, separator ?? said?.separator)
    let content = try DelimitedText(
      text, separator: mark, source: source, firstRow: said == nil ? 1 : 2)
    guard let first = content.rows.first else {
      throw DataError(source, "has blank rows only: row 1, column 1 is missing")
    }
    let guess = TableHeader(content.rows)
    let header = hasHeader ?? guess.isHeader
    try checkWidths(content, header, source)
    let start = header ? 1 : 0
    guard content.rows.count > start else {
      throw DataError(
        source, "has a header and no rows below it: row 2, column '\(first[0])' is missing")
    }
    let names = TableGuess.names(header ? first : [], first.count)
    let texts = names.indices.map { place in
      content.rows[start...].map { CellText.trimmed($0[place]) }
    }
    let evidence = texts.map { MarkEvidence($0) }
    let marks = NumberMarks.found(evidence, separator: mark)
    let columns = names.indices.map { Column(names[$0], texts[$0], marks[$0]) }
    var notes = TableGuess.notes(separator == nil ? mark : nil, names.count)
    if hasHeader == nil { notes.append(guess.reason) }
    for (column, evidence) in zip(columns, evidence) {
      notes += column.marks.notes(column, evidence)
    }
    return Table(columns, source, Array(content.numbers[start...]), notes)
  }

  private static func checkWidths(
    _ content: DelimitedText, _ header: Bool, _ source: String
  ) throws {
    let width = content.rows[0].count
    guard let odd = content.rows.firstIndex(where: { $0.count != width }) else { return }
    let count = content.rows[odd].count
    let names = TableGuess.names(header ? content.rows[0] : [], width)
    let column =
      count < width
      ? header ? "column '\(names[count])' is missing" : "column \(count + 1) is missing"
      : "there is no column \(width + 1)"
    throw DataError(
      source,
      "row \(content.numbers[odd]) has \(count) \(count == 1 ? "field" : "fields"), \(header ? "the header" : "the first row") has \(width): \(column)"
    )
  }

  /// Which rows of the file are the table's, in words.
  var extent: String {
    guard let first = rowNumbers.first, let last = rowNumbers.last else { return "no rows" }
    return first == last ? "row \(first)" : "rows \(first) to \(last)"
  }

  /// The rows at some places, for parts of a table.
  public func rows(_ places: [Int]) -> Table {
    rows(places, adding: [])
  }

  private func rows(_ places: [Int], adding more: [String]) -> Table {
    let parts = columns.map { column in
      Column(column.name, places.map { column.texts[$0] }, column.marks)
    }
    return Table(parts, source, places.map { rowNumbers[$0] }, notes + more)
  }

  /// The rows that have a target, by default the column that `TablePreparation` takes; a note says which are left
  /// out. A table without any target stays as it is.
  public func rowsWithTarget(_ name: String? = nil) throws -> Table {
    let column = try TableChoice.target(self, name).column
    guard column.kind != .empty else { return self }
    let isMissing = column.texts.map { column.isMissing($0) }
    let missing = isMissing.indices.filter { isMissing[$0] }
    guard let first = missing.first else { return self }
    let text = column.texts[first]
    let isOdd = !CellText.isMissing(text) && !CellText.isPlaceholder(text)
    let numbers = missing.prefix(5).map { String(rowNumbers[$0]) }.joined(separator: ", ")
    let rest = missing.count > 5 ? ", …" : ""
    let rows = missing.count == 1 ? "1 row is" : "\(missing.count) rows are"
    return self.rows(
      isMissing.indices.filter { !isMissing[$0] },
      adding: [
        "\(rows) left out, for the target '\(column.name)' is missing\(isOdd ? " or no number ('\(text)')" : ""): row\(missing.count == 1 ? "" : "s") \(numbers)\(rest)"
      ])
  }

  /// The table as text that reads back as the same table.
  public func text(separator: Character = ",") -> String {
    let body = (0..<rowCount).map { row in columns.map { $0.texts[row] } }
    return DelimitedText.text([columns.map { $0.name }] + body, separator: separator)
  }
}

/// What a file does not say of itself.
enum TableGuess {
  private static let names: [(mark: UInt8, name: String)] = [
    (UInt8(ascii: ","), "commas"), (UInt8(ascii: ";"), "semicolons"),
    (UInt8(ascii: "\t"), "tabs"), (UInt8(ascii: "|"), "vertical bars"),
  ]

  /// The separator that a first line `sep=;` names, as spreadsheets write it, and where the table begins below it.
  static func saidSeparator(_ text: ArraySlice<UInt8>) -> (separator: Character, end: Int)? {
    let line = text.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
    guard line.count == 5, line.starts(with: Array("sep=".utf8)), let mark = line.last,
      names.contains(where: { $0.mark == mark })
    else { return nil }
    let after = text[line.endIndex...]
    let ending = after.starts(with: [13, 10]) ? 2 : min(1, after.count)
    return (Character(Unicode.Scalar(mark)), line.endIndex + ending)
  }

  /// The separator given, or the one that cuts the first rows evenly, into the most numbers, into the most fields.
  static func separator(
    _ text: ArraySlice<UInt8>, _ source: String, _ given: Character?
  ) throws(DataError) -> UInt8 {
    if let given {
      guard let mark = given.asciiValue, !"\"\r\n".contains(given) else {
        throw DataError(source, "fields cannot be separated by '\(given)'")
      }
      return mark
    }
    var best = (mark: names[0].mark, isEven: 0, numbers: 0.0, width: 0)
    for (mark, _) in names {
      guard let rows = try? DelimitedText(text, separator: mark, source: source, limit: 20).rows,
        let width = rows.first?.count, width > 1
      else { continue }
      // Where several cut evenly, the one that leaves more numbers: `1;2,5` is two of them.
      let isEven = rows.allSatisfy { $0.count == width } ? 1 : 0
      let cells = rows.joined()
      let numbers = Double(cells.count { CellText.isNumber($0) }) / Double(cells.count)
      if (isEven, numbers, width) > (best.isEven, best.numbers, best.width) {
        best = (mark, isEven, numbers, width)
      }
    }
    return best.mark
  }

  /// Names for all columns: those of a header, numbered where they come again or are empty.
  static func names(_ header: [String], _ count: Int) -> [String] {
    var taken: Set<String> = []
    return (0..<count).map { place in
      let given = place < header.count ? CellText.trimmed(header[place]) : ""
      let base = given.isEmpty ? "column \(place + 1)" : given
      var name = base
      var copy = 1
      while !taken.insert(name).inserted {
        copy += 1
        name = "\(base) (\(copy))"
      }
      return name
    }
  }

  /// Which separator was guessed, in words.
  static func notes(_ separator: UInt8?, _ width: Int) -> [String] {
    guard let separator, width > 1, let known = names.first(where: { $0.mark == separator }) else {
      return []
    }
    return ["fields are separated by \(known.name)"]
  }
}
