import Foundation

/// What scikit-learn, PIL and NumPy make of some files (tools/parity/data_values.py).
struct DataFixture: Decodable {
  struct Scaled: Decodable {
    let rows: Int
    let mean: [Double]
    let deviation: [Double]
    let first: [[Double]]
  }
  struct Mixed: Decodable { let inputs: [[Double]] }
  struct Image: Decodable {
    let file: Data
    let width: Int
    let height: Int
    let channels: Int
    let pixels: Data
  }
  enum Pictures: Decodable {
    case image(Image)
    case resized([String: Data])
    init(from decoder: any Decoder) throws {
      if let image = try? Image(from: decoder) {
        self = .image(image)
      } else {
        self = .resized(try [String: Data](from: decoder))
      }
    }
  }
  struct Array: Decodable {
    let file: Data
    let shape: [Int]
    let values: [Double]
  }

  let tables: [String: Scaled]
  let mixed: Mixed
  let pictures: [String: Pictures]
  let numpy: [Array]
  let numpy_refused: [Data]

  var images: [String: Image] {
    pictures.compactMapValues { if case .image(let image) = $0 { image } else { nil } }
  }

  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Fixtures")

  static func load() throws -> DataFixture {
    let data = try Data(contentsOf: folder.appendingPathComponent("data_values.json"))
    return try JSONDecoder().decode(DataFixture.self, from: data)
  }

  static func table(_ name: String) -> String { folder.path + "/tables/\(name).csv" }
}

/// A folder of a test's own, gone with it.
final class ScratchFolder {
  let path = FileManager.default.temporaryDirectory.path + "/adjoint-data-\(UUID().uuidString)"

  init() throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  func write(_ bytes: [UInt8], _ name: String) throws -> String {
    let file = URL(fileURLWithPath: path + "/" + name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
    return file.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
