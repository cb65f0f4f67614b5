import AdjointFormats
import AdjointViews

/// How a training went, as a program said in a line of JSON: what was right of the examples held back after each
/// epoch, and when that was known.
public struct TrainingTime: Sendable {
  /// Who trained.
  public let name: String
  /// How many processors it was given.
  public let threads: Int
  /// Seconds from the start of the process to the first step.
  public let startSeconds: Double
  private let epochs: [(seconds: Double, accuracy: Double)]

  /// What the line says; nil where it is none. `started` is when the process was started, on the monotonic clock.
  public init?(line: String, name: String, threads: Int, started: Double) {
    guard let json = try? JSON(parsing: line), let began = json["began_at"]?.double,
      let history = json["history"]?.array, !history.isEmpty
    else { return nil }
    let epochs = history.compactMap { epoch in
      epoch["seconds"]?.double.flatMap { seconds in
        epoch["validation_accuracy"]?.double.map { (seconds: seconds, accuracy: $0) }
      }
    }
    guard epochs.count == history.count else { return nil }
    (self.name, self.threads, self.epochs) = (name, threads, epochs)
    startSeconds = began - started
  }

  /// The first epoch after which that share of the examples held back was right, and the seconds from the begin of
  /// the first step until that was known; nil where it never was.
  public func reaching(_ accuracy: Double) -> (epoch: Int, seconds: Double)? {
    epochs.firstIndex { $0.accuracy >= accuracy }.map { ($0 + 1, epochs[$0].seconds) }
  }

  /// The mean time of an epoch.
  public var secondsAnEpoch: Double { (epochs.last?.seconds ?? 0) / Double(epochs.count) }
}

/// Trainings of several programs until a share of the examples held back is right.
public struct TrainingComparison: Sendable {
  private let accuracy: Double
  private let standings: [Standing]

  private struct Standing {
    let name: String
    let threads: Int
    /// Medians of its runs.
    let (seconds, epochs, epoch, start): (Double, Double, Double, Double)
    let runs: Int
    var isOurs: Bool { name.hasPrefix("adjoint") }
  }

  /// Medians for each program and number of processors, the fastest first. One that missed the accuracy in any run
  /// stands with infinity for that run.
  public init(_ times: [TrainingTime], accuracy: Double) {
    self.accuracy = accuracy
    var found: [Standing] = []
    for time in times
    where !found.contains(where: { $0.name == time.name && $0.threads == time.threads }) {
      let own = times.filter { $0.name == time.name && $0.threads == time.threads }
      func median(_ number: (TrainingTime) -> Double?) -> Double {
        Statistics.median(own.map { number($0) ?? .infinity }) ?? .infinity
      }
      found.append(
        Standing(
          name: time.name, threads: time.threads,
          seconds: median { $0.reaching(accuracy)?.seconds },
          epochs: median { $0.reaching(accuracy).map { Double($0.epoch) } },
          epoch: median { $0.secondsAnEpoch }, start: median { $0.startSeconds }, runs: own.count))
    }
    standings = found.sorted { $0.seconds < $1.seconds }
  }

  /// How many times as long as ours the fastest other takes, each at its better number of processors.
  public var ratio: Double? { ratio { $0.seconds } }

  /// The same of an epoch: chance decides after which one the accuracy is there.
  public var epochRatio: Double? { ratio { $0.epoch } }

  private func ratio(_ number: (Standing) -> Double) -> Double? {
    guard let ours = standings.filter({ $0.isOurs }).map(number).min(),
      let other = standings.filter({ !$0.isOurs }).map(number).min(), ours > 0, ours.isFinite
    else { return nil }
    return other / ours
  }

  /// The table as lines.
  public var table: [String] {
    var table = TextTable([.left, .right, .right, .right, .right, .right, .right])
    let percent = NumberText.short(100 * accuracy, digits: 3)
    table.add(["", "processors", "s to \(percent) %", "epochs", "s an epoch", "s before", "runs"])
    for standing in standings {
      table.add([
        standing.name, String(standing.threads), NumberText.fixed(standing.seconds, places: 2),
        NumberText.short(standing.epochs, digits: 3), NumberText.fixed(standing.epoch, places: 2),
        NumberText.fixed(standing.start, places: 2), String(standing.runs),
      ])
    }
    guard let ratio, let epochRatio else { return table.lines }
    return table.lines + [
      "",
      "The fastest peer takes \(NumberText.fixed(ratio, places: 2)) times as long as ours, \(NumberText.fixed(epochRatio, places: 2)) times an epoch.",
    ]
  }
}
