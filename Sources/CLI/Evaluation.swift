import Adjoint

/// How a model does on data: all of it in one pass.
struct Evaluation {
  /// An example that the model is sure of, and wrong.
  struct Mistake {
    let place: Int
    let label: Int
    let predicted: Int
    /// The probability of what it says.
    let probability: Double
  }

  private(set) var count = 0
  private(set) var loss = 0.0
  /// By their names, the most important first.
  private(set) var metrics: [(name: String, value: Double)] = []
  /// Rows are true classes, columns what the model says; empty where there are none.
  private(set) var confusion: [[Int]] = []
  /// The surest mistakes first.
  private(set) var worst: [Mistake] = []
  /// Prediction and truth of some examples, where they are numbers.
  private(set) var pairs: [(truth: Double, prediction: Double)] = []

  /// A saved model's, by the loss that it was trained by.
  init(of model: SavedModel, on data: any Dataset) throws {
    let facts = model.description
    let loss = try LossChoice.function(
      facts.loss ?? LossChoice.standard(for: facts.task), for: facts.task)
    try self.init(
      model.network, on: data, task: facts.task, classes: facts.labels.count,
      units: facts.preprocessing.target, loss: loss)
  }

  /// A model's; numbers are brought to the units of their data first, but for the loss.
  init(
    _ model: any Module, on data: any Dataset, task: LearningTask, classes: Int,
    units: [Preprocessing.Scale], loss: (Tensor, Tensor) -> Tensor
  ) throws {
    var regression = RegressionSums()
    if task == .classification {
      confusion = Array(repeating: Array(repeating: 0, count: classes), count: classes)
    }
    for start in stride(from: 0, to: data.count, by: 256) {
      let places = Array(start..<min(start + 256, data.count))
      let batch = try data.batch(places)
      let (output, value) = try checked { () throws(GraphError) in
        let output = model(batch.input)
        return (output, loss(output, batch.target))
      }
      self.loss += try value.tryEvaluated().item * Double(places.count)
      count += places.count
      switch task {
      case .classification: try note(output.softmax(), batch.target.integers, places)
      case .language: break
      case .regression:
        let (said, true_) = (units.restoring(output), units.restoring(batch.target))
        regression.add(said, true_)
        if pairs.count < 2_000 { pairs += zip(true_, said).map { ($0, $1) } }
      }
    }
    guard count > 0 else { throw CommandError.failure("there are no examples to evaluate on") }
    self.loss /= Double(count)
    metrics =
      switch task {
      case .classification: [("accuracy", accuracy)]
      case .regression: regression.metrics
      case .language: [("perplexity", ScalarMath.exp(self.loss))]
      }
    worst.sort { $0.probability > $1.probability }
    worst = Array(worst.prefix(24))
  }

  private var accuracy: Double {
    Double(confusion.indices.reduce(0) { $0 + confusion[$1][$1] }) / Double(max(count, 1))
  }

  private mutating func note(_ probabilities: Tensor, _ labels: [Int], _ places: [Int]) throws {
    let values = try probabilities.tryEvaluated().doubles
    let classes = confusion.count
    for (row, label) in labels.enumerated() {
      let own = values[(row * classes)..<((row + 1) * classes)]
      let best = own.indices.max { own[$0] < own[$1] } ?? own.startIndex
      let predicted = best - own.startIndex
      confusion[label][predicted] += 1
      if predicted != label {
        worst.append(
          Mistake(
            place: places[row], label: label, predicted: predicted, probability: own[best]))
      }
    }
  }
}

extension [Preprocessing.Scale] {
  /// Standardised numbers in the units that they came in: one scale for each column, or none.
  fileprivate func restoring(_ numbers: Tensor) -> [Double] {
    guard !isEmpty else { return numbers.doubles }
    return numbers.doubles.enumerated().map { place, number in
      number * self[place % count].deviation + self[place % count].mean
    }
  }
}

/// What R² and mean errors are made of.
private struct RegressionSums {
  var (count, target, square, error, absolute) = (0.0, 0.0, 0.0, 0.0, 0.0)

  mutating func add(_ said: [Double], _ true_: [Double]) {
    for (prediction, truth) in zip(said, true_) {
      count += 1
      target += truth
      square += truth * truth
      error += (prediction - truth) * (prediction - truth)
      absolute += abs(prediction - truth)
    }
  }

  var metrics: [(name: String, value: Double)] {
    let spread = square - target * target / max(count, 1)
    return [
      ("r2", spread > 0 ? 1 - error / spread : 0), ("mae", absolute / max(count, 1)),
      ("rmse", (error / max(count, 1)).squareRoot()),
    ]
  }
}
