import Adjoint
import AdjointData
import AdjointFormats
import Foundation
import Testing

/// NumPy's files, read as NumPy wrote them and written so that they come back.
@Suite struct NPYTests {
  @Test func filesOfNumPy() throws {
    let fixture = try DataFixture.load()
    #expect(fixture.numpy.count == 28)
    for (number, expected) in fixture.numpy.enumerated() {
      let tensor = try NPY.parse(Array(expected.file), "\(number).npy")
      #expect(
        tensor.shape == Shape(expected.shape) && tensor.doubles == expected.values, "\(number)")
    }
    for file in fixture.numpy_refused {
      let error = #expect(throws: DataError.self) { try NPY.parse(Array(file), "a.npy") }
      #expect(error?.problem.contains("which no tensor has") == true)
    }
  }

  @Test func everyElementTypeComesBack() throws {
    let scratch = try ScratchFolder()
    for element in ElementType.allCases {
      for shape in [[], [3], [2, 3], [0, 2], [2, 1, 3]] as [Shape] {
        let values = (0..<shape.count).map { Double($0 % 2) }
        let tensor = Tensor(values, shape: shape, element)
        let path = scratch.path + "/a.npy"
        try NPY.write(tensor, to: path)
        let back = try NPY.read(path)
        #expect(back.element == element && back.shape == shape && back.doubles == values)
      }
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == ["a.npy"])
    #expect(throws: FormatError.self) { try NPY.write(Tensor([1.0]), to: "/nowhere/a.npy") }
    // The very bytes of NumPy, in its first version.
    let theirs = try DataFixture.load().numpy[2]
    #expect(try NPY.bytes(try NPY.parse(Array(theirs.file), "a")) == Array(theirs.file))
  }

  @Test func whatIsWrongIsSaid() throws {
    let whole = try NPY.bytes(Tensor([1.0, 2.0], .float64))
    func problem(_ bytes: [UInt8]) -> String? {
      #expect(throws: DataError.self) { try NPY.parse(bytes, "a.npy") }?.problem
    }
    #expect(problem([])?.contains("is not a NumPy file") == true)
    #expect(problem(Array(whole.prefix(40))) == "is cut off within its header")
    #expect(
      problem(Array(whole.dropLast(3)))
        == "is cut off or too long: [2] needs 16 bytes after the header, but 13 are there")
    let key = RandomKey(2)
    for round in 0..<2000 {
      var bytes = whole
      let own = key.split(round)
      bytes[own.integer(at: 0, below: 128)] = UInt8(own.integer(at: 1, below: 256))
      bytes[own.integer(at: 2, below: 80)] = UInt8(own.integer(at: 3, below: 256))
      do { _ = try NPY.parse(bytes, "a.npy") } catch { #expect(error is DataError) }
    }
  }
}
