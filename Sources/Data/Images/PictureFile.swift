import CCodecs
import Glibc

/// Pictures in files: PNG and JPEG.
public enum PictureFile {
  /// What is needed for one of the formats and not there.
  public static var missingLibraries: [(format: String, remedy: String)] {
    var missing: [(String, String)] = []
    if adj_has_png() == 0 { missing.append(("PNG", "install libpng16-16")) }
    if adj_has_jpeg() == 0 { missing.append(("JPEG", "install libturbojpeg0")) }
    return missing
  }

  /// The picture in a file, upright as its EXIF data say. Where it is transparent, white shows through.
  public static func read(_ path: String) throws -> Picture {
    try decode(try FileBytes.read(path), path)
  }

  /// The picture that the bytes of a file are.
  public static func decode(_ bytes: [UInt8], _ source: String) throws -> Picture {
    let header = try PictureHeader(bytes, source)
    var image = adj_image()
    let result =
      header.format == .png
      ? adj_decode_png(bytes, bytes.count, &image) : adj_decode_jpeg(bytes, bytes.count, &image)
    defer { free(image.pixels) }
    try check(result, image, header.format, source)
    return picture(image).oriented(header.orientation)
  }

  private static func check(
    _ result: adj_codec_result, _ image: adj_image, _ format: PictureHeader.Format,
    _ source: String
  ) throws {
    let name = format == .png ? "PNG" : "JPEG"
    switch result {
    case ADJ_CODEC_OK: return
    case ADJ_CODEC_NO_LIBRARY:
      let remedy = missingLibraries.first { $0.format == name }?.remedy ?? "install its library"
      throw DataError(source, "is a \(name) file, and what decodes it is not there; \(remedy)")
    case ADJ_CODEC_NO_MEMORY:
      throw DataError(
        source, "is too large: \(image.width)×\(image.height) pixels of at most 268,435,456")
    default:
      throw DataError(source, "is a damaged \(name) file: \(message(image))")
    }
  }

  private static func message(_ image: adj_image) -> String {
    withUnsafeBytes(of: image.message) { bytes in
      let text = String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      return String(text.map { $0.isNewline ? " " : $0 })
    }
  }

  /// The decoded pixels without the channel of opacity.
  private static func picture(_ image: adj_image) -> Picture {
    let (width, height, all) = (Int(image.width), Int(image.height), Int(image.channels))
    let source = UnsafeBufferPointer(start: image.pixels, count: width * height * all)
    guard all % 2 == 0 else {
      return Picture(width: width, height: height, channels: all, pixels: Array(source))
    }
    let channels = all - 1
    var pixels = [UInt8](repeating: 0, count: width * height * channels)
    for place in 0..<(width * height) {
      let opacity = Int(source[place * all + channels])
      for channel in 0..<channels {
        let value = Int(source[place * all + channel])
        pixels[place * channels + channel] = UInt8(
          (value * opacity + 255 * (255 - opacity) + 127) / 255)
      }
    }
    return Picture(width: width, height: height, channels: channels, pixels: pixels)
  }
}
