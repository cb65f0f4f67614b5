import AdjointGraph
import AdjointNN
import AdjointRuntime

/// A trained model from a file: network, weights, preprocessing and labels.
///
///     let model = try SavedModel("runs/fashion-mnist-1/model.safetensors")
///     print(try model.predict(images).labels)
///
/// Any number of tasks may predict with one model at a time.
public struct SavedModel: Sendable {
  /// What the file says of it.
  public let description: ModelDescription
  /// The network with its weights.
  public let network: any Module

  /// The metadata's name for what a model file says.
  package static let key = "adjoint.model"

  /// A model from its parts.
  public init(_ network: any Module, _ description: ModelDescription) {
    self.network = network
    self.description = description
  }

  /// Reads a model file.
  public init(_ path: String) throws {
    let file = try Safetensors(reading: path)
    guard let text = file.text(SavedModel.key) else {
      throw FormatError(
        path, "holds weights, but does not say of which model; read it with load(weights:)")
    }
    description = try ModelDescription(JSON(parsing: text, source: path), source: path)
    network = try ModelCatalogue.make(description.model, description.settings)
    try network.load(file, source: path)
    if let known = description.training[SavedModel.digest]?.string,
      known != (try network.weightsDigest())
    {
      throw FormatError(
        path, "is damaged: its weights are not those that were saved (their SHA-256 is another)")
    }
  }

  /// What the description of a training calls the digest of the weights.
  private static let digest = "weights_sha256"

  /// Writes the model file: whole, or not at all.
  public func write(to path: String) throws {
    var description = self.description
    // Who has trained on has other weights than those of the description.
    if description.training[SavedModel.digest] != nil {
      let digest = try network.weightsDigest()
      description.training = .object(
        (description.training.members ?? []).map {
          $0.name == SavedModel.digest ? JSON.Member($0.name, .string(digest)) : $0
        })
    }
    try network.save(
      weights: path,
      metadata: [("format", "pt"), (SavedModel.key, description.json.text())])
  }

  /// What the model says of inputs [N, …], prepared as its file asks for it: probabilities of the classes, or numbers
  /// in the units of the data.
  public func predict(_ inputs: Tensor) throws -> Prediction {
    let element = try description.settings.element()
    let shape = description.preprocessing.shape
    let output = try checked { () throws(GraphError) -> Tensor in
      let x = description.preprocessing.prepared(inputs, element)
      guard x.shape.dimensions.dropFirst().elementsEqual(shape) else {
        throw GraphError(
          "predict",
          "the model takes examples \(Shape(shape).description), but got \(inputs.shape.description), whose first axis should count them"
        )
      }
      return network(x)
    }
    return try Prediction(output, description)
  }
}

/// What a model says of some examples.
public struct Prediction: Sendable {
  /// For each example the probabilities of the classes, or the numbers.
  public let rows: [[Double]]
  /// What the classes, or the numbers, are called.
  public let names: [String]
  /// The most probable class of each example; empty where the model gives numbers.
  public let classes: [Int]

  init(_ output: Tensor, _ description: ModelDescription) throws {
    let isClasses = description.task != .regression
    let values = try (isClasses ? output.softmax() : output).tryEvaluated().doubles
    let width = output.rank > 1 ? output.shape[output.rank - 1] : 1
    let target = description.preprocessing.target
    rows = stride(from: 0, to: values.count, by: max(width, 1)).map { start in
      (0..<width).map { column in
        let value = values[start + column]
        guard column < target.count else { return value }
        return value * target[column].deviation + target[column].mean
      }
    }
    names =
      description.labels.count == width ? description.labels : (0..<width).map { String($0) }
    classes =
      isClasses ? rows.map { row in row.indices.max { row[$0] < row[$1] } ?? 0 } : []
  }

  /// The name of the most probable class of each example.
  public var labels: [String] { classes.map { names[$0] } }
}
