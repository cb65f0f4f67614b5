import Glibc

extension FileBytes {
  /// Writes a file whole or not at all: beside it first, then in its place.
  package static func write(_ bytes: [UInt8], to path: String) throws {
    let draft = "\(path).\(getpid()).part"
    func problem() -> DataError {
      let reason = String(cString: strerror(errno))
      unlink(draft)
      return DataError(path, "cannot be written: \(reason)")
    }
    guard let file = fopen(draft, "wb") else { throw problem() }
    let written = fwrite(bytes, 1, bytes.count, file)
    guard written == bytes.count, fflush(file) == 0, fsync(fileno(file)) == 0 else {
      let error = problem()
      fclose(file)
      throw error
    }
    fclose(file)
    guard rename(draft, path) == 0 else { throw problem() }
  }
}
