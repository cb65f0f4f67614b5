import AdjointGraph
import AdjointRuntime

/// Named tensors in a file, as the safetensors format has them: the length of a header in eight bytes, the header
/// in JSON, the elements as they lie in memory.
///
///     try Safetensors(model.cells.map { ($0.name, $0.value) }).write(to: "net.safetensors")
///     let weight = try Safetensors(reading: "net.safetensors")["fc1.weight"]
public struct Safetensors: Sendable {
  /// The tensors, in their order in the file.
  public var tensors: [(name: String, tensor: Tensor)]
  /// Texts beside them.
  public var metadata: [(name: String, text: String)]

  /// A file's content from its parts.
  public init(
    _ tensors: [(name: String, tensor: Tensor)], metadata: [(name: String, text: String)] = []
  ) {
    self.tensors = tensors
    self.metadata = metadata
  }

  /// The tensor of a name; nil where there is none.
  public subscript(name: String) -> Tensor? { tensors.first { $0.name == name }?.tensor }

  /// The text of a name in the metadata.
  public func text(_ name: String) -> String? { metadata.first { $0.name == name }?.text }
}

// Writing.
extension Safetensors {
  /// Writes a file: whole, or not at all.
  public func write(to path: String) throws {
    let (header, order) = try layout(path)
    try AtomicFile.write(to: path) { file in
      try file.append(header)
      for place in order {
        let tensor = try tensors[place].tensor.tryEvaluated()
        // `withBytes` takes one error type only; what goes wrong is carried past it.
        var problem: (any Error)?
        tensor.withBytes { bytes in
          do { try file.append(bytes) } catch { problem = error }
        }
        if let problem { throw problem }
      }
    }
  }

  /// The bytes of a file.
  public func bytes() throws -> [UInt8] {
    var (bytes, order) = try layout("safetensors")
    for place in order {
      try tensors[place].tensor.tryEvaluated().withBytes { bytes.append(contentsOf: $0) }
    }
    return bytes
  }

  /// The header with its length before it, and the order in which elements follow: those of wide types first, so
  /// that every tensor begins at a multiple of its elements' size.
  private func layout(_ source: String) throws -> (header: [UInt8], order: [Int]) {
    try checkNames(source)
    let order = tensors.indices.sorted {
      (-tensors[$0].tensor.element.byteCount, $0) < (-tensors[$1].tensor.element.byteCount, $1)
    }
    var members: [JSON.Member] = []
    if !metadata.isEmpty {
      members.append(
        JSON.Member(
          "__metadata__", .object(metadata.map { JSON.Member($0.name, .string($0.text)) })))
    }
    var offset = 0
    for place in order {
      let (name, tensor) = tensors[place]
      let end = offset + tensor.count * tensor.element.byteCount
      members.append(
        JSON.Member(
          name,
          [
            "dtype": .string(tensor.element.safetensorsName),
            "shape": .array(tensor.shape.dimensions.map { .integer($0) }),
            "data_offsets": [.integer(offset), .integer(end)],
          ]))
      offset = end
    }
    var header = Array(JSON.object(members).text().utf8)
    while header.count % 8 != 0 { header.append(UInt8(ascii: " ")) }
    let count = UInt64(header.count)
    return ((0..<8).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) } + header, order)
  }

  private func checkNames(_ source: String) throws {
    var names: Set<String> = ["__metadata__"]
    for (name, _) in tensors where !names.insert(name).inserted {
      throw FormatError(source, "cannot hold two tensors called \(name)")
    }
    var texts: Set<String> = []
    for (name, _) in metadata where !texts.insert(name).inserted {
      throw FormatError(source, "cannot hold two texts called \(name)")
    }
  }
}

extension ElementType {
  /// What safetensors calls it.
  var safetensorsName: String {
    switch self {
    case .bool: "BOOL"
    case .int64: "I64"
    case .float32: "F32"
    case .float64: "F64"
    case .float16: "F16"
    case .bfloat16: "BF16"
    case .int32: "I32"
    case .int16: "I16"
    case .int8: "I8"
    case .uint8: "U8"
    }
  }
}
