import Adjoint
import AdjointData
import AdjointGenerators

/// Made data: points in classes, curves, parities.
enum PointSource {
  static let count = 1_000

  static func load(_ name: String, _ options: TrainOptions) throws -> TrainingData {
    try DataChoice.refuse(["target", "test"], for: "made data", options)
    let made = try Generators.make(
      name, count: count, noise: options.noise ?? 0, seed: options.seed)
    let isClasses = made.targets.element == .int64
    if let task = options.task, (task == .classification) != isClasses {
      throw CommandError.usage(
        "train: \(name) is \(isClasses ? "classification" : "regression"); --task \(task.rawValue) does not fit"
      )
    }
    let preparation = try PointPreparation(
      generator: name, noise: options.noise ?? 0, seed: options.seed,
      coordinates: made.inputs.shape[1], features: options.features)
    let parts = RowParts(
      count, hasTestFile: false, validation: options.validation, seed: options.seed)
    let all = try preparation.prepared(made, options.precision)
    let classes = isClasses ? (made.targets.integers.max() ?? 0) + 1 : 0
    return TrainingData(
      name: name, training: Subset(all, parts.training),
      validation: parts.validation.isEmpty ? nil : Subset(all, parts.validation),
      test: { Subset(all, parts.test) }, task: isClasses ? .classification : .regression,
      labels: isClasses ? (0..<classes).map { String($0) } : ["y"],
      preprocessing: Preprocessing(
        shape: [preparation.features.count], source: ["points": preparation.json]),
      notes: [
        "\(name) is made: \(count) examples, noise \(NumberText.short(options.noise ?? 0))",
        isClasses ? "classification: \(classes) classes" : "regression: the target is a number",
        "features: \(preparation.features.map { $0.name }.joined(separator: ", "))",
        parts.note(nil),
      ])
  }
}

/// What is done with made points before a network gets them, as the model file keeps it.
struct PointPreparation {
  let generator: String
  let noise: Double
  let seed: Int
  let coordinates: Int
  let features: [PointFeature]

  init(
    generator: String, noise: Double, seed: Int, coordinates: Int, features: [String]?
  ) throws {
    (self.generator, self.noise, self.seed) = (generator, noise, seed)
    self.coordinates = coordinates
    self.features = try PointFeature.chosen(features, columns: coordinates)
  }

  /// From what a model file says.
  init(_ json: JSON) throws {
    guard let generator = json["generator"]?.string, let noise = json["noise"]?.double,
      let seed = json["seed"]?.integer, let coordinates = json["coordinates"]?.integer,
      let names = json["features"]?.array?.compactMap({ $0.string })
    else { throw CommandError.failure("the model's preparation of its points is not understood") }
    try self.init(
      generator: generator, noise: noise, seed: seed, coordinates: coordinates, features: names)
  }

  var json: JSON {
    [
      "generator": .string(generator), "noise": .number(noise), "seed": .integer(seed),
      "coordinates": .integer(coordinates),
      "features": .array(features.map { .string($0.name) }),
    ]
  }

  /// The features of points [N, coordinates].
  func inputs(_ points: Tensor) -> Tensor {
    stacked(features.map { $0.function(points) }, axis: 1)
  }

  func prepared(_ made: TensorDataset, _ element: ElementType) throws -> TensorDataset {
    let isClasses = made.targets.element == .int64
    return try TensorDataset(
      inputs: inputs(made.inputs).cast(to: element),
      targets: isClasses
        ? made.targets
        : made.targets.cast(to: element).reshaped([made.count, made.targets.count / made.count]))
  }

  /// Points that the model has not seen: made by the next seed.
  func fresh(_ element: ElementType) throws -> TensorDataset {
    try prepared(
      try Generators.make(generator, count: PointSource.count, noise: noise, seed: seed + 1),
      element)
  }
}

/// A number that is made of a point's coordinates.
struct PointFeature {
  let name: String
  let function: @Sendable (Tensor) -> Tensor

  /// What two coordinates can be made into.
  private static let ofTwo: [PointFeature] = [
    PointFeature(name: "x1²") { $0[0..., 0] * $0[0..., 0] },
    PointFeature(name: "x2²") { $0[0..., 1] * $0[0..., 1] },
    PointFeature(name: "x1x2") { $0[0..., 0] * $0[0..., 1] },
    PointFeature(name: "sin(x1)") { sin($0[0..., 0]) },
    PointFeature(name: "sin(x2)") { sin($0[0..., 1]) },
  ]

  static func chosen(_ names: [String]?, columns: Int) throws -> [PointFeature] {
    let plain = (0..<columns).map { column in
      PointFeature(name: "x\(column + 1)") { $0[0..., column] }
    }
    guard let names else { return plain }
    let all = plain + (columns == 2 ? ofTwo : [])
    return try names.map { name in
      // ^2 is easier to type.
      let spelled = name.hasSuffix("^2") ? String(name.dropLast(2)) + "²" : name
      guard let feature = all.first(where: { $0.name == spelled }) else {
        throw CommandError.usage(
          "--features: nothing is called \(Suggestion.quoted(name)); there are \(all.map { $0.name }.joined(separator: ", "))"
        )
      }
      return feature
    }
  }
}
