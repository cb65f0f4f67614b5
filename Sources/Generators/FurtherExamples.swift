import AdjointGraph

extension Example {
  /// The upper half of the unit circle, and a lower half around (1, 0.5), as scikit-learn's; noise is the
  /// deviation of what is added.
  static func moons(_ place: Int, _ count: Int, _ noise: Double, _ draw: Draw) -> Example {
    let half = (count + 1) / 2
    let isUpper = place < half
    let (step, steps) = isUpper ? (place, half) : (place - half, count - half)
    let angle = steps > 1 ? .pi * Double(step) / Double(steps - 1) : 0
    let (x, y) = (ScalarMath.cos(angle), ScalarMath.sin(angle))
    let (offX, offY) = (noise * draw.normal(0), noise * draw.normal(1))
    return isUpper
      ? Example(input: [x + offX, y + offY], label: 0)
      : Example(input: [1 - x + offX, 0.5 - y + offY], label: 1)
  }

  /// Clouds around three points of a circle of radius 4, in turn; their deviation is 1 and the noise.
  static func blobs(_ place: Int, _ noise: Double, _ draw: Draw) -> Example {
    let angle = 2 * .pi * Double(place % 3) / 3
    let deviation = 1 + noise
    return Example(
      input: [
        4 * ScalarMath.sin(angle) + deviation * draw.normal(0),
        4 * ScalarMath.cos(angle) + deviation * draw.normal(1),
      ], label: Double(place % 3))
  }

  /// Eight bits, to which noise is added.
  static func parity(_ noise: Double, _ draw: Draw) -> Example {
    var input: [Double] = []
    var ones = 0
    for place in 0..<8 {
      let bit = draw.bit(place)
      ones += bit == 1 ? 1 : 0
      input.append(bit + noise * draw.normal(place))
    }
    return Example(input: input, label: Double(ones % 2))
  }

  /// 0, from −0.5 rising to 1 at −0.25, from 0.25 falling to 0 at 0.5: r(4x+2) − r(4x+1) − r(4x−1) + r(4x−2).
  static func pulse(_ noise: Double, _ draw: Draw) -> Example {
    let x = draw.uniform(0, -1, 1)
    let height = Swift.max(0, Swift.min(1, 2 - 4 * x.magnitude))
    return Example(input: [x], label: height + noise * draw.normal(0))
  }

  /// sin x over one period.
  static func sine(_ noise: Double, _ draw: Draw) -> Example {
    let x = draw.uniform(0, -.pi, .pi)
    return Example(input: [x], label: ScalarMath.sin(x) + noise * draw.normal(0))
  }

  /// 2a − 3b + 1.
  static func linear(_ noise: Double, _ draw: Draw) -> Example {
    let (a, b) = (draw.uniform(0, -1, 1), draw.uniform(1, -1, 1))
    return Example(input: [a, b], label: 2 * a - 3 * b + 1 + noise * draw.normal(0))
  }
}
