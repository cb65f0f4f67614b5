import Glibc

/// Files that are there whole or not at all: written beside their place, synced, then renamed.
///
/// Whoever reads the place meanwhile, and whoever comes after a power cut, a full disk or a kill, finds what was
/// there before.
public enum AtomicFile {
  /// Writes a file by `body`, which appends to it.
  public static func write(
    to path: String, _ body: (FileAppender) throws -> Void
  ) throws {
    let beside = path + ".part"
    let file = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw failure(path) }
    do {
      try body(FileAppender(file, path))
      guard fsync(file) == 0 else { throw failure(path) }
    } catch {
      _ = close(file)
      _ = unlink(beside)
      throw error
    }
    guard close(file) == 0, rename(beside, path) == 0 else {
      let error = failure(path)
      _ = unlink(beside)
      throw error
    }
    syncFolder(of: path)
  }

  /// Writes bytes.
  public static func write(_ bytes: [UInt8], to path: String) throws {
    try write(to: path) { file in try bytes.withUnsafeBytes { try file.append($0) } }
  }

  /// Writes text.
  public static func write(_ text: String, to path: String) throws {
    try write(Array(text.utf8), to: path)
  }

  /// The new name outlives a power cut only when its folder is on the disk too. Some file systems cannot sync a
  /// folder; there the name is as safe as they make it.
  private static func syncFolder(of path: String) {
    let end = path.utf8.lastIndex(of: UInt8(ascii: "/"))
    let folder = end.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let handle = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard handle >= 0 else { return }
    _ = fsync(handle)
    _ = close(handle)
  }

  static func failure(_ path: String) -> FormatError {
    let reason = errno
    let advice =
      reason == ENOSPC || reason == EDQUOT || reason == EFBIG
      ? "; what was there before is kept: make room, or write elsewhere" : ""
    return FormatError(path, "cannot be written: \(String(cString: strerror(reason)))\(advice)")
  }
}

/// What a file is written by: bytes after bytes.
public struct FileAppender {
  private let file: CInt
  private let path: String

  package init(_ file: CInt, _ path: String) {
    self.file = file
    self.path = path
  }

  /// Writes all of the bytes.
  public func append(_ bytes: UnsafeRawBufferPointer) throws {
    var rest = bytes
    while let start = rest.baseAddress, rest.count > 0 {
      let written = Glibc.write(file, start, Swift.min(rest.count, 1 << 20))
      if written < 0 {
        if errno == EINTR { continue }
        throw AtomicFile.failure(path)
      }
      rest = UnsafeRawBufferPointer(rebasing: rest[written...])
    }
  }

  /// Writes all of the bytes.
  public func append(_ bytes: [UInt8]) throws { try bytes.withUnsafeBytes { try append($0) } }
}
