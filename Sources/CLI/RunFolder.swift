import Adjoint
import Glibc

/// Where a run's files go.
struct RunFolder {
  let path: String

  /// `runs/NAME-N` with the first N that is free, made here and now, so that two runs never share it.
  static func next(for name: String) throws -> RunFolder {
    try make("runs")
    for number in 1...1_000_000 {
      let path = "runs/\(name)-\(number)"
      if mkdir(path, 0o777) == 0 { return RunFolder(path: path) }
      guard errno == EEXIST else { throw failure(path) }
    }
    throw CommandError.failure("runs: a million runs are there; remove some")
  }

  /// A folder that the user names. One that has a run in it is refused unless told otherwise.
  static func named(_ path: String, force: Bool) throws -> RunFolder {
    let folder = RunFolder(path: path)
    if !force { try folder.refuseRun() }
    try make(path)
    return folder
  }

  /// A run that is there already is not written over.
  func refuseRun() throws {
    guard holdsRun else { return }
    throw CommandError.failure(
      "\(path): holds a run already; take it up again with --resume, replace it with --force, or name another folder"
    )
  }

  /// A folder that the user names, made where it is not there.
  static func existing(_ path: String) throws -> RunFolder {
    try make(path)
    return RunFolder(path: path)
  }

  static let files = ["config.json", "model.safetensors", "checkpoint.safetensors", "report.html"]

  var holdsRun: Bool { RunFolder.files.contains { access(file($0), F_OK) == 0 } }
  var model: String { file("model.safetensors") }
  var checkpoint: String { file("checkpoint.safetensors") }
  var report: String { file("report.html") }
  var config: String { file("config.json") }
  func file(_ name: String) -> String { path + "/" + name }

  /// Takes the folder away again, if nothing has been put into it.
  func removeIfEmpty() { rmdir(path) }

  private static func make(_ path: String) throws {
    var made = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/") {
      made += (made.isEmpty || made == "/" ? "" : "/") + part
      if mkdir(made, 0o777) != 0, errno != EEXIST { throw failure(made) }
    }
    var facts = stat()
    guard stat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFDIR else {
      throw CommandError.failure("\(path): is a file, not a folder; name another with --out")
    }
  }

  private static func failure(_ path: String) -> CommandError {
    .failure("\(path): cannot be made: \(String(cString: strerror(errno)))")
  }
}

extension RunFolder {
  func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }
  func remove(_ path: String) { unlink(path) }
}
