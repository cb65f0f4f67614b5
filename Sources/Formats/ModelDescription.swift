import AdjointGraph

/// What a model is for.
public enum LearningTask: String, Sendable, CaseIterable {
  /// To say to which of several classes an example belongs.
  case classification
  /// To say numbers.
  case regression
  /// To say how a text goes on.
  case language
}

/// What is done with inputs before the network gets them, and with numbers that it gives.
public struct Preprocessing: Sendable, Equatable {
  /// The shape of one example as the network takes it; for images [channels, height, width].
  public var shape: [Int]
  /// What is taken away from each channel of an image, or from each column.
  public var mean: [Double]
  /// What the rest is divided by.
  public var deviation: [Double]
  /// The mean and the deviation that a number's standardised values had, for each output; empty for classes.
  public var target: [Scale]
  /// What inputs are made from, where that is not numbers: the preparation of a table, as JSON.
  public var source: JSON?

  /// A mean and a deviation.
  public struct Scale: Sendable, Equatable {
    /// The mean.
    public let mean: Double
    /// The deviation.
    public let deviation: Double
    /// Both.
    public init(mean: Double, deviation: Double) { (self.mean, self.deviation) = (mean, deviation) }
  }

  /// A preparation from its parts.
  public init(
    shape: [Int], mean: [Double] = [], deviation: [Double] = [], target: [Scale] = [],
    source: JSON? = nil
  ) {
    (self.shape, self.mean, self.deviation) = (shape, mean, deviation)
    (self.target, self.source) = (target, source)
  }

  /// Inputs [N, …] as the network takes them. Whole numbers in images are grey values from 0 to 255 and are brought
  /// to 0 … 1; fractions are taken as they are.
  public func prepared(_ x: Tensor, _ element: ElementType = .float32) -> Tensor {
    var x = shape.count > 1 && x.element.isInteger ? x.cast(to: element) / 255 : x.cast(to: element)
    if x.rank == shape.count, shape.first == 1 { x = x.unsqueezed(1) }
    guard !mean.isEmpty else { return x }
    let channels = Shape([1, mean.count] + Array(repeating: 1, count: shape.count - 1))
    return (x - Tensor(mean, shape: channels, element))
      * Tensor(deviation.map { 1 / $0 }, shape: channels, element)
  }
}

/// What a model file says of its model beside the weights (`docs/model-file.md`).
public struct ModelDescription: Sendable, Equatable {
  /// Its name in the catalogue.
  public var model: String
  /// What it is made from.
  public var settings: ModelSettings
  /// What it is for.
  public var task: LearningTask
  /// What the classes, or the numbers, are called.
  public var labels: [String]
  /// What is done with inputs first.
  public var preprocessing: Preprocessing
  /// What was made small, by the name that the commands know; nil in files that do not say.
  public var loss: String?
  /// How it was trained: for people, and for the commands.
  public var training: JSON

  /// A description from its parts.
  public init(
    model: String, settings: ModelSettings, task: LearningTask, labels: [String] = [],
    preprocessing: Preprocessing, loss: String? = nil, training: JSON = .object([])
  ) {
    (self.model, self.settings, self.task, self.labels) = (model, settings, task, labels)
    (self.preprocessing, self.loss, self.training) = (preprocessing, loss, training)
  }
}

// As JSON.
extension ModelDescription {
  /// The version of the format that is written.
  public static let version = 1

  /// What the metadata of a model file hold.
  public var json: JSON {
    var members = [
      JSON.Member("version", .integer(ModelDescription.version)),
      JSON.Member("model", .string(model)), JSON.Member("settings", settings.json),
      JSON.Member("task", .string(task.rawValue)),
      JSON.Member("labels", .array(labels.map { .string($0) })),
      JSON.Member("preprocessing", preprocessing.json),
    ]
    if let loss { members.append(JSON.Member("loss", .string(loss))) }
    return .object(members + [JSON.Member("training", training)])
  }

  /// Reads what a model file says; `source` names it in errors.
  public init(_ json: JSON, source: String) throws {
    func wrong(_ problem: String) -> FormatError {
      FormatError(source, "is not a model file that this version reads: \(problem)")
    }
    guard let version = json["version"]?.integer else { throw wrong("it has no version") }
    guard version <= ModelDescription.version else {
      throw wrong("it has version \(version), known are those up to \(ModelDescription.version)")
    }
    guard let model = json["model"]?.string else { throw wrong("it names no model") }
    guard let settings = json["settings"]?.members else { throw wrong("it has no settings") }
    guard let task = json["task"]?.string.flatMap({ LearningTask(rawValue: $0) }) else {
      throw wrong("it has no task, or an unknown one")
    }
    let labels = json["labels"]?.array?.compactMap { $0.string } ?? []
    guard labels.count == json["labels"]?.array?.count ?? 0 else {
      throw wrong("its labels are not texts")
    }
    guard let preprocessing = Preprocessing(json["preprocessing"] ?? .null) else {
      throw wrong("its preprocessing is not understood")
    }
    self.init(
      model: model, settings: ModelSettings(settings), task: task, labels: labels,
      preprocessing: preprocessing, loss: json["loss"]?.string,
      training: json["training"] ?? .object([]))
  }
}

extension Preprocessing {
  fileprivate var json: JSON {
    var members = [
      JSON.Member("shape", .array(shape.map { .integer($0) })),
      JSON.Member("mean", .array(mean.map { .number($0) })),
      JSON.Member("deviation", .array(deviation.map { .number($0) })),
      JSON.Member(
        "target",
        .array(target.map { ["mean": .number($0.mean), "deviation": .number($0.deviation)] })),
    ]
    if let source { members.append(JSON.Member("source", source)) }
    return .object(members)
  }

  fileprivate init?(_ json: JSON) {
    guard let shape = Preprocessing.list(json["shape"], { $0.integer }), !shape.isEmpty,
      shape.allSatisfy({ $0 >= 1 }),
      let mean = Preprocessing.list(json["mean"] ?? [], { $0.double }),
      let deviation = Preprocessing.list(json["deviation"] ?? [], { $0.double }),
      mean.count == deviation.count, mean.isEmpty || mean.count == shape[0],
      deviation.allSatisfy({ $0 > 0 }),
      let target = Preprocessing.list(json["target"] ?? [], { Scale($0) })
    else { return nil }
    self.init(
      shape: shape, mean: mean, deviation: deviation, target: target, source: json["source"])
  }

  /// The items of a list, if all are what they should be.
  private static func list<Item>(_ json: JSON?, _ item: (JSON) -> Item?) -> [Item]? {
    guard let values = json?.array else { return nil }
    let items = values.compactMap(item)
    return items.count == values.count ? items : nil
  }
}

extension Preprocessing.Scale {
  fileprivate init?(_ json: JSON) {
    guard let mean = json["mean"]?.double, let deviation = json["deviation"]?.double else {
      return nil
    }
    self.init(mean: mean, deviation: deviation)
  }
}
