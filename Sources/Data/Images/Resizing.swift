extension Picture {
  /// The picture in another size: between pixels linearly where it grows, averaged over what a new pixel covers
  /// where it shrinks. The sides' ratio is not kept.
  public func resized(width newWidth: Int, height newHeight: Int) -> Picture {
    precondition(newWidth > 0 && newHeight > 0, "a picture needs at least one pixel")
    guard newWidth != width || newHeight != height else { return self }
    let across = ResizeWeights(from: width, to: newWidth)
    let down = ResizeWeights(from: height, to: newHeight)
    // Rows first, kept as floats: rounding happens once.
    var middle = [Float](repeating: 0, count: newWidth * height * channels)
    for y in 0..<height {
      for x in 0..<newWidth {
        for channel in 0..<channels {
          var sum: Float = 0
          for (step, weight) in across.weights[x].enumerated() {
            let from = (y * width + across.starts[x] + step) * channels + channel
            sum += weight * Float(pixels[from])
          }
          middle[(y * newWidth + x) * channels + channel] = sum
        }
      }
    }
    let line = newWidth * channels
    var result = [UInt8](repeating: 0, count: line * newHeight)
    for y in 0..<newHeight {
      for place in 0..<line {
        var sum: Float = 0
        for (step, weight) in down.weights[y].enumerated() {
          sum += weight * middle[(down.starts[y] + step) * line + place]
        }
        result[y * line + place] = UInt8(max(0, min(255, (sum).rounded())))
      }
    }
    return Picture(width: newWidth, height: newHeight, channels: channels, pixels: result)
  }
}

/// Which old pixels a new one is made of along an axis, and how much of each: a triangle, as wide as shrinking
/// asks for.
struct ResizeWeights {
  private(set) var starts: [Int] = []
  private(set) var weights: [[Float]] = []

  init(from old: Int, to new: Int) {
    let scale = Double(old) / Double(new)
    let reach = max(scale, 1)
    for place in 0..<new {
      let centre = (Double(place) + 0.5) * scale
      let start = max(0, Int((centre - reach + 0.5).rounded(.down)))
      let end = min(old, Int((centre + reach + 0.5).rounded(.down)))
      let raw = (start..<end).map { max(0, 1 - abs(Double($0) + 0.5 - centre) / reach) }
      let sum = raw.reduce(0, +)
      starts.append(start)
      weights.append(raw.map { Float($0 / sum) })
    }
  }
}
