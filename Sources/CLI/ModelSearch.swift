import Adjoint
import AdjointData
import AdjointRuntime

/// Finds the model that suits a table, where nobody names one: each candidate is trained on parts of the rows that are
/// learned from and judged by the rest of them, in turn. The test is not looked at.
struct ModelSearch {
  /// What was found: options as the command line gives them, and why.
  struct Choice {
    let members: [JSON.Member]
    let reason: String
  }

  private let options: TrainOptions
  private let data: TrainingData
  private var count: Int { data.training.count }

  /// So many rows are enough to compare by, and fewer are too few.
  private static let mostRows = 4_000
  private static let fewestRows = 10

  init(_ options: TrainOptions, _ data: TrainingData) {
    (self.options, self.data) = (options, data)
  }

  /// What is about to be done, where it takes a while.
  var notes: [String] { count < ModelSearch.fewestRows ? [] : ["comparing linear and mlp …"] }

  func choice() throws -> Choice {
    guard count >= ModelSearch.fewestRows else {
      return choice(linear(1), "linear, for \(count) rows are too few to compare models by")
    }
    let before = Devices.current
    // Small steps are no faster on several threads, and the choice must not depend on how many there are.
    if options.device.name == "cpu" { CPUDevice(threads: 1).use() }
    defer { Devices.current = before }
    let folds = try folds()
    let straight = try best(of: [0.1, 0.3, 1, 3, 10, 100].map { linear($0) }, folds)
    let bent = try best(
      of: [0, 1, 10].map { network($0, epochs: 30) } + [0, 1].map { network($0, epochs: 100) },
      folds)
    let isClear = bent.isClearlyBetter(than: straight)
    let (taken, other) = isClear ? (bent, straight) : (straight, bent)
    return choice(
      taken.candidate,
      "\(taken.candidate.model), chosen by \(folds.count)-fold cross-validation (\(comparison(taken, other)))"
    )
  }

  private func choice(_ candidate: Candidate, _ reason: String) -> Choice {
    // Nothing needs to be watched any more: all rows are learned from.
    let watching = options.givenValidation == nil ? [member("validation", "0")] : []
    return Choice(members: candidate.members + watching, reason: "model: " + reason)
  }

  /// Both in figures: the metric, unless that alone would not explain the choice.
  private func comparison(_ taken: CandidateScore, _ other: CandidateScore) -> String {
    let name = data.task == .regression ? "R²" : "accuracy"
    func text(_ number: Double) -> String { NumberText.fixed(number, places: 3) }
    let metrics = "\(name) \(text(taken.metric)) against \(text(other.metric)) of \(other.model)"
    if taken.metric >= other.metric { return metrics }
    return other.mean < taken.mean
      ? metrics + ", which is not clearly better"
      : "loss \(text(taken.mean)) against \(text(other.mean)) of \(other.model)"
  }
}

// What competes.
extension ModelSearch {
  /// Options of a training.
  struct Candidate {
    let model: String
    let members: [JSON.Member]
  }

  /// A linear model has one best answer, which L-BFGS finds.
  private func linear(_ strength: Double) -> Candidate {
    Candidate(
      model: "linear",
      members: [member("model", "linear"), member("optimizer", "lbfgs"), penalty(strength)])
  }

  /// A network is kept from learning its rows by heart in two ways: by penalty, and by few epochs.
  private func network(_ strength: Double, epochs: Int) -> Candidate {
    let members = [
      member("model", "mlp"), member("epochs", String(epochs)),
      member("batch", String(min(64, max(16, count / 20)))),
    ]
    return Candidate(model: "mlp", members: members + (strength > 0 ? [penalty(strength)] : []))
  }

  /// What weights cost beside the mean over so many rows.
  private func penalty(_ strength: Double) -> JSON.Member {
    member("l2", NumberText.short(strength / Double(count), digits: 3))
  }

  private func member(_ name: String, _ value: String) -> JSON.Member {
    JSON.Member(name, .string(value))
  }
}

// How they are judged.
extension ModelSearch {
  /// How a candidate does on rows that it has not learned from.
  struct CandidateScore {
    let candidate: Candidate
    /// The loss in each fold.
    let losses: [Double]
    let metric: Double

    var model: String { candidate.model }
    var mean: Double { losses.reduce(0, +) / Double(losses.count) }

    /// Better by more than chance does: than twice the standard error of the difference.
    func isClearlyBetter(than other: CandidateScore) -> Bool {
      let gains = zip(losses, other.losses).map { $1 - $0 }
      let (count, mean) = (Double(gains.count), other.mean - mean)
      let spread = gains.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count * (count - 1))
      return mean > 2 * spread.squareRoot() || !other.mean.isFinite
    }
  }

  private typealias Fold = (training: Subset, held: Subset)

  private func folds() throws -> [Fold] {
    let order = shuffledPlaces(count, seed: options.seed)
    // A wide table takes longer for each row.
    let width = data.inputShape.reduce(1, *)
    let most = max(500, min(ModelSearch.mostRows, 1_000_000 / width))
    let rows = Subset(data.training, Array(order.prefix(most)))
    let parts = rows.count <= 1_000 ? 5 : 3
    let shares = [Double](repeating: 1 / Double(parts), count: parts)
    let pieces =
      data.task == .classification
      ? try rows.stratifiedSplit(
        shares, classes: try rows.batch(Array(0..<rows.count)).target.integers, seed: options.seed)
      : try rows.split(shares, seed: options.seed)
    return pieces.indices.map { held in
      let rest = pieces.indices.filter { $0 != held }.flatMap { pieces[$0].places }
      return (Subset(rows, rest), pieces[held])
    }
  }

  private func best(of candidates: [Candidate], _ folds: [Fold]) throws -> CandidateScore {
    let scores = try candidates.map { try score($0, folds) }
    return scores.dropFirst().reduce(scores[0]) { $1.mean < $0.mean ? $1 : $0 }
  }

  private func score(_ candidate: Candidate, _ folds: [Fold]) throws -> CandidateScore {
    let options = try options.adding(candidate.members)
    let scores = try folds.map { fold in
      try TrainRun(options, data.learning(from: fold.training)).score(on: fold.held)
    }
    let metrics = scores.map { $0.metrics.first?.value ?? 0 }
    return CandidateScore(
      candidate: candidate, losses: scores.map { $0.loss },
      metric: metrics.reduce(0, +) / Double(metrics.count))
  }
}
