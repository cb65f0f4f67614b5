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
    let text = try TextCheck.utf8(bytes, source, isTable: true)
    let mark = try TableGuess.separator(text, source, separator)
    let content = try DelimitedText(text, separator: mark, source: source)
    guard let first = content.rows.first else {
      throw DataError(source, "has blank rows only: row 1, column 1 is missing")
    }
    let header = hasHeader ?? TableGuess.isHeader(first)
    try checkWidths(content, header, source)
    let start = header ? 1 : 0
    guard content.rows.count > start else {
      throw DataError(
        source, "has a header and no rows below it: row 2, column '\(first[0])' is missing")
    }
    let names = TableGuess.names(header ? first : [], first.count)
    let columns = names.indices.map { place in
      Column(names[place], content.rows[start...].map { $0[place] })
    }
    let notes = TableGuess.notes(
      separator == nil ? mark : nil, hasHeader == nil ? header : nil, names.count)
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
    let parts = columns.map { column in Column(column.name, places.map { column.texts[$0] }) }
    return Table(parts, source, places.map { rowNumbers[$0] }, notes)
  }

  /// The table as text that reads back as the same table.
  public func text(separator: Character = ",") -> String {
    let body = (0..<rowCount).map { row in columns.map { $0.texts[row] } }
    return DelimitedText.text([columns.map { $0.name }] + body, separator: separator)
  }
}

/// What a file does not say of itself.
enum TableGuess {
  private static let candidates: [UInt8] = [
    UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t"),
  ]

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
    var best = (mark: candidates[0], isEven: 0, numbers: 0.0, width: 0)
    for mark in candidates {
      guard let rows = try? DelimitedText(text, separator: mark, source: source, limit: 20).rows,
        let width = rows.first?.count, width > 1
      else { continue }
      // Where several cut evenly, the one that leaves more numbers: `1;2,5` is two of them.
      let isEven = rows.allSatisfy { $0.count == width } ? 1 : 0
      let cells = rows.joined()
      let numbers = Double(cells.count { CellText.number($0) != nil }) / Double(cells.count)
      if (isEven, numbers, width) > (best.isEven, best.numbers, best.width) {
        best = (mark, isEven, numbers, width)
      }
    }
    return best.mark
  }

  /// A first row without a number in it is a header.
  static func isHeader(_ first: [String]) -> Bool {
    let cells = first.map(CellText.trimmed)
    return cells.contains { !$0.isEmpty } && cells.allSatisfy { CellText.number($0) == nil }
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

  /// What was guessed, in words.
  static func notes(_ separator: UInt8?, _ header: Bool?, _ width: Int) -> [String] {
    var notes: [String] = []
    if let separator, width > 1 {
      let names: [UInt8: String] = [44: "commas", 59: "semicolons", 9: "tabs"]
      notes.append("fields are separated by \(names[separator] ?? "commas")")
    }
    if let header {
      notes.append(
        header
          ? "the first row is a header, for it has no number in it"
          : "there is no header, for the first row has a number in it")
    }
    return notes
  }
}
