/// What a picture's file says of it before it is decoded.
struct PictureHeader: Equatable {
  enum Format { case png, jpeg }

  let format: Format
  /// The size in which it is seen: turned as the orientation says.
  private(set) var width = 0
  private(set) var height = 0
  /// 1 or 3; opacity does not count.
  private(set) var channels = 0
  /// 1 to 8, as EXIF numbers them.
  private(set) var orientation = 1

  /// Reads the header, and looks for the end, which a file that was cut off lacks.
  init(_ bytes: [UInt8], _ source: String) throws(DataError) {
    if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
      format = .png
      guard readPNG(bytes) else { throw DataError(source, "is a damaged PNG file: it is cut off") }
    } else if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
      format = .jpeg
      guard readJPEG(bytes) else {
        throw DataError(source, "is a damaged JPEG file: it is cut off")
      }
    } else {
      throw DataError(source, "is neither a PNG nor a JPEG file: its first bytes do not say so")
    }
    if orientation >= 5 { (width, height) = (height, width) }
  }

  private mutating func readPNG(_ bytes: [UInt8]) -> Bool {
    guard bytes.count >= 33 else { return false }
    width = PictureHeader.number(bytes, 16, 4)
    height = PictureHeader.number(bytes, 20, 4)
    channels = bytes[25] & 2 != 0 ? 3 : 1
    var place = 8
    while place + 12 <= bytes.count {
      let length = PictureHeader.number(bytes, place, 4)
      let kind = bytes[(place + 4)..<(place + 8)]
      if kind.elementsEqual(Array("IEND".utf8)) { return true }
      if kind.elementsEqual(Array("eXIf".utf8)), place + 8 + length <= bytes.count {
        orientation = EXIF.orientation(bytes[(place + 8)..<(place + 8 + length)])
      }
      place += 12 + length
    }
    return false
  }

  private mutating func readJPEG(_ bytes: [UInt8]) -> Bool {
    var place = 2
    while place + 4 <= bytes.count {
      guard bytes[place] == 0xFF else { return false }
      let marker = bytes[place + 1]
      // Any number of these may fill the space between segments.
      if marker == 0xFF {
        place += 1
        continue
      }
      let length = PictureHeader.number(bytes, place + 2, 2)
      let end = place + 2 + length
      guard length >= 2, end <= bytes.count else { return false }
      switch marker {
      case 0xE1: readEXIF(bytes[(place + 4)..<end])
      case 0xC0...0xC3, 0xC5...0xC7, 0xC9...0xCB, 0xCD...0xCF:
        guard length >= 8 else { return false }
        height = PictureHeader.number(bytes, place + 5, 2)
        width = PictureHeader.number(bytes, place + 7, 2)
        channels = bytes[place + 9] == 1 ? 1 : 3
      case 0xDA: return width > 0 && PictureHeader.hasEnd(bytes, from: end)
      default: break
      }
      place = end
    }
    return false
  }

  private mutating func readEXIF(_ segment: ArraySlice<UInt8>) {
    let mark = Array("Exif\0\0".utf8)
    guard segment.starts(with: mark) else { return }
    orientation = EXIF.orientation(segment.dropFirst(mark.count))
  }

  /// Whether a JPEG file's end mark comes after `start`; some programs write more behind it.
  private static func hasEnd(_ bytes: [UInt8], from start: Int) -> Bool {
    var place = bytes.count - 2
    while place >= start {
      if bytes[place] == 0xFF, bytes[place + 1] == 0xD9 { return true }
      place -= 1
    }
    return false
  }

  private static func number(_ bytes: [UInt8], _ start: Int, _ width: Int) -> Int {
    bytes[start..<(start + width)].reduce(0) { $0 << 8 | Int($1) }
  }
}

/// The one thing that is read of a camera's notes.
enum EXIF {
  /// The orientation, 1 to 8, in a block that begins with the mark of byte order; 1 where none is said.
  static func orientation(_ block: ArraySlice<UInt8>) -> Int {
    let bytes = Array(block)
    guard bytes.count >= 8 else { return 1 }
    let isLittle = bytes[0] == UInt8(ascii: "I")
    func number(_ start: Int, _ width: Int) -> Int {
      guard start >= 0, start + width <= bytes.count else { return 0 }
      let part = bytes[start..<(start + width)]
      return isLittle
        ? part.reversed().reduce(0) { $0 << 8 | Int($1) } : part.reduce(0) { $0 << 8 | Int($1) }
    }
    let directory = number(4, 4)
    for entry in 0..<number(directory, 2) {
      let place = directory + 2 + 12 * entry
      guard place + 12 <= bytes.count else { return 1 }
      if number(place, 2) == 0x0112 {
        let value = number(place + 8, 2)
        return (1...8).contains(value) ? value : 1
      }
    }
    return 1
  }
}
