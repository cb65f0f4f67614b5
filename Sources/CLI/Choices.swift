import Adjoint

extension Precision {
  private static let words: [(word: String, precision: Precision)] = [
    ("float32", .float32), ("bf16", .bfloat16),
  ]

  /// What `--precision` says; nil where it is not given.
  static func asked(_ arguments: Arguments) throws -> Precision? {
    let word = try arguments.word("--precision", among: words.map { $0.word })
    return words.first { $0.word == word }?.precision
  }

  var word: String { Precision.words.first { $0.precision == self }?.word ?? "" }

  static let option = Option(
    name: "--precision", value: "float32|bf16",
    summary: "what products and convolutions compute in (float32)")
}

/// The optimizers by their names.
enum OptimizerChoice {
  /// Each with a rate that suits it where nobody says one.
  private static let table:
    [(name: String, rate: Double, rule: (@Sendable (_ momentum: Double?) -> UpdateRule)?)] = [
      ("adam", 0.002, { .adam(beta1: $0 ?? 0.9) }),
      ("adamw", 0.002, { .adam(beta1: $0 ?? 0.9, weightDecay: 0.01) }),
      ("sgd", 0.05, { .sgd(momentum: $0 ?? 0.9) }),
      ("nesterov", 0.05, { .sgd(momentum: $0 ?? 0.9, nesterov: true) }),
      ("nadam", 0.002, { .nadam(beta1: $0 ?? 0.9) }),
      ("radam", 0.002, { .radam(beta1: $0 ?? 0.9) }),
      ("adagrad", 0.02, { _ in .adagrad() }), ("adadelta", 1, { _ in .adadelta() }),
      ("rmsprop", 0.001, { .rmsProp(momentum: $0 ?? 0) }),
      ("lion", 0.0003, { .lion(beta1: $0 ?? 0.9) }), ("lamb", 0.005, { .lamb(beta1: $0 ?? 0.9) }),
      ("lars", 1, { .lars(momentum: $0 ?? 0.9) }), ("adafactor", 0.01, { _ in .adafactor() }),
      ("lbfgs", 1, nil),
    ]
  static var names: [String] { table.map { $0.name } }
  static var list: String { names.joined(separator: ", ") }

  /// Whether a step of it is meant to see all examples at once.
  static func seesAll(_ name: String) -> Bool {
    table.contains { $0.name == name && $0.rule == nil }
  }

  /// A rate that suits the optimizer.
  static func learningRate(_ name: String) -> Double {
    table.first { $0.name == name }?.rate ?? 0.002
  }

  static func make(
    _ name: String, _ model: any Module, learningRate: Double, momentum: Double?
  ) -> Optimizer {
    guard let rule = table.first(where: { $0.name == name })?.rule?(momentum) else {
      var options = LBFGS.Options()
      options.searchesLine = true
      options.iterations = 5
      options.historySize = 10
      return LBFGS(model.parameters, learningRate: learningRate, options: options)
    }
    return Optimizer(model.parameters, rule, learningRate: learningRate)
  }
}

/// Learning rates as functions of the step.
enum ScheduleChoice {
  private static let table:
    [(name: String, make: @Sendable (_ rate: Double, _ steps: Int) -> RateSchedule)] = [
      ("cosine", { .cosine($0, length: $1) }), ("constant", { rate, _ in .constant(rate) }),
      ("linear", { .linear($0, from: 1, to: 0, length: $1) }),
      ("step", { .steps($0, every: max(1, ($1 + 2) / 3)) }),
      ("exponential", { .exponential($0, factor: ScalarMath.pow(0.01, 1 / Double(max($1, 1)))) }),
      ("polynomial", { .polynomial($0, length: $1, power: 2) }),
      ("one-cycle", { .oneCycle($0, length: $1) }),
      ("warm-up", { .cosine($0, length: $1 - $1 / 20).warmedUp($1 / 20) }),
      ("warm-restarts", { .warmRestarts($0, first: max(1, $1 / 7), multiplier: 2) }),
    ]
  static var names: [String] { table.map { $0.name } }
  static var list: String { names.joined(separator: ", ") }

  /// The rate of each of `steps` steps, `rate` at most.
  static func make(_ name: String, rate: Double, steps: Int) -> @Sendable (Int) -> Double {
    let schedule = table.first { $0.name == name }?.make(rate, steps) ?? .constant(rate)
    return { schedule($0) }
  }
}

/// What is made small, by its name.
enum LossChoice {
  private static let classes: [LearningTask] = [.classification, .language]
  private static let table:
    [(name: String, tasks: [LearningTask], function: @Sendable (Tensor, Tensor) -> Tensor)] = [
      ("cross-entropy", classes, { crossEntropy($0, $1) }),
      ("smoothed", classes, { crossEntropy($0, $1, smoothing: 0.1) }),
      ("focal", [.classification], { focalCrossEntropy($0, $1) }),
      ("hinge", [.classification], { multiClassHingeLoss($0, $1) }),
      ("squared", [.regression], { meanSquaredError($0, $1) }),
      ("absolute", [.regression], { absoluteError($0, $1) }),
      ("huber", [.regression], { huberLoss($0, $1) }),
    ]
  static var names: [String] { table.map { $0.name } }
  static var list: String { names.joined(separator: ", ") }

  static func standard(for task: LearningTask) -> String {
    table.first { $0.tasks.contains(task) }?.name ?? ""
  }

  static func function(
    _ name: String, for task: LearningTask
  ) throws -> @Sendable (Tensor, Tensor) -> Tensor {
    guard let row = table.first(where: { $0.name == name }) else {
      throw CommandError.usage("no loss is called \(name); there are \(list)")
    }
    guard row.tasks.contains(task) else {
      let fitting = table.filter { $0.tasks.contains(task) }.map { $0.name }
      throw CommandError.usage(
        "--loss \(name) does not fit \(task.rawValue); choose \(fitting.joined(separator: " or "))")
    }
    return row.function
  }
}

/// What keeps weights small: biases and the numbers of normalisations are left out.
enum Penalty {
  static func of(_ model: any Module, l1: Double, l2: Double) -> (() -> Tensor)? {
    guard l1 > 0 || l2 > 0 else { return nil }
    let parameters = model.parameters.filter { $0.isTrainable }
    return {
      var terms: [Tensor] = []
      if l1 > 0 { terms.append(l1Penalty(parameters) * l1) }
      if l2 > 0 { terms.append(l2Penalty(parameters) * (l2 / 2)) }
      return terms.dropFirst().reduce(terms[0]) { $0 + $1 }
    }
  }
}
