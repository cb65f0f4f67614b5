/// Text in rows of fields, as RFC 4180 describes it: fields in quotes may hold separators, line ends and quotes
/// (written twice). Lines end in LF, CR LF or CR.
struct DelimitedText {
  /// The fields of each row that is not blank.
  private(set) var rows: [[String]] = []
  /// Which row of the file each of them is, counted from 1, blank ones included.
  private(set) var numbers: [Int] = []

  private let bytes: ArraySlice<UInt8>
  private let separator: UInt8
  private let source: String
  private var place: Int

  /// At most `limit` rows of a text that is known to be UTF-8; the first of them is the file's row `firstRow`.
  init(
    _ bytes: ArraySlice<UInt8>, separator: UInt8, source: String, limit: Int = .max,
    firstRow: Int = 1
  ) throws(DataError) {
    self.bytes = bytes
    self.separator = separator
    self.source = source
    place = bytes.startIndex
    var number = firstRow - 1
    while place < bytes.endIndex, rows.count < limit {
      number += 1
      let row = try readRow(number)
      guard row != [""] else { continue }
      rows.append(row)
      numbers.append(number)
    }
  }

  private static let quote = UInt8(ascii: "\"")
  private static let lineFeed = UInt8(ascii: "\n")
  private static let carriageReturn = UInt8(ascii: "\r")

  private func isLineEnd(_ byte: UInt8) -> Bool {
    byte == DelimitedText.lineFeed || byte == DelimitedText.carriageReturn
  }

  private mutating func readRow(_ number: Int) throws(DataError) -> [String] {
    var fields: [String] = []
    while true {
      let isQuoted = place < bytes.endIndex && bytes[place] == DelimitedText.quote
      fields.append(isQuoted ? try readQuoted(number, fields.count + 1) : readPlain())
      guard place < bytes.endIndex else { return fields }
      if bytes[place] == separator {
        place += 1
      } else {
        skipLineEnd()
        return fields
      }
    }
  }

  private mutating func readPlain() -> String {
    let start = place
    while place < bytes.endIndex, bytes[place] != separator, !isLineEnd(bytes[place]) { place += 1 }
    return String(decoding: bytes[start..<place], as: UTF8.self)
  }

  private mutating func readQuoted(_ row: Int, _ field: Int) throws(DataError) -> String {
    place += 1
    var content: [UInt8] = []
    while place < bytes.endIndex {
      let byte = bytes[place]
      place += 1
      guard byte == DelimitedText.quote else {
        content.append(byte)
        continue
      }
      guard place < bytes.endIndex, bytes[place] == DelimitedText.quote else {
        guard place == bytes.endIndex || bytes[place] == separator || isLineEnd(bytes[place]) else {
          throw DataError(
            source, "row \(row), column \(field): text follows the quote that closes the field")
        }
        return String(decoding: content, as: UTF8.self)
      }
      content.append(byte)
      place += 1
    }
    throw DataError(source, "row \(row), column \(field): the quote that opens it is never closed")
  }

  private mutating func skipLineEnd() {
    let first = bytes[place]
    place += 1
    if first == DelimitedText.carriageReturn, place < bytes.endIndex,
      bytes[place] == DelimitedText.lineFeed
    {
      place += 1
    }
  }

  /// Rows as text that reads back as the same rows.
  static func text(_ rows: [[String]], separator: Character) -> String {
    rows.map { row in
      // A row of one empty field must not look like a blank line.
      row == [""]
        ? "\"\"" : row.map { quoted($0, separator) }.joined(separator: String(separator))
    }.joined(separator: "\n") + "\n"
  }

  private static func quoted(_ field: String, _ separator: Character) -> String {
    let mark = separator.asciiValue ?? 0
    let needsQuotes = field.utf8.contains {
      $0 == quote || $0 == lineFeed || $0 == carriageReturn || $0 == mark
    }
    guard needsQuotes else { return field }
    var result = "\""
    for scalar in field.unicodeScalars {
      if scalar == "\"" { result += "\"" }
      result.unicodeScalars.append(scalar)
    }
    return result + "\""
  }
}

/// What a file's text is like before it is cut into fields.
enum TextCheck {
  /// The text without its mark of order, or why it is not text in UTF-8.
  static func utf8(
    _ bytes: [UInt8], _ source: String, isTable: Bool = false
  ) throws(DataError) -> ArraySlice<UInt8> {
    guard !bytes.isEmpty else {
      throw DataError(source, isTable ? "is empty: row 1, column 1 is missing" : "is empty")
    }
    if bytes.starts(with: [0x50, 0x4B, 3, 4]) || bytes.starts(with: [0xD0, 0xCF, 0x11, 0xE0]) {
      throw DataError(
        source, "is no text, but a spreadsheet or an archive; save the sheet as CSV")
    }
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
      throw DataError(source, "is text in UTF-16; save it as UTF-8")
    }
    let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...]
    if let zero = text.firstIndex(of: 0) {
      throw DataError(
        source, "\(place(zero, text, isTable)) is not text: byte \(zero) of the file is 0")
    }
    guard String(validating: text, as: UTF8.self) != nil else {
      let bad = firstBadByte(text)
      throw DataError(
        source, "\(place(bad, text, isTable)) is not text in UTF-8; save it as UTF-8")
    }
    return text
  }

  /// Where the first piece between separators and line ends begins that is not UTF-8.
  private static func firstBadByte(_ text: ArraySlice<UInt8>) -> Int {
    // No byte of a longer character is one of these, so that pieces can be checked alone.
    let pieces = text.split(
      omittingEmptySubsequences: true, whereSeparator: { isEnd($0) || isSeparator($0) })
    return pieces.first { String(validating: $0, as: UTF8.self) == nil }?.startIndex
      ?? text.startIndex
  }

  private static func isEnd(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\n") }
  private static func isSeparator(_ byte: UInt8) -> Bool {
    [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t"), UInt8(ascii: "|")].contains(byte)
  }

  /// The row of a byte, and in a table, as far as that is known by now, its column.
  private static func place(_ byte: Int, _ text: ArraySlice<UInt8>, _ isTable: Bool) -> String {
    let before = text[..<byte]
    let row = "row \(before.count(where: isEnd) + 1)"
    guard isTable else { return row }
    let start = before.lastIndex(where: isEnd).map { $0 + 1 } ?? before.startIndex
    return row + ", column \(before[start...].count(where: isSeparator) + 1)"
  }
}
