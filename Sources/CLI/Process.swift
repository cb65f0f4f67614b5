#if canImport(Glibc)
  import Glibc
#endif

/// What the operating system knows of this process, and what it does for it.
enum Process {
  /// Seconds since some fixed point.
  static var seconds: Double {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return Double(now.tv_sec) + 1e-9 * Double(now.tv_nsec)
  }

  /// The most memory that was ever resident, in MiB.
  static var peakMegabytes: Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss / 1024
  }

  /// Writes out what is printed so far; false where that fails.
  static func flushOutput() -> Bool { fflush(nil) == 0 }

  /// One line on standard error.
  static func complain(_ line: String) {
    _ = flushOutput()
    let bytes = Array((line + "\n").utf8)
    _ = write(STDERR_FILENO, bytes, bytes.count)
  }

  /// Whoever started this process may have blocked the signals that ask it to end.
  static func letSignalsThrough() {
    var set = sigset_t()
    sigemptyset(&set)
    for number in [SIGINT, SIGTERM] { sigaddset(&set, number) }
    sigprocmask(SIG_UNBLOCK, &set, nil)
  }

  /// Ends this process.
  static func end(status: Int32) -> Never { exit(status) }
}
