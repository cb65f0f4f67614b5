import AdjointGraph
import AdjointRuntime

/// Pictures in folders, one folder a class. They are decoded when a batch asks for them, on the loader's thread.
///
///     let data = try ImageFolder("flowers")
///     print(data.notes)     // size and colour, and why
///     print(data.skipped)   // files that are no pictures
public struct ImageFolder: Dataset {
  /// The names of the folders, in the order of the classes.
  public let classNames: [String]
  /// The files that can be read.
  public let files: [String]
  /// The class of each.
  public let labels: [Int]
  /// The width to which all are brought.
  public let width: Int
  /// The height to which all are brought.
  public let height: Int
  /// 1 where all pictures are grey, otherwise 3.
  public let channels: Int
  /// The files that cannot be read, and why.
  public let skipped: [DataError]
  /// What was chosen and why, a sentence each.
  public let notes: [String]
  /// What is done with a batch [N, C, H, W] of uint8, as a part of the training step's own graph. By default
  /// values from 0 to 1.
  public var prepare: @Sendable (Tensor) -> Tensor = { $0.cast(to: .float32) / 255 }

  /// The pictures below a folder. A size, the number of channels and the classes that are given are kept to; for
  /// a test folder give those of the training folder.
  public init(
    _ folder: String, size: (width: Int, height: Int)? = nil, channels: Int? = nil,
    classNames: [String]? = nil
  ) throws {
    let found = try FoundPictures(folder, classNames)
    let usual = found.usualSize
    let chosen = size ?? (usual.width, usual.height)
    guard chosen.width > 0, chosen.height > 0, [nil, 1, 3].contains(channels) else {
      throw DataError(folder, "pictures need a size above 0, and 1 or 3 channels")
    }
    (width, height) = chosen
    self.channels = channels ?? (found.headers.allSatisfy { $0.channels == 1 } ? 1 : 3)
    (self.classNames, files, labels) = (found.classNames, found.files, found.labels)
    skipped = found.skipped
    var notes: [String] = []
    if size == nil {
      notes.append(
        "pictures are brought to \(width)×\(height), the size of \(usual.count) of \(files.count)")
    }
    if channels == nil {
      notes.append(
        self.channels == 1 ? "all pictures are grey: one channel" : "three channels of colour")
    }
    if !skipped.isEmpty {
      notes.append("\(skipped.count) \(skipped.count == 1 ? "file is" : "files are") left out")
    }
    self.notes = notes + found.notes
  }

  /// How many pictures there are.
  public var count: Int { files.count }
  /// Decoding takes long.
  public var isSlow: Bool { true }

  /// The pictures at `places`, in that order.
  public func batch(_ places: [Int]) throws -> Batch {
    let raw = try pixels(places)
    return Batch(input: prepare(raw), target: Tensor(places.map { labels[$0] }))
  }

  /// The pictures at `places` as they are: [N, C, H, W], uint8.
  public func pixels(_ places: [Int]) throws -> Tensor {
    let size = channels * width * height
    var bytes = [UInt8](repeating: 0, count: places.count * size)
    for (row, place) in places.enumerated() {
      guard files.indices.contains(place) else {
        throw DataError("data set", "has no example \(place); it has \(count)")
      }
      try picture(place).write(to: &bytes, at: row * size)
    }
    return Tensor(bytes, shape: [places.count, channels, height, width])
  }

  private func picture(_ place: Int) throws -> Picture {
    try PictureFile.read(files[place]).converted(toChannels: channels)
      .resized(width: width, height: height)
  }
}

/// What lies in a folder of folders of pictures.
private struct FoundPictures {
  var classNames: [String] = []
  var files: [String] = []
  var labels: [Int] = []
  var headers: [PictureHeader] = []
  var skipped: [DataError] = []
  var notes: [String] = []

  init(_ folder: String, _ given: [String]?) throws {
    let folders = try Folder.entries(folder).filter { Folder.isFolder("\(folder)/\($0)") }
    guard !folders.isEmpty else {
      throw DataError(folder, "has no folders in it; each class of pictures needs one of its own")
    }
    if let given, let odd = folders.first(where: { !given.contains($0) }) {
      throw DataError(folder, "has a folder '\(odd)', which is none of the classes")
    }
    classNames = given ?? []
    for name in folders {
      let before = files.count
      try add("\(folder)/\(name)", given?.firstIndex(of: name) ?? classNames.count)
      if given == nil, files.count > before { classNames.append(name) }
      if files.count == before { notes.append("folder '\(name)' has no pictures in it") }
    }
    guard !files.isEmpty else {
      let reason = skipped.first.map { "; the first file: \($0.description)" } ?? ""
      throw DataError(folder, "has no pictures that can be read\(reason)")
    }
    guard given != nil || classNames.count > 1 else {
      throw DataError(folder, "has pictures of one class only, '\(classNames[0])'")
    }
  }

  private mutating func add(_ folder: String, _ label: Int) throws {
    for name in try Folder.entries(folder) {
      let path = "\(folder)/\(name)"
      do {
        let header = try PictureHeader(try FileBytes.read(path), path)
        guard header.width > 0, header.height > 0 else {
          throw DataError(path, "has no pixels")
        }
        headers.append(header)
        files.append(path)
        labels.append(label)
      } catch let error as DataError {
        skipped.append(error)
      }
    }
  }

  /// The size that most pictures have, the larger one among equals.
  var usualSize: (width: Int, height: Int, count: Int) {
    var counts: [[Int]: Int] = [:]
    for header in headers { counts[[header.width, header.height], default: 0] += 1 }
    let best = counts.max { a, b in
      a.value == b.value ? a.key.lexicographicallyPrecedes(b.key) : a.value < b.value
    }
    return (best?.key[0] ?? 0, best?.key[1] ?? 0, best?.value ?? 0)
  }
}
