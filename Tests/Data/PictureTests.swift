import Adjoint
import AdjointData
import Foundation
import Testing

/// Pictures beside PIL's, and folders of them. Skipped where no library decodes them.
@Suite(.enabled(if: PictureFile.missingLibraries.isEmpty))
struct PictureTests {
  private let fixture: DataFixture
  init() throws { fixture = try DataFixture.load() }

  @Test func theSamePixelsAsPIL() throws {
    #expect(fixture.images.count == 20)
    for (name, expected) in fixture.images {
      let picture = try PictureFile.decode(Array(expected.file), name)
      #expect(
        picture.width == expected.width && picture.height == expected.height
          && picture.channels == expected.channels, "\(name)")
      // JPEG decoders may differ by rounding in the colours; PNG may not, but for 16 bits made 8.
      let allowed = name.hasSuffix(".jpg") ? 3 : name == "sixteen.png" ? 1 : 0
      let worst = zip(picture.pixels, expected.pixels).map { abs(Int($0) - Int($1)) }.max()
      #expect(worst ?? 255 <= allowed, "\(name): \(worst ?? 255)")
    }
  }

  @Test func resizedAsPIL() throws {
    let colour = try #require(fixture.images["colour.png"])
    guard case .resized(let sizes) = fixture.pictures["resized"] else {
      Issue.record("no sizes")
      return
    }
    let picture = try PictureFile.decode(Array(colour.file), "colour.png")
    #expect(sizes.count == 5)
    for (name, expected) in sizes {
      let size = name.split(separator: "x").compactMap { Int($0) }
      let ours = picture.resized(width: size[0], height: size[1])
      let worst = zip(ours.pixels, expected).map { abs(Int($0) - Int($1)) }.max()
      #expect(ours.pixels.count == expected.count && worst ?? 255 <= 1, "\(name): \(worst ?? 255)")
    }
    #expect(picture.resized(width: 12, height: 8) == picture)
  }

  @Test func whatIsDamagedIsSaid() throws {
    for name in ["colour.png", "colour.jpg", "progressive.jpg", "palette.png", "interlaced.png"] {
      let whole = Array(try #require(fixture.images[name]).file)
      for share in [0.1, 0.5, 0.9] {
        let part = Array(whole.prefix(Int(Double(whole.count) * share)))
        let error = #expect(throws: DataError.self) { try PictureFile.decode(part, name) }
        #expect(error?.description.contains("\(name): is a damaged") == true)
        #expect(error?.problem.contains("\n") == false)
      }
    }
    let text = #expect(throws: DataError.self) { try PictureFile.decode(Array("hello".utf8), "a") }
    #expect(text?.problem.contains("neither a PNG nor a JPEG") == true)
    #expect(throws: DataError.self) { try PictureFile.decode([], "a") }
  }

  /// Whatever the bytes, there is a picture or one line.
  @Test func mutatedFiles() throws {
    let key = RandomKey(4)
    var errors = 0
    for (number, image) in fixture.images.values.enumerated() {
      for round in 0..<100 {
        var bytes = Array(image.file)
        let own = key.split(number).split(round)
        for change in 0..<4 {
          bytes[own.integer(at: 2 * change, below: bytes.count)] = UInt8(
            own.integer(at: 2 * change + 1, below: 256))
        }
        do { _ = try PictureFile.decode(bytes, "fuzz") } catch is DataError { errors += 1 }
      }
    }
    #expect(errors > 200)
  }

  @Test func orientations() {
    let picture = Picture(width: 3, height: 2, channels: 1, pixels: [1, 2, 3, 4, 5, 6])
    let expected: [[UInt8]] = [
      [1, 2, 3, 4, 5, 6], [3, 2, 1, 6, 5, 4], [6, 5, 4, 3, 2, 1], [4, 5, 6, 1, 2, 3],
      [1, 4, 2, 5, 3, 6], [4, 1, 5, 2, 6, 3], [6, 3, 5, 2, 4, 1], [3, 6, 2, 5, 1, 4],
    ]
    for orientation in 1...8 {
      let turned = picture.oriented(orientation)
      #expect(
        turned.pixels == expected[orientation - 1] && turned.width == (orientation < 5 ? 3 : 2))
    }
  }

  @Test func writtenPNGComesBack() throws {
    for channels in [1, 3] {
      let pixels = (0..<(17 * 9 * channels)).map { UInt8(truncatingIfNeeded: $0 * 37) }
      let picture = Picture(width: 17, height: 9, channels: channels, pixels: pixels)
      #expect(try PictureFile.decode(try PNG.encode(picture), "a.png") == picture)
    }
    let opaque = try PNG.encode(
      pixels: [10, 20, 30, 255, 1, 2, 3, 0], width: 2, height: 1, channels: 4)
    #expect(try PictureFile.decode(opaque, "a.png").pixels == [10, 20, 30, 255, 255, 255])
    #expect(throws: DataError.self) {
      try PNG.encode(pixels: [1], width: 2, height: 1, channels: 1)
    }
  }

  @Test func aFolderAClass() throws {
    let scratch = try ScratchFolder()
    func add(_ name: String, _ file: String) throws {
      _ = try scratch.write(Array(try #require(fixture.images[name]).file), file)
    }
    try add("colour.png", "cat/1.png")
    try add("colour.jpg", "cat/2.jpg")
    try add("interlaced.png", "dog/1.png")
    try add("turned-6.jpg", "dog/2.jpg")
    _ = try scratch.write(Array("no picture".utf8), "dog/notes.txt")
    let cut = Array(try #require(fixture.images["grey.jpg"]).file.dropLast(9))
    _ = try scratch.write(cut, "cat/3.jpg")
    _ = try scratch.write([1], "bird/a.txt")
    let data = try ImageFolder(scratch.path)
    #expect(data.classNames == ["cat", "dog"] && data.labels == [0, 0, 1, 1])
    #expect(data.width == 12 && data.height == 8 && data.channels == 3 && data.isSlow)
    #expect(data.skipped.count == 3 && data.notes.contains { $0.contains("3 files are left out") })
    #expect(data.notes.contains { $0 == "pictures are brought to 12×8, the size of 2 of 4" })
    let raw = try data.pixels([3, 0])
    #expect(raw.shape == [2, 3, 8, 12] && raw.element == .uint8)
    let batch = try data.batch([0])
    #expect(batch.input.element == .float32 && batch.target.integers == [0])
    let red = try #require(fixture.images["colour.png"]).pixels
    #expect(batch.input.floats[1] == Float(red[3]) / 255)

    let here = Loader(data, batchSize: 2, seed: 1, ahead: 0).batches(epoch: 2)
    let ahead = Loader(data, batchSize: 2, seed: 1).batches(epoch: 2)
    while let a = try here.nextBatch(), let b = try ahead.nextBatch() {
      #expect(a.input.floats == b.input.floats && a.target.integers == b.target.integers)
    }
    let grey = try ImageFolder(
      scratch.path, size: (4, 4), channels: 1, classNames: ["dog", "cat", "bird"])
    #expect(try grey.labels == [1, 1, 0, 0] && grey.pixels([0]).shape == [1, 1, 4, 4])
  }

  @Test func foldersThatAreNone() throws {
    let scratch = try ScratchFolder()
    func problem() -> String? {
      #expect(throws: DataError.self) { try ImageFolder(scratch.path) }?.problem
    }
    #expect(problem()?.contains("has no folders in it") == true)
    _ = try scratch.write([1, 2], "a/x.png")
    #expect(problem()?.contains("no pictures that can be read; the first file: ") == true)
    let file = Array(try #require(fixture.images["grey.png"]).file)
    _ = try scratch.write(file, "a/y.png")
    #expect(problem() == "has pictures of one class only, 'a'")
    #expect(throws: DataError.self) { try ImageFolder("/nowhere") }
    _ = try scratch.write(file, "b/z.png")
    #expect(try ImageFolder(scratch.path).channels == 1)
  }
}
