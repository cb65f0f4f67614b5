import Adjoint

/// The optimizers by their names.
enum OptimizerChoice {
  static let names = ["adam", "adamw", "sgd"]
  static var list: String { names.joined(separator: ", ") }

  /// A rate that suits the optimizer where nobody says one.
  static func learningRate(_ name: String) -> Double { name == "sgd" ? 0.05 : 0.002 }

  static func make(
    _ name: String, _ model: any Module, learningRate: Double, momentum: Double?
  ) -> Optimizer {
    switch name {
    case "sgd":
      SGD(model.parameters, learningRate: learningRate, momentum: momentum ?? 0.9)
    case "adamw": Adam(model.parameters, learningRate: learningRate, weightDecay: 0.01)
    default: Adam(model.parameters, learningRate: learningRate, beta1: momentum ?? 0.9)
    }
  }
}

/// Learning rates as functions of the step.
enum ScheduleChoice {
  static let names = ["cosine", "constant", "linear"]
  static var list: String { names.joined(separator: ", ") }

  /// The rate of each of `steps` steps, `rate` at most.
  static func make(
    _ name: String, rate: Double, steps: Int
  ) -> @Sendable (Int) -> Double {
    switch name {
    case "constant": { _ in rate }
    case "linear": { rate * max(0, 1 - Double($0) / Double(steps)) }
    default: { rate * 0.5 * (1 + ScalarMath.cos(.pi * min(1, Double($0) / Double(steps)))) }
    }
  }
}

/// What is made small, by its name.
enum LossChoice {
  static let table:
    [(name: String, task: LearningTask, function: @Sendable (Tensor, Tensor) -> Tensor)] = [
      ("cross-entropy", .classification, { crossEntropy($0, $1) }),
      ("squared", .regression, { meanSquaredError($0, $1) }),
      ("absolute", .regression, { abs($0 - $1).mean() }),
    ]
  static var names: [String] { table.map { $0.name } }
  static var list: String { names.joined(separator: ", ") }

  static func standard(for task: LearningTask) -> String {
    table.first { $0.task == task }?.name ?? ""
  }

  static func function(
    _ name: String, for task: LearningTask
  ) throws -> @Sendable (Tensor, Tensor) -> Tensor {
    guard let row = table.first(where: { $0.name == name }) else {
      throw CommandError.usage("no loss is called \(name); there are \(list)")
    }
    guard row.task == task else {
      let fitting = table.filter { $0.task == task }.map { $0.name }
      throw CommandError.usage(
        "--loss \(name) is for \(row.task.rawValue), but this is \(task.rawValue); choose \(fitting.joined(separator: " or "))"
      )
    }
    return row.function
  }
}

/// What keeps weights small: biases and the numbers of normalisations are left out.
enum Penalty {
  static func of(_ model: any Module, l1: Double, l2: Double) -> (() -> Tensor)? {
    let weights = model.parameters.filter { $0.isTrainable && $0.value.rank > 1 }
    guard l1 > 0 || l2 > 0, !weights.isEmpty else { return nil }
    return {
      weights.map { cell in
        let value = cell.value
        let absolute = l1 > 0 ? abs(value).sum() * l1 : nil
        let squared = l2 > 0 ? (value * value).sum() * (l2 / 2) : nil
        return absolute.map { one in squared.map { one + $0 } ?? one } ?? squared!
      }.reduce(Tensor(0)) { $0 + $1 }
    }
  }
}
