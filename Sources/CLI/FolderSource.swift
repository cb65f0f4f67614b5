import Adjoint
import AdjointData

/// Folders of pictures, one a class, as training data.
enum FolderSource {
  static func load(_ path: String, _ options: TrainOptions) throws -> TrainingData {
    try DataChoice.refuse(["target", "features", "noise"], for: "images", options)
    guard options.task != .regression else {
      throw CommandError.usage("train: \(path) has classes; --task regression does not fit")
    }
    var all = try ImageFolder(path)
    let preprocessing = Preprocessing(
      shape: [all.channels, all.height, all.width],
      mean: Array(repeating: 0.5, count: all.channels),
      deviation: Array(repeating: 0.25, count: all.channels),
      source: ["images": ["width": .integer(all.width), "height": .integer(all.height)]])
    let element = options.precision
    all.prepare = { preprocessing.prepared($0, element) }
    let folder = all
    let tests = options.test == nil ? 0.2 : 0
    let parts = try folder.stratifiedSplit(
      [1 - tests - options.validation * (1 - tests), options.validation * (1 - tests), tests],
      classes: folder.labels, seed: options.seed)
    let testFolder = options.test
    return TrainingData(
      name: TableSource.name(of: path), training: parts[0],
      validation: parts[1].count > 0 ? parts[1] : nil,
      test: {
        guard let testFolder else { return parts[2] }
        var test = try ImageFolder(
          testFolder, size: (folder.width, folder.height), channels: folder.channels,
          classNames: folder.classNames)
        test.prepare = folder.prepare
        return test
      },
      task: .classification, labels: folder.classNames, preprocessing: preprocessing,
      notes: folder.notes + folder.skipped.prefix(5).map { "left out: \($0)" } + [
        "classification: \(folder.classNames.count) folders are \(folder.classNames.count) classes",
        "\(parts[0].count) pictures to learn from, \(parts[1].count) held back to watch, "
          + (testFolder.map { "the test is \($0)" } ?? "\(parts[2].count) kept for the test"),
      ])
  }
}
