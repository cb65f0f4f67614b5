import Adjoint
import AdjointData
import AdjointGenerators

/// Made data: points in classes, curves, parities.
enum PointSource {
  private static let count = 1_000

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
    let features = try PointFeature.chosen(options.features, columns: made.inputs.shape[1])
    let element = options.precision
    let inputs = stacked(features.map { $0.function(made.inputs) }, axis: 1).cast(to: element)
    let targets =
      isClasses
      ? made.targets
      : made.targets.cast(to: element).reshaped([count, made.targets.count / count])
    let parts = RowParts(
      count, hasTestFile: false, validation: options.validation, seed: options.seed)
    let all = try TensorDataset(inputs: inputs, targets: targets)
    let classes = isClasses ? (made.targets.integers.max() ?? 0) + 1 : 0
    return TrainingData(
      name: name, training: Subset(all, parts.training),
      validation: parts.validation.isEmpty ? nil : Subset(all, parts.validation),
      test: { Subset(all, parts.test) }, task: isClasses ? .classification : .regression,
      labels: isClasses ? (0..<classes).map { String($0) } : ["y"],
      preprocessing: Preprocessing(shape: [features.count]),
      notes: [
        "\(name) is made: \(count) examples, noise \(NumberText.short(options.noise ?? 0))",
        isClasses ? "classification: \(classes) classes" : "regression: the target is a number",
        "features: \(features.map { $0.name }.joined(separator: ", "))", parts.note(nil),
      ])
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
