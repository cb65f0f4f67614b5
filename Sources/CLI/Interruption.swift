import Glibc

/// Ctrl-C and a friendly request to end: what is going on may finish its step and save.
enum Interruption {
  /// What a command that was interrupted and saved its state ends with, as shells have it.
  static let status: Int32 = 130

  private nonisolated(unsafe) static var requests: Int32 = 0

  /// From now on the first request is noted; the second one ends the process at once.
  static func watch() {
    requests = 0
    // Whoever started this process may have blocked them.
    var set = sigset_t()
    sigemptyset(&set)
    for number in [SIGINT, SIGTERM] { sigaddset(&set, number) }
    sigprocmask(SIG_UNBLOCK, &set, nil)
    for number in [SIGINT, SIGTERM] {
      signal(number) { _ in
        Interruption.requests += 1
        if Interruption.requests > 1 { _exit(Interruption.status) }
      }
    }
  }

  /// True after the first request.
  static var isRequested: Bool { requests > 0 }
}
