import AdjointFormats
import Glibc

/// Lines appended to a file as they come about, so that a kill loses none that were written.
final class LineFile {
  private let path: String
  private let file: CInt

  /// A file to append to; what is there already stays.
  init(_ path: String) throws {
    self.path = path
    file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard file >= 0 else {
      throw FormatError(path, "cannot be written: \(String(cString: strerror(errno)))")
    }
  }

  var isEmpty: Bool { lseek(file, 0, SEEK_END) == 0 }

  func append(_ bytes: [UInt8]) throws { try FileAppender(file, path).append(bytes) }
  func append(line: String) throws { try append(Array((line + "\n").utf8)) }

  deinit { _ = close(file) }
}

/// A table of epochs as CSV: a line each, the names above.
public final class TableLog: TrainingObserver {
  private let file: LineFile

  /// Appends to the file at `path`.
  public init(_ path: String) throws { file = try LineFile(path) }

  /// Writes a line.
  public func epochDidEnd(_ trainer: Trainer, _ record: EpochRecord) throws {
    let columns = record.columns
    if file.isEmpty {
      try file.append(line: columns.map { quoted($0.name) }.joined(separator: ","))
    }
    try file.append(line: columns.map { $0.value.description }.joined(separator: ","))
  }

  private func quoted(_ text: String) -> String {
    let isPlain = !text.utf8.contains { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") }
    return isPlain
      ? text
      : "\""
        + text.split(separator: "\"", omittingEmptySubsequences: false)
        .joined(separator: "\"\"") + "\""
  }
}

/// What happens, a line of JSON each: epochs, what goes wrong, and every so many steps their loss.
public final class LineLog: TrainingObserver {
  private let file: LineFile
  private let stepInterval: Int

  /// Appends to the file at `path`; a line each `stepInterval` steps, none where it is 0.
  public init(_ path: String, everySteps stepInterval: Int = 0) throws {
    file = try LineFile(path)
    self.stepInterval = stepInterval
  }

  /// Writes a line, if it is time.
  public func stepDidEnd(_ trainer: Trainer, _ progress: Progress) throws {
    guard stepInterval > 0, progress.step % stepInterval == 0 else { return }
    let line: JSON = [
      "event": "step", "epoch": .integer(progress.epoch), "step": .integer(progress.step),
      "loss": .number(progress.loss), "seconds": .number(progress.seconds),
    ]
    try file.append(line: line.text())
  }

  /// Writes a line.
  public func epochDidEnd(_ trainer: Trainer, _ record: EpochRecord) throws {
    var members = [JSON.Member("event", "epoch"), JSON.Member("epoch", .integer(record.epoch))]
    members += record.columns.dropFirst().map { JSON.Member($0.name, .number($0.value)) }
    try file.append(line: JSON.object(members).text())
  }

  /// Writes a line.
  public func trainerDidFind(_ trainer: Trainer, _ finding: Finding) throws {
    let line: JSON = [
      "event": "finding", "kind": .string(finding.kind.rawValue),
      "text": .string(finding.description),
    ]
    try file.append(line: line.text())
  }
}

extension EpochRecord {
  /// All its numbers with their names, the epoch first.
  var columns: [(name: String, value: Double)] {
    var columns: [(name: String, value: Double)] = [("epoch", Double(epoch))]
    for (part, scores) in [("training", training), ("validation", validation)] {
      guard let scores else { continue }
      columns.append(("\(part) loss", scores.loss))
      columns += scores.metrics.map { ("\(part) \($0.name)", $0.value) }
    }
    return columns + [("learning rate", learningRate), ("seconds", seconds)]
  }
}
