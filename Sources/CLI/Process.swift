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

  /// The operating system, as it names itself.
  static var operatingSystem: String {
    var names = utsname()
    guard uname(&names) == 0 else { return "unknown" }
    let kernel = "\(text(names.sysname)) \(text(names.release)) \(text(names.machine))"
    return distribution.map { "\($0), \(kernel)" } ?? kernel
  }

  private static func text<Name>(_ name: Name) -> String {
    withUnsafeBytes(of: name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }

  /// What /etc/os-release calls the distribution.
  private static var distribution: String? {
    guard let file = fopen("/etc/os-release", "r") else { return nil }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 512)
    let key = "PRETTY_NAME="
    while fgets(&line, Int32(line.count), file) != nil {
      let text = String(
        decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      if text.hasPrefix(key) {
        return String(text.dropFirst(key.count).filter { $0 != "\"" && !$0.isNewline })
      }
    }
    return nil
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
