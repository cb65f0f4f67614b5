import AdjointGraph
import AdjointRuntime
import Glibc

extension Safetensors {
  /// The content of a file. Whatever is malformed is refused with one sentence.
  public init(reading path: String) throws {
    let file = try FileReader(path)
    try self.init(file.count, path) { try file.bytes(at: $0, count: $1) }
  }

  /// The content of a file whose bytes are there already; `source` names it in errors.
  public init(parsing bytes: [UInt8], source: String = "safetensors") throws {
    try self.init(bytes.count, source) { Array(bytes[$0..<($0 + $1)]) }
  }

  /// Headers beyond this are refused by other readers too.
  private static let headerLimit = 100_000_000

  private init(
    _ count: Int, _ source: String, _ read: (_ offset: Int, _ count: Int) throws -> [UInt8]
  ) throws {
    guard count >= 8 else {
      throw FormatError(source, "is not a safetensors file: it has \(count) bytes")
    }
    let length = try read(0, 8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(Safetensors.headerLimit) else {
      throw FormatError(source, "is not a safetensors file, which models are")
    }
    guard Int(length) <= count - 8 else {
      throw FormatError(
        source, "is not a safetensors file or is cut off: its header would have \(length) bytes")
    }
    let header = try JSON(parsing: try read(8, Int(length)), source: "the header of \(source)")
    guard let members = header.members else {
      throw FormatError(source, "is not a safetensors file: its header is no JSON object")
    }
    let start = 8 + Int(length)
    var entries: [Entry] = []
    metadata = []
    for member in members {
      if member.name == "__metadata__" {
        metadata = try Safetensors.texts(member.value, source)
      } else {
        entries.append(try Entry(member, source))
      }
    }
    try Safetensors.checkPlaces(entries, byteCount: count - start, source)
    tensors = []
    for entry in entries {
      let bytes = try read(start + entry.start, entry.end - entry.start)
      tensors.append(
        (
          entry.name,
          bytes.withUnsafeBytes { Tensor(bytes: $0, shape: entry.shape, entry.element) }
        ))
    }
  }

  private static func texts(_ value: JSON, _ source: String) throws -> [(
    name: String, text: String
  )] {
    guard let members = value.members else {
      throw FormatError(source, "has metadata that are not an object")
    }
    return try members.map { member in
      guard let text = member.value.string else {
        throw FormatError(source, "has metadata that are not text: \(member.name)")
      }
      return (member.name, text)
    }
  }

  /// Every byte belongs to one tensor: no holes, no overlaps, nothing beyond.
  private static func checkPlaces(_ entries: [Entry], byteCount: Int, _ source: String) throws {
    var end = 0
    for entry in entries.sorted(by: { ($0.start, $0.end) < ($1.start, $1.end) }) {
      guard entry.start == end else {
        throw FormatError(
          source, "is damaged: \(entry.name) begins at byte \(entry.start), not at \(end)")
      }
      end = entry.end
    }
    guard end == byteCount else {
      throw FormatError(
        source,
        "is \(end > byteCount ? "cut off" : "too long"): its tensors take \(end) bytes, but \(byteCount) are there"
      )
    }
  }
}

/// What a header says of a tensor.
private struct Entry {
  let name: String
  let element: ElementType
  let shape: Shape
  let start: Int
  let end: Int

  init(_ member: JSON.Member, _ source: String) throws {
    name = member.name
    let (value, title) = (member.value, member.name)
    func wrong(_ problem: String) -> FormatError { FormatError(source, "\(title) \(problem)") }
    guard let type = value["dtype"]?.string else { throw wrong("has no dtype") }
    guard let element = ElementType.allCases.first(where: { $0.safetensorsName == type }) else {
      throw wrong("has elements of type \(type), which no tensor here has")
    }
    let sizes = value["shape"]?.array?.map { $0.integer ?? -1 }
    guard let sizes, sizes.count <= Shape.maximumRank, sizes.allSatisfy({ $0 >= 0 }) else {
      throw wrong("has no shape, or one that no tensor here has")
    }
    let offsets = value["data_offsets"]?.array?.compactMap { $0.integer } ?? []
    guard offsets.count == 2, offsets[0] >= 0, offsets[1] >= offsets[0] else {
      throw wrong("has no data_offsets, or wrong ones")
    }
    let shape = Shape(sizes)
    guard shape.isValid, shape.count <= Int.max / 8,
      shape.count * element.byteCount == offsets[1] - offsets[0]
    else {
      throw wrong(
        "has \(offsets[1] - offsets[0]) bytes, which do not fill \(element.name) \(shape.description)"
      )
    }
    (self.element, self.shape, start, end) = (element, shape, offsets[0], offsets[1])
  }
}

/// A file that is read in pieces.
package final class FileReader {
  private let file: CInt
  private let path: String
  /// How many bytes it has.
  package let count: Int

  package init(_ path: String) throws {
    self.path = path
    file = open(path, O_RDONLY | O_CLOEXEC)
    var facts = stat()
    guard file >= 0, fstat(file, &facts) == 0 else {
      let reason = String(cString: strerror(errno))
      if file >= 0 { _ = close(file) }
      throw FormatError(path, "cannot be read: \(reason)")
    }
    guard facts.st_mode & S_IFMT == S_IFREG else {
      _ = close(file)
      throw FormatError(path, "is not a file")
    }
    count = Int(facts.st_size)
  }

  deinit { _ = close(file) }

  package func bytes(at offset: Int, count: Int) throws -> [UInt8] {
    let (file, path) = (file, path)
    return try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count {
        let got = pread(
          file, buffer.baseAddress! + filled, Swift.min(count - filled, 1 << 24), offset + filled)
        if got < 0, errno == EINTR { continue }
        guard got > 0 else {
          throw FormatError(
            path,
            got < 0 ? "cannot be read: \(String(cString: strerror(errno)))" : "ends too early")
        }
        filled += got
      }
    }
  }
}
