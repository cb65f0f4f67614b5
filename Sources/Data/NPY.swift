import AdjointFormats
import AdjointGraph
import AdjointRuntime

/// NumPy's files of one array, versions 1 to 3.
public enum NPY {
  /// The tensor in a file, gzipped or not. Numbers with their highest byte first, and arrays in Fortran's order,
  /// are put in ours; uint16 and uint32 become the next wider integers.
  public static func read(_ path: String) throws -> Tensor {
    try parse(try FileBytes.read(path), path)
  }

  /// Writes a tensor to a file.
  public static func write(_ tensor: Tensor, to path: String) throws {
    try AtomicFile.write(try bytes(tensor), to: path)
  }

  /// The bytes of a file that holds a tensor. NumPy has no bfloat16: it is written as two bytes without meaning
  /// (`V2`), as the package ml_dtypes does.
  public static func bytes(_ tensor: Tensor) throws -> [UInt8] {
    let value = try tensor.tryEvaluated()
    let shape = value.shape.dimensions
    let list = shape.map { "\($0)," }.joined(separator: " ")
    let tuple = shape.count > 1 ? String(list.dropLast()) : list
    let fields =
      "{'descr': '\(code(value.element))', 'fortran_order': False, 'shape': (\(tuple)), }"
    // The elements begin at a multiple of 64.
    let padding = (64 - (10 + fields.utf8.count + 1) % 64) % 64
    let header = Array(fields.utf8) + [UInt8](repeating: 32, count: padding) + [10]
    guard header.count < 1 << 16 else { throw DataError("npy", "the shape has too many axes") }
    return magic + [1, 0, UInt8(header.count & 255), UInt8(header.count >> 8)] + header
      + value.withBytes { Array($0) }
  }

  private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  private static func code(_ element: ElementType) -> String {
    switch element {
    case .bool: "|b1"
    case .uint8: "|u1"
    case .int8: "|i1"
    case .int16: "<i2"
    case .int32: "<i4"
    case .int64: "<i8"
    case .float16: "<f2"
    case .bfloat16: "<V2"
    case .float32: "<f4"
    case .float64: "<f8"
    }
  }

  /// The tensor that the bytes of a file are.
  public static func parse(_ bytes: [UInt8], _ source: String) throws -> Tensor {
    let (text, start) = try headerText(bytes, source)
    let header = try NPYHeader(text, source)
    let (dimensions, width) = (header.shape, header.width)
    let order = header.isFortran ? Array(dimensions.reversed()) : dimensions
    let shape = Shape(order)
    guard shape.isValid else {
      throw DataError(source, "claims the shape \(Shape(dimensions).description)")
    }
    guard bytes.count - start == shape.count * width else {
      throw DataError(
        source,
        "is cut off or too long: \(Shape(dimensions).description) needs \(shape.count * width) bytes after the header, but \(bytes.count - start) are there"
      )
    }
    var content = Array(bytes[start...])
    if header.isBigEndian, width > 1 { swap(&content, width) }
    let tensor = elements(content, header, shape)
    guard header.isFortran, dimensions.count > 1 else { return tensor }
    return tensor.transposed(Array((0..<dimensions.count).reversed())).evaluated()
  }

  private static func headerText(
    _ bytes: [UInt8], _ source: String
  ) throws -> (text: ArraySlice<UInt8>, start: Int) {
    guard bytes.count >= 12, bytes.starts(with: magic), (1...3).contains(bytes[6]) else {
      throw DataError(source, "is not a NumPy file: its first bytes do not say so")
    }
    let width = bytes[6] == 1 ? 2 : 4
    let length = bytes[8..<(8 + width)].reversed().reduce(0) { $0 << 8 | Int($1) }
    let start = 8 + width + length
    guard start <= bytes.count else {
      throw DataError(source, "is cut off within its header")
    }
    return (bytes[(8 + width)..<start], start)
  }

  private static func swap(_ bytes: inout [UInt8], _ width: Int) {
    for start in stride(from: 0, to: bytes.count, by: width) {
      bytes[start..<(start + width)].reverse()
    }
  }

  private static func elements(
    _ content: [UInt8], _ header: NPYHeader, _ shape: Shape
  ) -> Tensor {
    if let element = header.element {
      // Any byte that is not 0 is true to NumPy; ours is 1.
      let kept = element == .bool ? content.map { $0 == 0 ? 0 : 1 } : content
      return kept.withUnsafeBytes { Tensor(bytes: $0, shape: shape, element) }
    }
    let width = header.width
    let numbers = (0..<shape.count).map { place in
      (0..<width).reversed().reduce(0) { $0 << 8 | Int(content[place * width + $1]) }
    }
    return width == 2
      ? Tensor(numbers.map { Int32($0) }, shape: shape) : Tensor(numbers, shape: shape)
  }
}

/// What stands in the header: the literal of a Python dictionary.
struct NPYHeader {
  private(set) var shape: [Int] = []
  private(set) var isFortran = false
  private(set) var isBigEndian = false
  /// The bytes of an element.
  private(set) var width = 0
  /// The type whose elements the file holds as they are; nil for unsigned ones that are widened.
  private(set) var element: ElementType?

  init(_ text: ArraySlice<UInt8>, _ source: String) throws(DataError) {
    var scanner = Scanner(text)
    var code: String?
    var (hasOrder, hasShape) = (false, false)
    guard scanner.take("{") else { throw NPYHeader.problem(source) }
    while !scanner.take("}") {
      guard let name = scanner.string(), scanner.take(":") else { throw NPYHeader.problem(source) }
      switch name {
      case "descr":
        code = scanner.string()
        guard code != nil else {
          throw DataError(source, "holds records of several fields, which no tensor has")
        }
      case "fortran_order":
        isFortran = scanner.take("True")
        hasOrder = isFortran || scanner.take("False")
      case "shape":
        guard let list = scanner.tuple() else { throw NPYHeader.problem(source) }
        (shape, hasShape) = (list, true)
      default: throw NPYHeader.problem(source)
      }
      _ = scanner.take(",")
    }
    guard let code, hasOrder, hasShape else { throw NPYHeader.problem(source) }
    try setElement(code, source)
  }

  private static func problem(_ source: String) -> DataError {
    DataError(source, "is not a NumPy file: its header does not say type, order and shape")
  }

  private mutating func setElement(_ code: String, _ source: String) throws(DataError) {
    let known: [String: (ElementType?, Int)] = [
      "b1": (.bool, 1), "u1": (.uint8, 1), "i1": (.int8, 1), "i2": (.int16, 2), "i4": (.int32, 4),
      "i8": (.int64, 8), "f2": (.float16, 2), "f4": (.float32, 4), "f8": (.float64, 8),
      "V2": (.bfloat16, 2), "u2": (nil, 2), "u4": (nil, 4),
    ]
    guard let mark = code.first, "<>|=".contains(mark), let found = known[String(code.dropFirst())]
    else {
      throw DataError(source, "holds elements of NumPy's type '\(code)', which no tensor has")
    }
    (element, width) = found
    isBigEndian = mark == ">"
  }

  /// Goes through the literal.
  private struct Scanner {
    private var rest: ArraySlice<UInt8>
    init(_ text: ArraySlice<UInt8>) { rest = text }

    private mutating func skipSpaces() { rest = rest.drop { $0 == 32 || $0 == 10 || $0 == 9 } }

    mutating func take(_ word: String) -> Bool {
      skipSpaces()
      guard rest.starts(with: word.utf8) else { return false }
      rest = rest.dropFirst(word.utf8.count)
      return true
    }

    mutating func string() -> String? {
      skipSpaces()
      guard let quote = rest.first, quote == 39 || quote == 34 else { return nil }
      let content = rest.dropFirst().prefix { $0 != quote }
      guard content.endIndex < rest.endIndex else { return nil }
      rest = rest[(content.endIndex + 1)...]
      return String(decoding: content, as: UTF8.self)
    }

    mutating func tuple() -> [Int]? {
      guard take("(") else { return nil }
      var numbers: [Int] = []
      while !take(")") {
        skipSpaces()
        let digits = rest.prefix { $0 >= 48 && $0 <= 57 }
        guard let number = Int(String(decoding: digits, as: UTF8.self)) else { return nil }
        rest = rest.dropFirst(digits.count)
        numbers.append(number)
        // Python 2 wrote long numbers so.
        _ = take("L")
        _ = take(",")
      }
      return numbers
    }
  }
}
