import CCodecs
import Glibc

/// Files from outside: read whole, or refused with a reason.
package enum FileBytes {
  /// The bytes of a file, unpacked where it is gzipped.
  package static func read(_ path: String) throws -> [UInt8] {
    try checkIsFile(path)
    let plain = try readPlain(path)
    guard plain.starts(with: [0x1F, 0x8B]) else { return plain }
    var bytes: UnsafeMutablePointer<UInt8>?
    var count = 0
    let result = adj_read_gzip(path, &bytes, &count)
    defer { free(bytes) }
    switch result {
    case ADJ_CODEC_OK: return Array(UnsafeBufferPointer(start: bytes, count: count))
    case ADJ_CODEC_NO_LIBRARY:
      throw DataError(path, "is gzipped, and zlib is not there; install zlib1g or unpack the file")
    case ADJ_CODEC_NO_MEMORY: throw DataError(path, "is too large for this machine's memory")
    default: throw DataError(path, "is a damaged gzip file; fetch it again")
    }
  }

  private static func checkIsFile(_ path: String) throws {
    var facts = stat()
    guard stat(path, &facts) == 0 else {
      throw DataError(path, "cannot be read: \(String(cString: strerror(errno)))")
    }
    guard facts.st_mode & S_IFMT != S_IFDIR else {
      throw DataError(path, "is a folder, not a file")
    }
  }

  private static func readPlain(_ path: String) throws -> [UInt8] {
    guard let file = fopen(path, "rb") else {
      throw DataError(path, "cannot be read: \(String(cString: strerror(errno)))")
    }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    let step = 1 << 20
    while true {
      let start = bytes.count
      bytes.reserveCapacity(start + step)
      let got = [UInt8](unsafeUninitializedCapacity: step) { buffer, count in
        count = fread(buffer.baseAddress!, 1, step, file)
      }
      bytes += got
      if got.count < step { break }
    }
    guard ferror(file) == 0 else {
      throw DataError(path, "cannot be read to its end: \(String(cString: strerror(errno)))")
    }
    return bytes
  }
}
