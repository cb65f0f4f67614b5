import AdjointFormats
import Glibc

/// Writes checkpoints while a training goes on: at most every so many seconds within an epoch, after epochs, and where
/// it is stopped. Where one cannot be written the one before is still there, and the training goes on.
public final class CheckpointKeeper: TrainingObserver {
  /// Where the checkpoint is.
  public let path: String
  /// How many seconds are between two of them within an epoch.
  public let interval: Double
  /// How many seconds are at least between two of them at the ends of epochs.
  public let epochInterval: Double
  /// Who is told, in one line, that one could not be written. By default standard error.
  public var complain: (String) -> Void = { line in
    let bytes = Array((line + "\n").utf8)
    _ = write(STDERR_FILENO, bytes, bytes.count)
  }
  /// What prevented the last one from being written, if anything did.
  public private(set) var problem: String?
  private var lastTime = monotonicSeconds()
  private var lastPlace: [Int] = []

  /// Writes to `path`, at most every `interval` seconds within an epoch, and after every one, unless the last is
  /// younger than `epochInterval`: a file on disk takes longer than a short epoch.
  public init(_ path: String, every interval: Double = 30, epochInterval: Double = 0) {
    self.path = path
    self.interval = interval
    self.epochInterval = epochInterval
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

  /// Writes one, if the last is old enough.
  public func epochDidEnd(_ trainer: Trainer, _ record: EpochRecord) {
    if monotonicSeconds() - lastTime >= epochInterval { save(trainer) }
  }

  /// Writes one where steps were taken since the last: of the weights that steps go on from, not of the best.
  public func stepsDidEnd(_ trainer: Trainer) { trainingDidEnd(trainer) }

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
