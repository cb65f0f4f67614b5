import AdjointGraph

/// A picture in memory: rows from the top, 8 bits a channel, the channels of a pixel side by side.
public struct Picture: Sendable, Equatable {
  /// How many pixels a row has.
  public let width: Int
  /// How many rows there are.
  public let height: Int
  /// 1 for grey, 3 for red, green and blue.
  public let channels: Int
  /// The values, height × width × channels.
  public let pixels: [UInt8]

  /// A picture of these values.
  public init(width: Int, height: Int, channels: Int, pixels: [UInt8]) {
    precondition(
      pixels.count == width * height * channels, "a picture's size and its pixels differ")
    (self.width, self.height, self.channels, self.pixels) = (width, height, channels, pixels)
  }

  /// The picture in one channel, or in three.
  public func converted(toChannels count: Int) -> Picture {
    guard count != channels else { return self }
    var result: [UInt8] = []
    result.reserveCapacity(width * height * count)
    for place in 0..<(width * height) {
      if channels == 1 {
        for _ in 0..<count { result.append(pixels[place]) }
      } else {
        result.append(Picture.grey(pixels[3 * place], pixels[3 * place + 1], pixels[3 * place + 2]))
      }
    }
    return Picture(width: width, height: height, channels: count, pixels: result)
  }

  /// The brightness of a colour by ITU-R BT.601, in 16 bits and rounded once.
  private static func grey(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> UInt8 {
    let sum: Int = Int(red) * 19595 + Int(green) * 38470 + Int(blue) * 7471
    return UInt8((sum + 0x8000) >> 16)
  }

  /// The picture as a camera meant it, by the number (1 to 8) that EXIF gives its orientation.
  public func oriented(_ orientation: Int) -> Picture {
    guard (2...8).contains(orientation) else { return self }
    let isTurned = orientation >= 5
    let (newWidth, newHeight) = isTurned ? (height, width) : (width, height)
    var result = [UInt8](repeating: 0, count: pixels.count)
    for y in 0..<newHeight {
      for x in 0..<newWidth {
        let (fromX, fromY) = origin(x, y, orientation)
        let (from, to) = ((fromY * width + fromX) * channels, (y * newWidth + x) * channels)
        for channel in 0..<channels { result[to + channel] = pixels[from + channel] }
      }
    }
    return Picture(width: newWidth, height: newHeight, channels: channels, pixels: result)
  }

  /// Where the pixel (x, y) of the picture set upright lies in the file.
  private func origin(_ x: Int, _ y: Int, _ orientation: Int) -> (Int, Int) {
    switch orientation {
    case 2: (width - 1 - x, y)
    case 3: (width - 1 - x, height - 1 - y)
    case 4: (x, height - 1 - y)
    case 5: (y, x)
    case 6: (y, height - 1 - x)
    case 7: (width - 1 - y, height - 1 - x)
    default: (width - 1 - y, x)
    }
  }

  /// The values by channel, row and column: [C, H, W], from 0 to 255 as uint8.
  public var tensor: Tensor {
    var planes = [UInt8](repeating: 0, count: pixels.count)
    write(to: &planes, at: 0)
    return Tensor(planes, shape: [channels, height, width])
  }

  /// Writes the values by channel, row and column.
  func write(to planes: inout [UInt8], at start: Int) {
    let size = width * height
    for channel in 0..<channels {
      for place in 0..<size {
        planes[start + channel * size + place] = pixels[place * channels + channel]
      }
    }
  }
}
