/// A value of JSON. Members keep their order; whole numbers that fit stay whole.
public enum JSON: Sendable, Equatable {
  /// Nothing.
  case null
  /// A truth value.
  case bool(Bool)
  /// A whole number.
  case integer(Int)
  /// A number with a fraction or an exponent.
  case number(Double)
  /// Text.
  case string(String)
  /// A list.
  case array([JSON])
  /// Named values in the order in which they were written.
  case object([Member])

  /// A named value of an object.
  public struct Member: Sendable, Equatable {
    /// What it is called.
    public let name: String
    /// What it is.
    public let value: JSON

    /// A named value.
    public init(_ name: String, _ value: JSON) {
      self.name = name
      self.value = value
    }
  }
}

extension JSON {
  /// The value of a member of an object; nil where there is none.
  public subscript(name: String) -> JSON? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name == name }?.value
  }

  /// The text, where it is one.
  public var string: String? { if case .string(let text) = self { text } else { nil } }
  /// The truth value, where it is one.
  public var bool: Bool? { if case .bool(let truth) = self { truth } else { nil } }
  /// The whole number, where it is one.
  public var integer: Int? { if case .integer(let number) = self { number } else { nil } }
  /// The list, where it is one.
  public var array: [JSON]? { if case .array(let items) = self { items } else { nil } }
  /// The members, where it is an object.
  public var members: [Member]? { if case .object(let members) = self { members } else { nil } }

  /// The number. JSON has no infinity and nothing for what is not a number: `writing` has their names as text, which
  /// are taken here too.
  public var double: Double? {
    switch self {
    case .number(let number): number
    case .integer(let number): Double(number)
    case .string("NaN"): .nan
    case .string("Infinity"): .infinity
    case .string("-Infinity"): -.infinity
    default: nil
    }
  }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral
{
  /// Text.
  public init(stringLiteral value: String) { self = .string(value) }
  /// A whole number.
  public init(integerLiteral value: Int) { self = .integer(value) }
  /// A number.
  public init(floatLiteral value: Double) { self = .number(value) }
  /// A truth value.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// A list.
  public init(arrayLiteral elements: JSON...) { self = .array(elements) }
  /// An object.
  public init(dictionaryLiteral elements: (String, JSON)...) {
    self = .object(elements.map { Member($0.0, $0.1) })
  }
}

extension JSON: CustomStringConvertible {
  /// On one line. Numbers have as many digits as tell them from their neighbours, so that reading gives the same bits.
  public var description: String { text() }

  /// The text: on one line, or with `indented` a line for each member and item.
  public func text(indented: Bool = false) -> String {
    var writer = JSONWriter(isIndented: indented)
    writer.write(self, depth: 0)
    return String(decoding: writer.bytes, as: UTF8.self)
  }
}

/// Writes values as bytes.
private struct JSONWriter {
  let isIndented: Bool
  var bytes: [UInt8] = []

  mutating func write(_ value: JSON, depth: Int) {
    switch value {
    case .null: append("null")
    case .bool(let truth): append(truth ? "true" : "false")
    case .integer(let number): append(String(number))
    case .number(let number): write(number)
    case .string(let text): write(text)
    case .array(let items):
      list("[", "]", items, depth) { writer, item in writer.write(item, depth: depth + 1) }
    case .object(let members):
      list("{", "}", members, depth) { writer, member in
        writer.write(member.name)
        writer.append(writer.isIndented ? ": " : ":")
        writer.write(member.value, depth: depth + 1)
      }
    }
  }

  private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

  private mutating func list<Item>(
    _ open: String, _ close: String, _ items: [Item], _ depth: Int,
    _ one: (inout JSONWriter, Item) -> Void
  ) {
    append(open)
    for (place, item) in items.enumerated() {
      if place > 0 { append(",") }
      newLine(depth + 1)
      one(&self, item)
    }
    if !items.isEmpty { newLine(depth) }
    append(close)
  }

  private mutating func newLine(_ depth: Int) {
    if isIndented { append("\n" + String(repeating: "  ", count: depth)) }
  }

  private mutating func write(_ number: Double) {
    guard number.isFinite else {
      append(number.isNaN ? "\"NaN\"" : number > 0 ? "\"Infinity\"" : "\"-Infinity\"")
      return
    }
    append(number.description)
  }

  private mutating func write(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): append("\\\"")
      case UInt8(ascii: "\\"): append("\\\\")
      case 0x0A: append("\\n")
      case 0x0D: append("\\r")
      case 0x09: append("\\t")
      case 0..<0x20:
        let digits = String(byte, radix: 16)
        append("\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits)
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
