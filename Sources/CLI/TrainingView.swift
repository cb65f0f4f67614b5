import Adjoint
import Glibc

/// Shows a training as it goes: one live line on a terminal, a plain line an epoch elsewhere.
final class TrainingView: TrainingObserver {
  private let isQuiet: Bool
  private let isLive: Bool
  private var lastDrawn = 0.0
  private var lastMetric = ""
  private var pending: [Finding] = []
  private var firstStep: (count: Int, seconds: Double)?
  /// Time in steps and validation.
  private(set) var seconds = 0.0
  /// When the training began, and when each of its epochs was done and scored, by the monotonic clock.
  private(set) var began = 0.0
  private(set) var epochEnds: [(record: EpochRecord, time: Double)] = []

  init(isQuiet: Bool) {
    self.isQuiet = isQuiet
    isLive = !isQuiet && isatty(STDOUT_FILENO) == 1
  }

  func trainingWillBegin(_ trainer: Trainer) { began = Process.seconds }

  func stepDidEnd(_ trainer: Trainer, _ progress: Progress) {
    seconds = progress.seconds
    showFindings()
    guard isLive else { return }
    let now = Process.seconds
    if firstStep == nil { firstStep = (done(progress), now) }
    guard now - lastDrawn >= 0.1 || progress.step == progress.steps else { return }
    lastDrawn = now
    write("\r" + fitting(line(progress, now)) + "\u{1B}[K")
  }

  func epochDidEnd(_ trainer: Trainer, _ record: EpochRecord) {
    epochEnds.append((record, Process.seconds))
    guard !isQuiet else { return }
    showFindings()
    lastMetric = metric(record.validation ?? record.training)
    write((isLive ? "\r\u{1B}[K" : "") + summary(record) + "\n")
  }

  func trainerDidFind(_ trainer: Trainer, _ finding: Finding) {
    // What ends the training is an error, and said as that.
    pending.append(finding)
  }

  /// Says what was found, once the training has gone on.
  func showFindings() {
    defer { pending = [] }
    guard !isQuiet else { return }
    for finding in pending { write((isLive ? "\r\u{1B}[K" : "") + finding.description + "\n") }
  }

  func trainingDidEnd(_ trainer: Trainer) {
    if isLive { write("\r\u{1B}[K") }
  }

  private func done(_ progress: Progress) -> Int {
    (progress.epoch - 1) * progress.steps + progress.step
  }

  private func line(_ progress: Progress, _ now: Double) -> String {
    let (step, all) = (done(progress), progress.epochs * progress.steps)
    let share = Double(progress.step) / Double(max(progress.steps, 1))
    var parts = [
      "epoch \(progress.epoch)/\(progress.epochs)", TrainingView.bar(share),
      "loss \(NumberText.fixed(progress.meanLoss, places: 4))",
    ]
    if !lastMetric.isEmpty { parts.append(lastMetric) }
    if let first = firstStep, now > first.seconds, step > first.count {
      let rate = Double(step - first.count) / (now - first.seconds)
      parts.append("\(NumberText.short(rate, digits: 3)) steps/s")
      parts.append(TrainingView.clock(Double(all - step) / rate) + " left")
    }
    return parts.joined(separator: "  ")
  }

  private func summary(_ record: EpochRecord) -> String {
    var parts = [
      "epoch \(record.epoch)", "loss \(NumberText.fixed(record.training.loss, places: 4))",
    ]
    if let held = record.validation {
      parts.append("validation loss \(NumberText.fixed(held.loss, places: 4))")
    }
    parts.append(metric(record.validation ?? record.training))
    parts.append("rate \(NumberText.short(record.learningRate, digits: 3))")
    parts.append("\(NumberText.short(record.seconds, digits: 3)) s")
    return parts.filter { !$0.isEmpty }.joined(separator: "  ")
  }

  private func metric(_ scores: Scores) -> String {
    scores.metrics.first.map { "\($0.name) \(NumberText.fixed($0.value, places: 4))" } ?? ""
  }

  /// A line that would wrap could not be drawn over.
  private func fitting(_ text: String) -> String {
    var size = winsize()
    let columns = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 ? Int(size.ws_col) : 80
    return String(text.prefix(max((columns == 0 ? 80 : columns) - 1, 20)))
  }

  private func write(_ text: String) {
    print(text, terminator: "")
    _ = Process.flushOutput()
  }

  private static func bar(_ share: Double) -> String {
    let full = Int((share * 20).rounded())
    return String(repeating: "█", count: full) + String(repeating: "░", count: 20 - full)
  }

  /// Minutes and seconds, hours where there are some.
  static func clock(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0 else { return "?" }
    let whole = Int(min(seconds, 1e9).rounded())
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let (hours, minutes) = (whole / 3600, whole / 60 % 60)
    return hours > 0
      ? "\(hours):\(two(minutes)):\(two(whole % 60))" : "\(minutes):\(two(whole % 60))"
  }
}
