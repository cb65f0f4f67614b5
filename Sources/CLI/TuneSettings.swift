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
  /// As it was given.
  let word: String
  let name: String
  private let list: [String]
  private let range: ClosedRange<Double>?

  /// Options that take whole numbers only.
  private static let whole = ["epochs", "batch", "seed", "threads"]

  init(_ word: String) throws {
    self.word = word
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
      var seen: Set<String> = []
      list = text.split(separator: ",", omittingEmptySubsequences: false).map { String($0) }
        .filter { seen.insert($0).inserted }
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

  /// Meets fractions, which nothing could be trained with, before the first trial.
  func check() throws {
    guard isWhole, let range else { return }
    guard [range.lowerBound, range.upperBound].allSatisfy({ $0 == $0.rounded() && $0 < 1e15 })
    else {
      throw CommandError.usage("tune: \(name) takes whole numbers; write \(name)=16..128")
    }
  }

  private var isWhole: Bool { TuneSetting.whole.contains(name) }

  /// The value at a share of the way through all.
  func value(at share: Double) -> String {
    guard let range else { return list[min(Int(share * Double(list.count)), list.count - 1)] }
    let (low, high) = (range.lowerBound, range.upperBound)
    guard low > 0, high > 10 * low else { return text(low + share * (high - low)) }
    let (from, to) = (ScalarMath.log(low), ScalarMath.log(high))
    return text(ScalarMath.exp(from + share * (to - from)))
  }

  private func text(_ value: Double) -> String {
    isWhole ? NumberText.exact(value.rounded()) : NumberText.short(value, digits: 4)
  }

  /// What a grid takes: no value twice.
  var gridValues: [String] {
    guard range != nil else { return list }
    var seen: Set<String> = []
    return (0..<5).map { value(at: Double($0) / 4) }.filter { seen.insert($0).inserted }
  }
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

  /// The record in a folder, of trials under these conditions; those that are there must have had the same.
  init(_ folder: RunFolder, of conditions: JSON, resumes: Bool) throws {
    path = folder.file("trials.jsonl")
    let file = folder.file("tune.json")
    guard folder.exists(path) else {
      try AtomicFile.write(conditions.text(indented: true) + "\n", to: file)
      return
    }
    guard resumes else {
      throw CommandError.failure(
        "\(path): holds trials already; go on with them by --resume, or name another folder")
    }
    let known = try JSON(parsing: try InputFile.text(file), source: file)
    let differing = (conditions.members ?? []).filter { known[$0.name] != $0.value }
    if let first = differing.first {
      func text(_ value: JSON?) -> String { value.map { $0.string ?? $0.text() } ?? "" }
      throw CommandError.failure(
        "\(folder.path): its trials had other \(first.name), \(Suggestion.quoted(text(known[first.name]))), now \(Suggestion.quoted(text(first.value))); give the same, or name another folder"
      )
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
