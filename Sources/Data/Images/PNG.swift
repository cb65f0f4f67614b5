import CCodecs
import Glibc

/// Pictures written as PNG files, for reports.
public enum PNG {
  /// The bytes of a PNG file: 1 channel grey, 3 colours, 4 colours and opacity. Packed by zlib where it is there,
  /// otherwise stored.
  public static func encode(
    pixels: [UInt8], width: Int, height: Int, channels: Int
  ) throws -> [UInt8] {
    let kinds: [Int: UInt8] = [1: 0, 2: 4, 3: 2, 4: 6]
    guard width > 0, height > 0, let kind = kinds[channels],
      pixels.count == width * height * channels
    else {
      throw DataError(
        "PNG",
        "\(pixels.count) values are no picture of \(width)×\(height) with \(channels) channels")
    }
    let line = width * channels
    var rows: [UInt8] = []
    rows.reserveCapacity(height * (line + 1))
    for row in 0..<height {
      rows.append(0)  // no filter
      rows += pixels[(row * line)..<((row + 1) * line)]
    }
    let header = bigEndian(width) + bigEndian(height) + [8, kind, 0, 0, 0]
    return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + chunk("IHDR", header)
      + chunk("IDAT", packed(rows) ?? stored(rows)) + chunk("IEND", [])
  }

  /// The bytes of a PNG file of a picture.
  public static func encode(_ picture: Picture) throws -> [UInt8] {
    try encode(
      pixels: picture.pixels, width: picture.width, height: picture.height,
      channels: picture.channels)
  }

  private static func bigEndian(_ number: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
  }

  private static func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
    let body = Array(name.utf8) + content
    return bigEndian(content.count) + body + bigEndian(Int(checksum(body)))
  }

  private static func packed(_ bytes: [UInt8]) -> [UInt8]? {
    var result: UnsafeMutablePointer<UInt8>?
    var count = 0
    guard adj_compress(bytes, bytes.count, &result, &count) == ADJ_CODEC_OK else { return nil }
    defer { free(result) }
    return Array(UnsafeBufferPointer(start: result, count: count))
  }

  /// A zlib stream of blocks that are not packed.
  static func stored(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = [0x78, 0x01]
    var place = 0
    repeat {
      let count = min(65535, bytes.count - place)
      let isLast: UInt8 = place + count == bytes.count ? 1 : 0
      let (low, high) = (UInt8(count & 255), UInt8(count >> 8))
      result += [isLast, low, high, ~low, ~high] + bytes[place..<(place + count)]
      place += count
    } while place < bytes.count
    var (a, b) = (1, 0)
    for byte in bytes {
      a = (a + Int(byte)) % 65521
      b = (b + a) % 65521
    }
    return result + bigEndian(b << 16 | a)
  }

  private static let table: [UInt32] = (0..<256).map { start in
    (0..<8).reduce(UInt32(start)) { value, _ in
      value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1
    }
  }

  /// CRC-32.
  private static func checksum(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(~0) { table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ ($0 >> 8) }
  }
}
