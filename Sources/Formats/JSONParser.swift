extension JSON {
  /// The value that a text is; `source` names it in errors, which say the byte at which it is wrong.
  public init(parsing text: String, source: String = "JSON") throws {
    try self.init(parsing: Array(text.utf8), source: source)
  }

  /// The value that the bytes of a text in UTF-8 are.
  public init(parsing bytes: [UInt8], source: String = "JSON") throws {
    var parser = JSONParser(bytes: bytes, source: source)
    self = try parser.whole()
  }
}

/// Reads one value from bytes, strictly as RFC 8259 has it.
private struct JSONParser {
  /// Deeper nesting than anyone writes would overflow the stack.
  private static let depthLimit = 200

  let bytes: [UInt8]
  let source: String
  private var place = 0

  init(bytes: [UInt8], source: String) {
    self.bytes = bytes
    self.source = source
  }

  mutating func whole() throws -> JSON {
    let result = try value(depth: 0)
    skipSpace()
    guard place == bytes.count else { throw wrong("has more after its end") }
    return result
  }

  private func wrong(_ problem: String) -> FormatError {
    FormatError(source, "\(problem) (byte \(place))")
  }

  private var next: UInt8? { place < bytes.count ? bytes[place] : nil }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      place += 1
    }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard next == UInt8(ascii: character) else { return false }
    place += 1
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws {
    guard take(character) else { throw wrong("is not JSON: \(character) is missing") }
  }

  private mutating func value(depth: Int) throws -> JSON {
    guard depth < JSONParser.depthLimit else { throw wrong("is nested too deeply") }
    skipSpace()
    switch next {
    case UInt8(ascii: "{"): return try object(depth)
    case UInt8(ascii: "["): return try array(depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case nil: throw wrong("ends too early")
    default: return try number()
    }
  }

  private mutating func word(_ word: String, _ value: JSON) throws -> JSON {
    guard bytes[place...].starts(with: word.utf8) else { throw wrong("is not JSON") }
    place += word.utf8.count
    return value
  }

  private mutating func array(_ depth: Int) throws -> JSON {
    try expect("[")
    var items: [JSON] = []
    if take("]") { return .array(items) }
    repeat { items.append(try value(depth: depth + 1)) } while take(",")
    try expect("]")
    return .array(items)
  }

  private mutating func object(_ depth: Int) throws -> JSON {
    try expect("{")
    var members: [JSON.Member] = []
    var names: Set<String> = []
    if take("}") { return .object(members) }
    repeat {
      skipSpace()
      let name = try string()
      guard names.insert(name).inserted else { throw wrong("names \(name) twice") }
      try expect(":")
      members.append(JSON.Member(name, try value(depth: depth + 1)))
    } while take(",")
    try expect("}")
    return .object(members)
  }

  private mutating func number() throws -> JSON {
    let start = place
    var isWhole = true
    if next == UInt8(ascii: "-") { place += 1 }
    let isZero = next == UInt8(ascii: "0")
    let count = digits()
    guard count == 1 || (count > 1 && !isZero) else {
      throw wrong("is not JSON: no value begins so")
    }
    if next == UInt8(ascii: ".") {
      (isWhole, place) = (false, place + 1)
      guard digits() > 0 else { throw wrong("has a number without digits after its point") }
    }
    if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
      (isWhole, place) = (false, place + 1)
      if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { place += 1 }
      guard digits() > 0 else { throw wrong("has a number without digits in its exponent") }
    }
    let text = String(decoding: bytes[start..<place], as: UTF8.self)
    if isWhole, text != "-0", let whole = Int(text) { return .integer(whole) }
    guard let number = Double(text), number.isFinite else {
      throw wrong("has a number that is too large: \(text)")
    }
    return .number(number)
  }

  /// Skips digits and says how many there were.
  private mutating func digits() -> Int {
    let start = place
    while let byte = next, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { place += 1 }
    return place - start
  }

  private mutating func string() throws -> String {
    guard next == UInt8(ascii: "\"") else { throw wrong("is not JSON: a text is missing") }
    place += 1
    var text: [UInt8] = []
    while let byte = next, byte != UInt8(ascii: "\"") {
      guard byte >= 0x20 else { throw wrong("has a line end or control character within a text") }
      place += 1
      if byte == UInt8(ascii: "\\") {
        try escape(into: &text)
      } else {
        text.append(byte)
      }
    }
    guard next != nil else { throw wrong("ends within a text") }
    place += 1
    guard let result = String(validating: text, as: UTF8.self) else {
      throw wrong("has a text that is not UTF-8")
    }
    return result
  }

  private mutating func escape(into text: inout [UInt8]) throws {
    guard let byte = next else { throw wrong("ends within a text") }
    place += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"): text.append(contentsOf: try scalar())
    default: throw wrong("has an unknown escape in a text")
    }
  }

  /// The bytes of a character written as one or two groups of four hexadecimal digits.
  private mutating func scalar() throws -> [UInt8] {
    var code = UInt32(try unit())
    if code & 0xFC00 == 0xD800, next == UInt8(ascii: "\\"), place + 1 < bytes.count,
      bytes[place + 1] == UInt8(ascii: "u")
    {
      place += 2
      let low = UInt32(try unit())
      guard low & 0xFC00 == 0xDC00 else { throw wrong("has half a character in a text") }
      code = 0x10000 + ((code & 0x3FF) << 10) + (low & 0x3FF)
    }
    guard let scalar = Unicode.Scalar(code) else { throw wrong("has half a character in a text") }
    return Array(String(Character(scalar)).utf8)
  }

  private mutating func unit() throws -> UInt16 {
    guard place + 4 <= bytes.count else { throw wrong("ends within a text") }
    var unit: UInt16 = 0
    for byte in bytes[place..<(place + 4)] {
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw wrong("has an escape without four hexadecimal digits")
      }
      unit = unit << 4 | UInt16(digit)
    }
    place += 4
    return unit
  }
}
