import AdjointGraph
import AdjointRuntime

/// Files in the IDX format, in which MNIST and its relatives come: element type, shape, then the elements with
/// their highest byte first.
public enum IDX {
  /// The tensor in a file, gzipped or not. Bytes become float32 unless they are kept, as do shorts; the other types
  /// stay.
  public static func read(_ path: String, keepingBytes: Bool = false) throws -> Tensor {
    try parse(try FileBytes.read(path), path, keepingBytes: keepingBytes)
  }

  /// Images and their labels, from two files.
  public static func readPair(
    images: String, labels: String, keepingBytes: Bool = false
  ) throws -> (images: Tensor, labels: Tensor) {
    let x = try read(images, keepingBytes: keepingBytes)
    let y = try read(labels).cast(to: .int64).evaluated()
    guard y.rank == 1 else {
      throw DataError(labels, "holds \(y.shape.description), not one label an image")
    }
    guard x.rank > 1, x.shape[0] == y.count else {
      throw DataError(
        labels, "has \(y.count) labels for \(x.rank > 0 ? x.shape[0] : 0) images in \(images)")
    }
    return (x, y)
  }

  /// The tensor that the bytes of a file are.
  static func parse(
    _ bytes: [UInt8], _ path: String, keepingBytes: Bool = false
  ) throws -> Tensor {
    guard bytes.count >= 4, bytes[0] == 0, bytes[1] == 0, let kind = Kind(rawValue: bytes[2]) else {
      throw DataError(path, "is not an IDX file: its first bytes do not say so")
    }
    let rank = Int(bytes[3])
    let start = 4 + 4 * rank
    guard rank <= 8, bytes.count >= start else {
      throw DataError(path, "is not an IDX file: it claims \(rank) dimensions")
    }
    let shape = Shape((0..<rank).map { axis in bigEndian(bytes, 4 + 4 * axis, 4) })
    guard shape.isValid, bytes.count - start == shape.count * kind.width else {
      throw DataError(
        path,
        "is cut off or too long: \(shape.description) needs \(shape.isValid ? shape.count * kind.width : 0) bytes after the header, but \(bytes.count - start) are there"
      )
    }
    if kind == .byte, keepingBytes { return Tensor(Array(bytes[start...]), shape: shape) }
    return elements(bytes, start, shape, kind)
  }

  /// The codes of the format.
  private enum Kind: UInt8 {
    case byte = 0x08
    case signedByte = 0x09
    case short = 0x0B
    case int = 0x0C
    case float = 0x0D
    case double = 0x0E

    var width: Int {
      switch self {
      case .byte, .signedByte: 1
      case .short: 2
      case .int, .float: 4
      case .double: 8
      }
    }
  }

  private static func elements(
    _ bytes: [UInt8], _ start: Int, _ shape: Shape, _ kind: Kind
  ) -> Tensor {
    func each<Value>(_ make: (Int) -> Value) -> [Value] {
      (0..<shape.count).map { make(bigEndian(bytes, start + $0 * kind.width, kind.width)) }
    }
    switch kind {
    case .byte: return Tensor(bytes[start...].map { Float($0) }, shape: shape)
    case .signedByte: return Tensor(each { Float(Int8(truncatingIfNeeded: $0)) }, shape: shape)
    case .short: return Tensor(each { Float(Int16(truncatingIfNeeded: $0)) }, shape: shape)
    case .int: return Tensor(each { Int64(Int32(truncatingIfNeeded: $0)) }, shape: shape)
    case .float:
      return Tensor(each { Float(bitPattern: UInt32(truncatingIfNeeded: $0)) }, shape: shape)
    case .double:
      return Tensor(
        each { Double(bitPattern: UInt64(truncatingIfNeeded: $0)) }, shape: shape, .float64)
    }
  }
}

/// The whole number in `width` bytes, the highest first.
private func bigEndian(_ bytes: [UInt8], _ start: Int, _ width: Int) -> Int {
  (0..<width).reduce(0) { $0 << 8 | Int(bytes[start + $1]) }
}
