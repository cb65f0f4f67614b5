/// What commas and points mean in a column's numbers: `17,502` is one number in London and another in Paris.
struct NumberMarks: Sendable, Equatable {
  /// What a mark can stand for.
  enum Role: String, Sendable {
    /// It stands before the fraction.
    case decimal
    /// It parts the thousands.
    case thousands
  }

  /// What commas are; nil where no number had one, and then a comma is decimal.
  var comma: Role?
  /// What points are, likewise.
  var point: Role?

  /// These, and where they say nothing what others say.
  func filled(by others: NumberMarks) -> NumberMarks {
    NumberMarks(comma: comma ?? others.comma, point: point ?? others.point)
  }

  static let commaByte = UInt8(ascii: ",")
  static let pointByte = UInt8(ascii: ".")

  /// The number's text with at most a point before its fraction; nil where its thousands are not parted in threes.
  func plain(_ text: String) -> String? {
    let hasComma = text.utf8.contains(NumberMarks.commaByte)
    guard hasComma || point == .thousands else { return text }
    var result = text
    if comma == .thousands, hasComma {
      guard let whole = NumberMarks.joined(result, NumberMarks.commaByte) else { return nil }
      result = whole
    }
    if point == .thousands {
      guard let whole = NumberMarks.joined(result, NumberMarks.pointByte) else { return nil }
      result = whole
    }
    return String(result.map { $0 == "," ? "." : $0 })
  }

  /// The text without the marks between its thousands.
  private static func joined(_ text: String, _ mark: UInt8) -> String? {
    guard text.utf8.contains(mark) else { return text }
    let decimal = mark == commaByte ? pointByte : commaByte
    let whole = text.utf8.prefix { $0 != decimal }
    let groups = whole.split(separator: mark, omittingEmptySubsequences: false)
    let first = groups[0].drop { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+") }
    guard (1...3).contains(first.count),
      groups.dropFirst().allSatisfy({ $0.count == 3 && $0.allSatisfy(CellText.isDigit) }),
      !text.utf8.dropFirst(whole.count).contains(mark)
    else { return nil }
    return String(decoding: text.utf8.filter { $0 != mark }, as: UTF8.self)
  }
}

/// What a column's numbers show about their marks.
struct MarkEvidence {
  /// What was met of one mark.
  struct Mark {
    /// As `3,5`: it can only stand before a fraction.
    var isDecimal = false
    /// As `1,234,567` and `1,234.5`: it can only part thousands.
    var isThousands = false
    /// As `17,502`: it can be either.
    var isAmbiguous = false
  }

  private(set) var comma = Mark()
  private(set) var point = Mark()

  /// What the numbers among some texts show.
  init(_ texts: [String]) {
    for text in texts { note(text) }
  }

  private mutating func note(_ text: String) {
    guard let shape = Shape(text), let last = shape.marks.last else { return }
    let earlier = shape.marks.dropLast()
    guard let first = earlier.first else {
      let isEither = shape.hasThousands(upTo: 2) && !shape.hasExponent
      self[last].isAmbiguous = self[last].isAmbiguous || isEither
      self[last].isDecimal = self[last].isDecimal || !isEither
      return
    }
    guard earlier.allSatisfy({ $0 == first }) else { return }
    if first == last, shape.hasThousands(upTo: shape.runs.count) {
      self[first].isThousands = true
    } else if first != last, shape.hasThousands(upTo: shape.runs.count - 1) {
      self[first].isThousands = true
      self[last].isDecimal = true
    }
  }

  private subscript(byte: UInt8) -> Mark {
    get { byte == NumberMarks.commaByte ? comma : point }
    set {
      if byte == NumberMarks.commaByte { comma = newValue } else { point = newValue }
    }
  }

  /// A number's runs of digits and the marks between them: 1, 3 and 1 digits in `1.234,5`.
  private struct Shape {
    private(set) var runs = [0]
    private(set) var marks: [UInt8] = []
    private(set) var hasExponent = false
    private var startsWithZero = false

    init?(_ text: String) {
      for (place, byte) in text.utf8.enumerated() {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"):
          if runs == [0] { startsWithZero = byte == UInt8(ascii: "0") }
          runs[runs.count - 1] += 1
        case NumberMarks.commaByte, NumberMarks.pointByte:
          marks.append(byte)
          runs.append(0)
        case UInt8(ascii: "-"), UInt8(ascii: "+"):
          guard place == 0 else { return nil }
        case UInt8(ascii: "e"), UInt8(ascii: "E"):
          hasExponent = true
          guard CellText.number(text) != nil, !marks.isEmpty else { return nil }
          return
        default: return nil
        }
      }
      guard !marks.isEmpty, runs.contains(where: { $0 > 0 }) else { return nil }
    }

    /// Whether the first runs are digits parted in threes.
    func hasThousands(upTo count: Int) -> Bool {
      (1...3).contains(runs[0]) && !startsWithZero && runs[1..<count].allSatisfy { $0 == 3 }
    }
  }
}

extension NumberMarks {
  /// The marks of each column of a file: what a column does not show follows from the others, and from what
  /// separates the fields.
  static func found(_ columns: [MarkEvidence], separator: UInt8?) -> [NumberMarks] {
    let file = (
      decimalComma: columns.contains { $0.comma.isDecimal },
      groupingComma: columns.contains { $0.comma.isThousands },
      decimalPoint: columns.contains { $0.point.isDecimal },
      groupingPoint: columns.contains { $0.point.isThousands }
    )
    return columns.map { column in
      var marks = NumberMarks(comma: own(column.comma), point: own(column.point))
      if marks.comma == nil, column.comma.isAmbiguous {
        marks.comma =
          if marks.point != nil {
            marks.point == .decimal ? .thousands : .decimal
          } else if file.decimalComma != file.groupingComma {
            file.decimalComma ? .decimal : .thousands
          } else if separator == commaByte {
            .thousands
          } else if file.decimalPoint {
            .thousands
          } else {
            // Semicolons separate where the comma is decimal; so do texts from code, which have no separator.
            separator == nil || separator == UInt8(ascii: ";") ? .decimal : .thousands
          }
      }
      if marks.point == nil, column.point.isAmbiguous {
        let isDecimal =
          marks.comma != nil
          ? marks.comma == .thousands
          : file.decimalPoint || !file.decimalComma && !file.groupingPoint
        marks.point = isDecimal ? .decimal : .thousands
      }
      return marks
    }
  }

  /// What a column shows by itself.
  private static func own(_ mark: MarkEvidence.Mark) -> Role? {
    mark.isDecimal ? .decimal : mark.isThousands ? .thousands : nil
  }

  /// What was decided about a column's marks where they could mean something else, in words.
  func notes(_ column: Column, _ evidence: MarkEvidence) -> [String] {
    guard column.kind == .integer || column.kind == .number else { return [] }
    var notes: [String] = []
    if comma == .thousands || evidence.comma.isAmbiguous && !evidence.comma.isDecimal {
      notes.append(
        "column '\(column.name)': commas are \(comma == .thousands ? "thousands" : "decimal")")
    }
    if point == .thousands {
      notes.append("column '\(column.name)': points are thousands")
    }
    return notes
  }

  /// The marks as fields that are saved; none where there is nothing to say.
  var description: [String: PlainValue] {
    var fields: [String: PlainValue] = [:]
    if let comma { fields["commas"] = .text(comma.rawValue) }
    if let point { fields["points"] = .text(point.rawValue) }
    return fields
  }

  /// The marks that were saved.
  init(_ description: PlainValue) {
    comma = description["commas"]?.text.flatMap { Role(rawValue: $0) }
    point = description["points"]?.text.flatMap { Role(rawValue: $0) }
  }
}
