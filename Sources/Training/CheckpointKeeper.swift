import AdjointFormats
import Glibc

/// Writes checkpoints while a training goes on: at most every so many seconds within an epoch, after every epoch, and
/// where it is stopped. Where one cannot be written the one before is still there, and the training goes on.
public final class CheckpointKeeper: TrainingObserver {
  /// Where the checkpoint is.
  public let path: String
  /// How many seconds are between two of them within an epoch.
  public let interval: Double
  /// Who is told, in one line, that one could not be written. By default standard error.
  public var complain: (String) -> Void = { line in
    let bytes = Array((line + "\n").utf8)
    _ = write(STDERR_FILENO, bytes, bytes.count)
  }
  /// What prevented the last one from being written, if anything did.
  public private(set) var problem: String?
  private var lastTime = monotonicSeconds()
  private var lastPlace: [Int] = []

  /// Writes to `path`, at most every `interval` seconds.
  public init(_ path: String, every interval: Double = 30) {
    self.path = path
    self.interval = interval
  }

  /// The clock starts.
  public func trainingWillBegin(_ trainer: Trainer) {
    lastTime = monotonicSeconds()
    lastPlace = place(trainer)
  }

  /// Writes one, if the last is old enough.
  public func stepDidEnd(_ trainer: Trainer, _ progress: Progress) {
    if monotonicSeconds() - lastTime >= interval { save(trainer) }
  }

  /// Writes one.
  public func epochDidEnd(_ trainer: Trainer, _ record: EpochRecord) { save(trainer) }

  /// Writes one where steps were taken since the last.
  public func trainingDidEnd(_ trainer: Trainer) {
    if lastPlace != place(trainer) { save(trainer) }
  }

  private func place(_ trainer: Trainer) -> [Int] {
    [trainer.history.count, trainer.position.step]
  }

  private func save(_ trainer: Trainer) {
    lastTime = monotonicSeconds()
    do {
      try trainer.saveCheckpoint(to: path)
      (lastPlace, problem) = (place(trainer), nil)
    } catch {
      problem = "\(error)"
      complain("The checkpoint was not written, the training goes on: \(error)")
    }
  }
}
