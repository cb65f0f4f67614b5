import Glibc
import Synchronization

/// A wish to stop that a signal handler may utter: the training ends after the step that is being taken.
///
///     trainer.observers.append(StopOnRequest(signals: [SIGINT, SIGTERM]))
public enum StopRequest {
  private static let flag = Atomic<Bool>(false)

  /// Whether somebody has asked.
  public static var isMade: Bool { flag.load(ordering: .relaxed) }
  /// Asks. May be called from any thread, and from a signal handler.
  public static func make() { flag.store(true, ordering: .relaxed) }
  /// Takes the wish back.
  public static func clear() { flag.store(false, ordering: .relaxed) }
}

/// Stops a training where a stop is asked for, by a signal or otherwise. A second signal of the same kind ends the
/// program at once.
public final class StopOnRequest: TrainingObserver {
  private let signals: [CInt]
  private var before: [sigaction] = []

  /// Stops on request; these signals are requests while the training goes on.
  public init(signals: [CInt] = []) { self.signals = signals }

  /// Catches the signals.
  public func trainingWillBegin(_ trainer: Trainer) {
    // The flag is made before a handler may need it.
    StopRequest.clear()
    before = signals.map { signal in
      var (action, old) = (sigaction(), sigaction())
      action.__sigaction_handler.sa_handler = { _ in StopRequest.make() }
      action.sa_flags = CInt(bitPattern: UInt32(SA_RESETHAND)) | SA_RESTART
      sigaction(signal, &action, &old)
      return old
    }
  }

  /// Stops, if somebody has asked.
  public func stepDidEnd(_ trainer: Trainer, _ progress: Progress) {
    if StopRequest.isMade { trainer.stop("a stop was asked for") }
  }

  /// Lets the signals do what they did before.
  public func trainingDidEnd(_ trainer: Trainer) {
    for (signal, old) in zip(signals, before) {
      var old = old
      sigaction(signal, &old, nil)
    }
    before = []
  }
}
