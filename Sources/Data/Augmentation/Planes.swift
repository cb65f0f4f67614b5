import AdjointGraph

/// What the values of a picture are.
package protocol PixelValue: TensorElement, Equatable {
  var float: Float { get }
  /// The value nearest to a number.
  init(nearest: Float)
}

extension UInt8: PixelValue {
  package var float: Float { Float(self) }
  package init(nearest value: Float) { self = UInt8(Swift.max(0, Swift.min(255, value.rounded()))) }
}

extension Float: PixelValue {
  package var float: Float { self }
  package init(nearest value: Float) { self = value }
}

/// A picture by channel, row and column.
package struct Planes<Value: PixelValue>: Equatable {
  package let channels: Int
  package let height: Int
  package let width: Int
  package var values: [Value]

  package init(channels: Int, height: Int, width: Int, values: [Value]) {
    (self.channels, self.height, self.width, self.values) = (channels, height, width, values)
  }

  /// Each pixel from another place of the same plane; zero where there is none.
  private func gathered(_ origin: (Int, Int) -> (Int, Int)) -> Planes {
    var result = [Value](repeating: Value(nearest: 0), count: values.count)
    let size = height * width
    for y in 0..<height {
      for x in 0..<width {
        let (fromX, fromY) = origin(x, y)
        guard fromX >= 0, fromX < width, fromY >= 0, fromY < height else { continue }
        for channel in 0..<channels {
          result[channel * size + y * width + x] = values[channel * size + fromY * width + fromX]
        }
      }
    }
    return with(result)
  }

  private func with(_ values: [Value]) -> Planes {
    Planes(channels: channels, height: height, width: width, values: values)
  }

  package func flipped() -> Planes { gathered { (width - 1 - $0, $1) } }
  package func flippedVertically() -> Planes { gathered { ($0, height - 1 - $1) } }

  /// Moved to the right and down.
  package func moved(_ across: Int, _ down: Int) -> Planes {
    across == 0 && down == 0 ? self : gathered { ($0 - across, $1 - down) }
  }

  /// Turned against the clock around the middle.
  package func turned(_ degrees: Double) -> Planes {
    let angle = degrees * .pi / 180
    let (sine, cosine) = (ScalarMath.sin(angle), ScalarMath.cos(angle))
    let (middleX, middleY) = (Double(width - 1) / 2, Double(height - 1) / 2)
    var result = values
    let size = height * width
    for y in 0..<height {
      for x in 0..<width {
        let (offX, offY) = (Double(x) - middleX, Double(y) - middleY)
        let fromX = middleX + cosine * offX - sine * offY
        let fromY = middleY + sine * offX + cosine * offY
        for channel in 0..<channels {
          result[channel * size + y * width + x] = between(channel, fromX, fromY)
        }
      }
    }
    return with(result)
  }

  /// The value between four pixels; those outside are zero.
  private func between(_ channel: Int, _ x: Double, _ y: Double) -> Value {
    let (left, top) = (x.rounded(.down), y.rounded(.down))
    let (right, low) = (Float(x - left), Float(y - top))
    func at(_ column: Int, _ row: Int) -> Float {
      guard column >= 0, column < width, row >= 0, row < height else { return 0 }
      return values[(channel * height + row) * width + column].float
    }
    let (column, row) = (Int(left), Int(top))
    let upper = at(column, row) * (1 - right) + at(column + 1, row) * right
    let lower = at(column, row + 1) * (1 - right) + at(column + 1, row + 1) * right
    return Value(nearest: upper * (1 - low) + lower * low)
  }

  /// Times a brightness; then away from the mean brightness by a contrast; then away from grey by a saturation.
  package func coloured(brightness: Float, contrast: Float, saturation: Float) -> Planes {
    var result = values.map { $0.float * brightness }
    let size = height * width
    func grey(_ place: Int) -> Float {
      channels == 3
        ? 0.299 * result[place] + 0.587 * result[size + place] + 0.114 * result[2 * size + place]
        : result[place]
    }
    let mean = (0..<size).reduce(Float(0)) { $0 + grey($1) } / Float(max(size, 1))
    result = result.map { mean + (($0 - mean) * contrast) }
    if channels == 3, saturation != 1 {
      for place in 0..<size {
        let middle = grey(place)
        for channel in 0..<3 {
          let at = channel * size + place
          result[at] = middle + (result[at] - middle) * saturation
        }
      }
    }
    return with(result.map { Value(nearest: $0) })
  }

  /// Zeros in a square around a place.
  package func cut(_ side: Int, _ x: Int, _ y: Int) -> Planes {
    var result = values
    let (left, top) = (x - side / 2, y - side / 2)
    for channel in 0..<channels {
      for row in max(0, top)..<max(0, top, min(height, top + side)) {
        for column in max(0, left)..<max(0, left, min(width, left + side)) {
          result[(channel * height + row) * width + column] = Value(nearest: 0)
        }
      }
    }
    return with(result)
  }

  /// Some of this and some of another.
  package func mixed(_ share: Float, with other: Planes) -> Planes {
    with(
      zip(values, other.values).map {
        Value(nearest: share * $0.float + (1 - share) * $1.float)
      })
  }
}
