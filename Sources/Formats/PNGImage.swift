/// A grey or coloured picture as the bytes of a PNG file, its pixels not compressed: for small pictures in a page.
package enum PNGImage {
  /// `pixels` row by row, `channels` (1 or 3) bytes each.
  package static func encode(_ pixels: [UInt8], width: Int, height: Int, channels: Int) -> [UInt8] {
    var header = word(width) + word(height)
    header += [8, channels == 3 ? 2 : 0, 0, 0, 0]
    var lines: [UInt8] = []
    lines.reserveCapacity(height * (width * channels + 1))
    for row in 0..<height {
      lines.append(0)
      lines += pixels[(row * width * channels)..<((row + 1) * width * channels)]
    }
    return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + chunk("IHDR", header)
      + chunk("IDAT", stored(lines)) + chunk("IEND", [])
  }

  /// A zlib stream of blocks that are stored as they are.
  private static func stored(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = [0x78, 0x01]
    var start = 0
    repeat {
      let end = Swift.min(start + 65_535, bytes.count)
      let count = UInt16(end - start)
      result.append(end == bytes.count ? 1 : 0)
      for part in [count, ~count] { result += [UInt8(part & 255), UInt8(part >> 8)] }
      result += bytes[start..<end]
      start = end
    } while start < bytes.count
    var (low, high) = (UInt32(1), UInt32(0))
    for byte in bytes {
      low = (low + UInt32(byte)) % 65_521
      high = (high + low) % 65_521
    }
    return result + word(Int(high << 16 | low))
  }

  private static func chunk(_ kind: String, _ body: [UInt8]) -> [UInt8] {
    let marked = Array(kind.utf8) + body
    return word(body.count) + marked + word(Int(checksum(marked)))
  }

  private static func word(_ value: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(value >> $0 & 255) }
  }

  private static func checksum(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(UInt32.max) { sum, byte in
      (0..<8).reduce(sum ^ UInt32(byte)) { sum, _ in
        sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1
      }
    }
  }
}

/// Bytes as text that a page can hold.
package enum Base64 {
  private static let digits = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// Four digits for three bytes, filled up with `=`.
  package static func encode(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<Swift.min(start + 3, bytes.count)]
      var bits = 0
      for place in 0..<3 {
        bits = bits << 8 | (place < group.count ? Int(group[start + place]) : 0)
      }
      for place in 0..<4 {
        text.append(
          place <= group.count ? digits[bits >> (18 - 6 * place) & 63] : UInt8(ascii: "="))
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}
