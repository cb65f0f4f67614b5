import Adjoint
import AdjointFormats
import AdjointGraph
import Foundation
import Testing

/// Named tensors in files: bits are kept, and no malformed file is taken.
@Suite struct SafetensorsTests {
  private func temporary(_ name: String) -> String {
    FileManager.default.temporaryDirectory.path + "/adjoint-\(getpid())-\(name)"
  }

  private func sample() -> Safetensors {
    var tensors: [(name: String, tensor: Tensor)] = ElementType.allCases.map { element in
      ("a.\(element.name)", Tensor([0, 1, 1, 0, 1, 0], shape: [2, 3], element))
    }
    tensors.append(("odd bytes", Tensor([1, 0, 1], shape: [3], .uint8)))
    tensors.append(("scalar", Tensor(2.5, .float64)))
    tensors.append(("empty", Tensor([], shape: [0, 4])))
    tensors.append(("nan", Tensor([.nan, .infinity, -0.0], .float64)))
    return Safetensors(tensors, metadata: [("format", "pt"), ("words", "é \"quoted\"\n")])
  }

  private func bits(_ tensor: Tensor) -> [UInt8] { tensor.withBytes { Array($0) } }

  @Test func everyTypeComesBack() throws {
    let sample = sample()
    let path = temporary("types.safetensors")
    defer { unlink(path) }
    try sample.write(to: path)
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    #expect(try bytes == sample.bytes())
    for read in [try Safetensors(reading: path), try Safetensors(parsing: bytes)] {
      #expect(read.tensors.count == sample.tensors.count)
      for (name, tensor) in sample.tensors {
        let other = try #require(read[name])
        #expect(other.type == tensor.type && bits(other) == bits(tensor), "\(name)")
      }
      #expect(read.text("words") == "é \"quoted\"\n" && read.text("format") == "pt")
    }
    #expect(!FileManager.default.fileExists(atPath: path + ".part"))
  }

  private func file(_ header: String, _ data: [UInt8] = [], length: Int? = nil) -> [UInt8] {
    let count = length ?? header.utf8.count
    return (0..<8).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) } + Array(header.utf8) + data
  }

  private func entry(_ type: String, _ shape: String, _ offsets: String) -> String {
    "{\"dtype\":\"\(type)\",\"shape\":\(shape),\"data_offsets\":\(offsets)}"
  }

  @Test func aFileMadeByHandIsRead() throws {
    let read = try Safetensors(
      parsing: file("{\"b\":\(entry("F32", "[2]", "[0,8]"))}  ", [0, 0, 128, 63, 0, 0, 0, 192]))
    #expect(read["b"]!.doubles == [1, -2])
  }

  @Test func malformedFilesAreRefusedWithOneLine() {
    let eight = [UInt8](repeating: 0, count: 8)
    let good = entry("F32", "[2]", "[0,8]")
    let wrong: [[UInt8]] = [
      [], [1, 2, 3], file("{}", length: 99), file("{}", length: -1), file("{}", length: .max),
      file("[]"), file("{"), file("{}", [1]), file("{\"a\":\(good)}"),
      file("{\"a\":\(good)}", eight + [0]), file("{\"a\":\(good),\"a\":\(good)}", eight),
      file("{\"a\":\(good),\"b\":\(good)}", eight),
      file("{\"a\":\(entry("F32", "[2]", "[4,12]"))}", eight + [0, 0, 0, 0]),
      file("{\"a\":\(entry("F32", "[2]", "[8,0]"))}", eight),
      file("{\"a\":\(entry("F32", "[2]", "[-8,0]"))}", eight),
      file("{\"a\":\(entry("F32", "[3]", "[0,8]"))}", eight),
      file("{\"a\":\(entry("F32", "[-2]", "[0,8]"))}", eight),
      file("{\"a\":\(entry("F32", "[4611686018427387904,4]", "[0,0]"))}"),
      file("{\"a\":\(entry("F32", "[1,1,1,1,1,1,1,1,2]", "[0,8]"))}", eight),
      file("{\"a\":\(entry("F8_E4M3", "[8]", "[0,8]"))}", eight),
      file("{\"a\":\(entry("F32", "[2.0]", "[0,8]"))}", eight),
      file("{\"a\":\(entry("F32", "2", "[0,8]"))}", eight),
      file("{\"a\":\(entry("F32", "[2]", "[0]"))}", eight), file("{\"a\":1}", eight),
      file("{\"__metadata__\":1}"), file("{\"__metadata__\":{\"a\":1}}"),
    ]
    for bytes in wrong {
      do {
        _ = try Safetensors(parsing: bytes, source: "it")
        Issue.record("\(String(decoding: bytes.dropFirst(8), as: UTF8.self)) was read")
      } catch {
        let line = "\(error)"
        #expect(line.contains("it") && !line.contains("\n") && error is FormatError)
      }
    }
  }

  @Test func everyShortenedFileIsRefused() throws {
    let bytes = try sample().bytes()
    for count in stride(from: 0, to: bytes.count, by: 7) {
      #expect(throws: FormatError.self) { try Safetensors(parsing: Array(bytes.prefix(count))) }
    }
  }

  @Test func twoOfANameAreRefused() {
    let twice = Safetensors([("a", Tensor(1.0)), ("a", Tensor(2.0))])
    #expect(throws: FormatError.self) { try twice.bytes() }
    #expect(throws: FormatError.self) { try Safetensors([("__metadata__", Tensor(1.0))]).bytes() }
  }

  @Test func whatCannotBeWrittenSaysSo() {
    do {
      try sample().write(to: "/proc/none/file")
      Issue.record("it was written")
    } catch {
      #expect("\(error)".hasPrefix("/proc/none/file: cannot be written"))
    }
    #expect(throws: FormatError.self) { try Safetensors(reading: "/") }
    #expect(throws: FormatError.self) { try Safetensors(reading: "/nothing/there") }
  }

  @Test func theHashIsTheStandards() {
    func hash(_ bytes: [UInt8], pieces: Int) -> String {
      var hash = SHA256()
      for start in stride(from: 0, to: bytes.count, by: pieces) {
        hash.update(Array(bytes[start..<min(start + pieces, bytes.count)]))
      }
      return hash.hexadecimal
    }
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    let million = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    #expect(hash([], pieces: 1) == empty)
    let letters = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)
    for pieces in [1, 3] { #expect(hash(Array("abc".utf8), pieces: pieces) == abc) }
    for pieces in [1_000_000, 63, 64, 65, 119] { #expect(hash(letters, pieces: pieces) == million) }
  }
}
