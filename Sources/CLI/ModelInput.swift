import Adjoint
import AdjointData

/// Data for a model that is there already.
struct ModelInput {
  static let list = "images (PNG, JPEG, IDX), or tables (CSV, TSV) for a model of one"

  let model: SavedModel
  private var preprocessing: Preprocessing { model.description.preprocessing }

  init(_ model: SavedModel) throws {
    guard model.description.task != .language else {
      throw CommandError.failure(
        "the model is one of language: it goes on with a text; use adjoint generate")
    }
    self.model = model
  }

  /// The preparation of the table that the model was trained on.
  private func preparation() throws -> TablePreparation? {
    guard let saved = preprocessing.source?["table"] else { return nil }
    guard let value = saved.plainValue else {
      throw CommandError.failure("the model's preparation of its table is not understood")
    }
    return try TablePreparation(value, source: "the model")
  }

  /// What the made points became that the model was trained on.
  private func points() throws -> PointPreparation? {
    try preprocessing.source?["points"].map { try PointPreparation($0) }
  }

  /// Examples as `SavedModel.predict` takes them, and the numbers of their rows where they are a table's.
  struct Examples {
    let inputs: Tensor
    var rowNumbers: [Int]?
  }

  /// The examples of a file.
  func examples(_ file: String) throws -> Examples {
    let points = try points()
    if preprocessing.shape.count == 3, points == nil {
      return Examples(
        inputs: ImageData.isIDX(file) ? try ImageData.images(file) : try picture(file))
    }
    let preparation = try preparation()
    let table = try preparation.map { try TableSource.read(file, $0) } ?? Table.read(file)
    let inputs =
      if let preparation {
        try preparation.inputs(table).inputs
      } else if let points {
        points.inputs(try numbers(table, width: points.coordinates))
      } else {
        try numbers(table, width: preprocessing.shape[0])
      }
    return Examples(inputs: inputs, rowNumbers: table.rowNumbers)
  }

  /// A picture [1, C, H, W], brought to the size that the model takes.
  private func picture(_ file: String) throws -> Tensor {
    let shape = preprocessing.shape
    let picture = try PictureFile.read(file).converted(toChannels: shape[0])
      .resized(width: shape[2], height: shape[1])
    return picture.tensor.unsqueezed(0)
  }

  /// The rows of a table of numbers, in its own order of columns.
  private func numbers(_ table: Table, width: Int) throws -> Tensor {
    guard table.columns.count == width else {
      throw DataError(
        table.source, "has \(table.columns.count) columns, but the model takes \(width)")
    }
    let columns = table.columns.map { $0.numbers }
    for (column, values) in zip(table.columns, columns) {
      if let row = values.firstIndex(where: { $0.isNaN }) {
        throw DataError(
          table.source, "row \(table.rowNumbers[row]), column '\(column.name)': is not a number")
      }
    }
    return Tensor(
      (0..<table.rowCount).flatMap { row in columns.map { $0[row] } },
      shape: [table.rowCount, width])
  }

  /// Examples with what should come out, prepared for the model.
  func dataset(_ words: [String]) throws -> any Dataset {
    let data = try labelledDataset(words)
    return isReconstruction ? Reconstruction(base: data) : data
  }

  private var isReconstruction: Bool { Reconstruction.isTask(of: model.description.model) }

  private func labelledDataset(_ words: [String]) throws -> any Dataset {
    let element = try model.description.settings.element()
    if let preparation = try preparation() {
      return try TableSource.prepared(
        preparation, try TableSource.labelled(words[0], preparation), nil, element)
    }
    if let points = try points(), words[0] == points.generator { return try points.fresh(element) }
    let preprocessing = self.preprocessing
    let prepare: @Sendable (Tensor) -> Tensor = { preprocessing.prepared($0, element) }
    if DataChoice.isFolder(words[0]) {
      var folder = try ImageFolder(
        words[0], size: (preprocessing.shape[2], preprocessing.shape[1]),
        channels: preprocessing.shape[0],
        classNames: isReconstruction ? nil : model.description.labels)
      folder.prepare = prepare
      return folder
    }
    let (images, labels) = try labelled(words)
    let data = try TensorDataset(inputs: images, targets: labels, prepare: prepare)
    let shape = Array(try data.batch([0]).input.shape.dimensions.dropFirst())
    guard shape == preprocessing.shape else {
      throw DataError(
        words[0],
        "has examples \(Shape(shape).description), but the model takes \(Shape(preprocessing.shape).description)"
      )
    }
    let classes = model.description.labels.count
    guard isReconstruction || labels.integers.allSatisfy({ $0 >= 0 && $0 < classes })
    else {
      throw DataError(words[0], "has labels that the model's \(classes) classes do not include")
    }
    return data
  }

  private func labelled(_ words: [String]) throws -> (images: Tensor, labels: Tensor) {
    if words == ["fashion-mnist"] { return try FashionMNIST.loadBytes(test: true) }
    guard let pair = ImageData.pair(words) else {
      throw CommandError.usage(
        "evaluate: no data set and no file is called \(Suggestion.quoted(words[0])); there is \(DataChoice.list)"
      )
    }
    return try ImageData.read(pair)
  }
}
