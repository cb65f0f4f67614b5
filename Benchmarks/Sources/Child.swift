import Glibc

/// One line on standard error.
func note(_ line: String) {
  fflush(nil)
  let bytes = Array((line + "\n").utf8)
  _ = write(STDERR_FILENO, bytes, bytes.count)
}

/// Seconds on the clock that all processes of a machine share.
func now() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
}

/// A program that was run to its end.
struct Child {
  /// When it was started.
  let started: Double
  /// What it wrote to standard output, and to standard error.
  let (output, errors): (String, String)
  /// Its exit status; negative for the signal that ended it.
  let status: Int32

  init(_ words: [String], errorFile: String) throws {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw Problem(text: "no pipe could be made") }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
    posix_spawn_file_actions_addclose(&actions, ends[0])
    posix_spawn_file_actions_addclose(&actions, ends[1])
    posix_spawn_file_actions_addopen(
      &actions, STDERR_FILENO, errorFile, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    var pointers = words.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    var process = pid_t()
    started = now()
    let failure = posix_spawnp(&process, words[0], &actions, nil, &pointers, environ)
    close(ends[1])
    guard failure == 0 else {
      close(ends[0])
      throw Problem(text: "\(words[0]) cannot be started: \(String(cString: strerror(failure)))")
    }
    output = Child.read(ends[0])
    close(ends[0])
    var result: Int32 = 0
    while waitpid(process, &result, 0) == -1, errno == EINTR {}
    status = result & 0x7f == 0 ? (result >> 8) & 0xff : -(result & 0x7f)
    let file = open(errorFile, O_RDONLY)
    errors = file < 0 ? "" : Child.read(file)
    if file >= 0 { close(file) }
  }

  private static func read(_ file: Int32) -> String {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = Glibc.read(file, &buffer, buffer.count)
      if count > 0 { bytes += buffer[..<count] }
      guard count > 0 || (count < 0 && errno == EINTR) else { break }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
