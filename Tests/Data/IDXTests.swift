import Adjoint
import AdjointData
import Foundation
import Testing

/// IDX files, right and wrong, gzipped and not.
@Suite struct IDXTests {
  private let folder =
    FileManager.default.temporaryDirectory.path
    + "/adjoint-idx-\(UUID().uuidString)"

  private func write(_ bytes: [UInt8], _ name: String = "a.idx") throws -> String {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let path = folder + "/" + name
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    return path
  }

  @Test func everyElementType() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let header: (UInt8, Int) -> [UInt8] = { [0, 0, $0, 1, 0, 0, 0, UInt8($1)] }
    let cases: [([UInt8], [Double])] = [
      (header(0x08, 3) + [0, 1, 255], [0, 1, 255]),
      (header(0x09, 2) + [127, 128], [127, -128]),
      (header(0x0B, 2) + [1, 0, 0xFF, 0xFE], [256, -2]),
      (header(0x0C, 1) + [0xFF, 0xFF, 0xFF, 0xFF], [-1]),
      (header(0x0D, 1) + [0x3F, 0xC0, 0, 0], [1.5]),
      (header(0x0E, 1) + [0xC0, 0x04, 0, 0, 0, 0, 0, 0], [-2.5]),
    ]
    for (bytes, expected) in cases {
      #expect(try IDX.read(try write(bytes)).doubles == expected)
    }
  }

  @Test func whatIsWrongIsSaid() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    func problem(_ bytes: [UInt8]) throws -> String? {
      let path = try write(bytes)
      return #expect(throws: DataError.self) { try IDX.read(path) }?.problem
    }
    #expect(try problem([1, 2, 3])?.contains("not an IDX file") == true)
    #expect(try problem([0, 0, 8, 9])?.contains("9 dimensions") == true)
    #expect(
      try problem([0, 0, 8, 1, 0, 0, 0, 5, 1, 2])
        == "is cut off or too long: [5] needs 5 bytes after the header, but 2 are there")
    #expect(try problem([0x1F, 0x8B, 8, 0, 1, 2])?.contains("damaged gzip") == true)
    let missing = #expect(throws: DataError.self) { try IDX.read("/nowhere/x.idx") }
    #expect(missing?.description == "/nowhere/x.idx: cannot be read: No such file or directory")
    #expect(throws: DataError.self) { try IDX.read("/tmp") }
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: FashionMNIST.folder)))
  func fashionMNIST() throws {
    let (images, labels) = try FashionMNIST.load(test: true)
    #expect(images.shape == [10_000, 1, 28, 28] && labels.shape == [10_000])
    let counts = labels.integers.reduce(into: [Int](repeating: 0, count: 10)) { $0[$1] += 1 }
    #expect(counts == [Int](repeating: 1000, count: 10))
    #expect(images.max().item == 1 && images.min().item == 0)
    #expect(abs(images.mean().item - 0.2868) < 1e-3)
    // As bytes they take a quarter, and become the same numbers in a batch.
    let bytes = try FashionMNIST.dataset(test: true)
    #expect(bytes.inputs.element == .uint8 && bytes.inputs.shape == [10_000, 1, 28, 28])
    let batch = try bytes.batch([7, 9_999])
    let plain = try images.rows([7, 9_999])
    #expect(
      batch.input.floats == plain.floats
        && batch.target.integers == [labels.integers[7], labels.integers[9_999]])
  }
}
