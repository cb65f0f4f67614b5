import Adjoint
import AdjointData
import AdjointGenerators
import Glibc

/// Data as a training needs them: parts, and what is known of them.
struct TrainingData {
  /// What the run is called.
  let name: String
  let training: any Dataset
  let validation: (any Dataset)?
  /// Read before the first step, scored once, at the end.
  var test: (() throws -> any Dataset)?
  let task: LearningTask
  /// What the classes, or the numbers, are called.
  let labels: [String]
  let preprocessing: Preprocessing
  /// What was chosen, and why: a sentence each.
  let notes: [String]
  /// Pictures as they are in memory, where they can be changed by chance.
  var pictures: (any Dataset)?

  var inputShape: [Int] { preprocessing.shape }
  var outputs: Int { labels.count }
  var isImages: Bool { inputShape.count == 3 }
  var kind: DataKind {
    task == .language ? .text : isTable ? .table : isImages ? .pictures : .points
  }
  var isTable: Bool { preprocessing.source?["table"] != nil }

  /// The same with other examples to learn from, and none held back.
  func learning(from training: any Dataset) -> TrainingData {
    TrainingData(
      name: name, training: training, validation: nil, test: nil, task: task, labels: labels,
      preprocessing: preprocessing, notes: [])
  }
}

/// What DATA can be.
enum DataChoice {
  static let list =
    "fashion-mnist; a table (.csv, .tsv); a folder of folders of pictures; images in the IDX format, their labels beside them; a text file; or made data (\(Generators.names.joined(separator: ", ")))"

  static func load(_ options: TrainOptions) throws -> TrainingData {
    let data = try read(options)
    return Reconstruction.isTask(of: options.model) ? try data.reconstructing() : data
  }

  private static func read(_ options: TrainOptions) throws -> TrainingData {
    let words = options.data
    if words == ["fashion-mnist"] { return try ImageData.fashionMNIST(options) }
    if let pair = ImageData.pair(words) { return try ImageData.files(pair, options) }
    guard words.count == 1 else {
      throw CommandError.usage(
        "train takes one data set, but got \(Suggestion.quoted(words[1])) too; adjoint help train says what it takes"
      )
    }
    let word = words[0]
    if Generators.names.contains(word) { return try PointSource.load(word, options) }
    if TableSource.isTable(word) { return try TableSource.load(word, options) }
    if isFolder(word) { return try FolderSource.load(word, options) }
    if isFile(word) {
      if let model = options.model, !Reconstruction.isTask(of: model) {
        try DataKind.text.check(model, named: word)
      }
      return try TextSource.load(word, options)
    }
    throw CommandError.usage(
      "train: no data set and no file is called \(Suggestion.quoted(word))"
        + Suggestion.hint(for: word, among: ["fashion-mnist"] + Generators.names)
        + "; adjoint help train says what there is")
  }

  static func isFolder(_ path: String) -> Bool { mode(path) == S_IFDIR }
  static func isFile(_ path: String) -> Bool { mode(path) == S_IFREG }

  private static func mode(_ path: String) -> mode_t? {
    var facts = stat()
    return stat(path, &facts) == 0 ? facts.st_mode & S_IFMT : nil
  }

  /// Refuses options that mean nothing for this kind of data.
  static func refuse(_ names: [String], for kind: String, _ options: TrainOptions) throws {
    for name in names where options.given[name] != nil {
      throw CommandError.usage("--\(name) means nothing for \(kind); leave it out")
    }
  }
}

/// Images with a class each, in memory.
enum ImageData {
  typealias Pair = (images: String, labels: String)

  static func fashionMNIST(_ options: TrainOptions) throws -> TrainingData {
    let (images, labels) = try FashionMNIST.loadBytes()
    return try data(
      "fashion-mnist", images, labels, names: FashionMNIST.classNames, options,
      test: { try FashionMNIST.loadBytes(test: true) })
  }

  /// The two files that the words name: images and labels, or images whose labels lie beside them.
  static func pair(_ words: [String]) -> Pair? {
    guard let images = words.first, isIDX(images) else {
      return nil
    }
    if words.count == 2 { return (images, words[1]) }
    guard words.count == 1 else { return nil }
    return (images, replacing("images", "labels", in: replacing("idx3", "idx1", in: images)))
  }

  static func files(_ pair: Pair, _ options: TrainOptions) throws -> TrainingData {
    let (images, labels) = try read(pair)
    var test: (() throws -> (images: Tensor, labels: Tensor))?
    if let file = options.test {
      guard let pair = Self.pair([file]) else {
        throw CommandError.usage(
          "train: --test \(TrainOptions.quoted(file)) is no IDX file; the test is to be like the data"
        )
      }
      test = { try read(pair) }
    }
    let name = String(pair.images.split(separator: "/").last ?? "images").split(separator: ".")[0]
    let count = (labels.integers.max() ?? 0) + 1
    return try data(
      String(name), images, labels, names: (0..<count).map { String($0) }, options, test: test)
  }

  static func read(_ pair: Pair) throws -> (images: Tensor, labels: Tensor) {
    let (x, y) = try IDX.readPair(images: pair.images, labels: pair.labels, keepingBytes: true)
    return (try shaped(x, pair.images), y)
  }

  static func isIDX(_ path: String) -> Bool { path.contains("idx") || path.contains("ubyte") }

  /// Images alone.
  static func images(_ path: String) throws -> Tensor {
    try shaped(try IDX.read(path, keepingBytes: true), path)
  }

  /// Images [N, 1, H, W] of images [N, H, W].
  private static func shaped(_ x: Tensor, _ path: String) throws -> Tensor {
    guard x.rank == 3 || x.rank == 4 else {
      throw DataError(path, "holds \(x.shape.description), which are not images")
    }
    return x.rank == 3 ? x.unsqueezed(1).evaluated() : x
  }

  private static func data(
    _ name: String, _ images: Tensor, _ labels: Tensor, names: [String], _ options: TrainOptions,
    test: (() throws -> (images: Tensor, labels: Tensor))?
  ) throws -> TrainingData {
    try DataChoice.refuse(["target", "features", "noise"], for: "images", options)
    guard options.task != .regression else {
      throw CommandError.usage("train: \(name) has classes; --task regression does not fit")
    }
    let classes = labels.integers
    guard let low = classes.min(), let high = classes.max(), low >= 0, high < names.count else {
      throw DataError(name, "has labels that are not 0 to \(names.count - 1)")
    }
    guard low < high else { throw DataError(name, "has one class only: nothing can be learned") }
    let scale = Normalisation(of: images)
    let preprocessing = Preprocessing(
      shape: Array(images.shape.dimensions.dropFirst()), mean: scale.means,
      deviation: scale.deviations)
    let element = options.precision
    let prepare: @Sendable (Tensor) -> Tensor = { preprocessing.prepared($0, element) }
    let all = try TensorDataset(inputs: images, targets: labels, prepare: prepare)
    let parts = try all.stratifiedSplit(
      [1 - options.validation, options.validation], classes: classes, seed: options.seed)
    let plain = try TensorDataset(inputs: images, targets: labels)
    return TrainingData(
      name: name, training: parts[0], validation: parts[1].count > 0 ? parts[1] : nil,
      test: test.map { read in
        { () throws -> any Dataset in
          let (images, labels) = try read()
          guard labels.integers.allSatisfy({ $0 >= 0 && $0 < names.count }) else {
            throw DataError(
              options.test ?? name, "has labels that are not 0 to \(names.count - 1)")
          }
          return try TensorDataset(inputs: images, targets: labels, prepare: prepare)
        }
      }, task: .classification, labels: names, preprocessing: preprocessing,
      notes: [
        "\(parts[0].count) images \(Shape(preprocessing.shape).description) to learn from, \(parts[1].count) held back to watch",
        "classification: the labels are the classes 0 to \(names.count - 1)",
        "pixels are standardised: mean \(shorts(scale.means)), deviation \(shorts(scale.deviations))",
      ], pictures: Subset(plain, parts[0].places))
  }

  private static func shorts(_ numbers: [Double]) -> String {
    numbers.map { NumberText.short($0, digits: 4) }.joined(separator: ", ")
  }

  private static func replacing(_ part: String, _ new: String, in text: String) -> String {
    guard let place = text.lastRange(of: part) else { return text }
    return text.replacingCharacters(place, new)
  }
}

/// The mean and deviation of every channel of images [N, C, H, W].
struct Normalisation {
  let means: [Double]
  let deviations: [Double]

  init(of images: Tensor) {
    let axes = [0] + Array(2..<images.rank)
    let values = images.element.isInteger ? images.cast(to: .float32) / 255 : images
    let mean = values.mean(axes)
    let square = (values * values).mean(axes)
    means = mean.doubles
    deviations = zip(square.doubles, means).map { square, mean in
      let variance = square - mean * mean
      return variance > 1e-12 ? variance.squareRoot() : 1
    }
  }
}

extension String {
  /// Where a part stands for the last time.
  fileprivate func lastRange(of part: String) -> Range<Index>? {
    var start = endIndex
    while start > startIndex {
      start = index(before: start)
      if self[start...].hasPrefix(part) {
        return start..<index(start, offsetBy: part.count)
      }
    }
    return nil
  }

  fileprivate func replacingCharacters(_ range: Range<Index>, _ new: String) -> String {
    String(self[..<range.lowerBound]) + new + String(self[range.upperBound...])
  }
}
