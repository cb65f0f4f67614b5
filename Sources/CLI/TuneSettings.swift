import Adjoint

/// One value for each setting.
struct TuneChoice: Equatable {
  let values: [(name: String, value: String)]

  init(_ values: [(name: String, value: String)]) { self.values = values }

  var text: String { values.map { "\($0.name)=\($0.value)" }.joined(separator: " ") }

  static func == (a: TuneChoice, b: TuneChoice) -> Bool { a.text == b.text }
}

/// A setting and what it may be.
struct TuneSetting {
  let name: String
  private let list: [String]
  private let range: ClosedRange<Double>?

  init(_ word: String) throws {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
      throw CommandError.usage(
        "tune: \(Suggestion.quoted(word)) is not SETTING=VALUES; write learning-rate=0.0005..0.05")
    }
    name = String(parts[0])
    let own = TrainOptions.ownOfALine + ["--resume"]
    let known = Command.train.options.filter { $0.value != nil && !own.contains($0.name) }
      .map { String($0.name.dropFirst(2)) }
    guard known.contains(name) else {
      throw CommandError.usage(
        "tune: train has no setting \(Suggestion.quoted(name))"
          + Suggestion.hint(for: name, among: known))
    }
    let text = String(parts[1])
    let dots = text.indices.first { text[$0...].hasPrefix("..") }
    guard let dots else {
      list = text.split(separator: ",", omittingEmptySubsequences: false).map { String($0) }
      range = nil
      guard list.allSatisfy({ !$0.isEmpty }) else {
        throw CommandError.usage(
          "tune: \(Suggestion.quoted(word)) has an empty value; write \(name)=a,b")
      }
      return
    }
    let ends = (Double(text[..<dots]), Double(text[text.index(dots, offsetBy: 2)...]))
    guard let low = ends.0, let high = ends.1, low < high, low.isFinite, high.isFinite else {
      throw CommandError.usage(
        "tune: \(Suggestion.quoted(text)) is no range; write the lower number first, as in 0.001..0.1"
      )
    }
    (list, range) = ([], low...high)
  }

  /// The value at a share of the way through all.
  func value(at share: Double) -> String {
    guard let range else { return list[min(Int(share * Double(list.count)), list.count - 1)] }
    let (low, high) = (range.lowerBound, range.upperBound)
    guard low > 0, high > 10 * low else {
      return NumberText.short(low + share * (high - low), digits: 4)
    }
    let (from, to) = (ScalarMath.log(low), ScalarMath.log(high))
    return NumberText.short(ScalarMath.exp(from + share * (to - from)), digits: 4)
  }

  /// What a grid takes.
  var gridValues: [String] { range == nil ? list : (0..<5).map { value(at: Double($0) / 4) } }

  /// A choice to check the setting's values by, before anything is trained.
  var examples: [(name: String, value: String)] { [(name, gridValues[0])] }
}

/// What came of a trial.
struct TuneResult {
  let choice: TuneChoice
  let epochs: Int
  let score: Double
  let metric: String
  let isBetterWhenHigher: Bool

  func isBetter(_ other: TuneResult) -> Bool {
    guard score.isFinite, other.score.isFinite else { return score.isFinite }
    return isBetterWhenHigher ? score > other.score : score < other.score
  }

  var json: JSON {
    [
      "settings": .object(choice.values.map { JSON.Member($0.name, .string($0.value)) }),
      "epochs": .integer(epochs), "metric": .string(metric), "score": .number(score),
      "higher_is_better": .bool(isBetterWhenHigher),
    ]
  }

  init(
    choice: TuneChoice, epochs: Int, score: Double, metric: String, isBetterWhenHigher: Bool
  ) {
    (self.choice, self.epochs, self.score) = (choice, epochs, score)
    (self.metric, self.isBetterWhenHigher) = (metric, isBetterWhenHigher)
  }

  init?(_ json: JSON) {
    guard let members = json["settings"]?.members, let epochs = json["epochs"]?.integer,
      let score = json["score"]?.double, let metric = json["metric"]?.string,
      let isBetterWhenHigher = json["higher_is_better"]?.bool
    else { return nil }
    self.init(
      choice: TuneChoice(members.map { ($0.name, $0.value.string ?? "") }), epochs: epochs,
      score: score, metric: metric, isBetterWhenHigher: isBetterWhenHigher)
  }
}

/// The trials so far, in a file: a line each, written anew as a whole.
final class TuneRecord {
  private let path: String
  private(set) var results: [TuneResult] = []

  init(_ path: String, resumes: Bool) throws {
    self.path = path
    let isThere = RunFolder(path: "").exists(path)
    guard isThere else { return }
    guard resumes else {
      throw CommandError.failure(
        "\(path): holds trials already; go on with them by --resume, or name another folder")
    }
    results = try InputFile.text(path).split(separator: "\n").map { line in
      guard let result = TuneResult(try JSON(parsing: String(line), source: path)) else {
        throw FormatError(path, "is not a record of trials")
      }
      return result
    }
  }

  func result(_ choice: TuneChoice, epochs: Int) -> TuneResult? {
    results.first { $0.choice == choice && $0.epochs == epochs }
  }

  func add(_ result: TuneResult) throws {
    results.append(result)
    try AtomicFile.write(
      results.map { $0.json.text() + "\n" }.joined(), to: path)
  }
}
