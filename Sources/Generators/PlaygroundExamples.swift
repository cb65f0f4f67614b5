import AdjointGraph

// The formulas of the TensorFlow Playground. Its labels 1 and −1 are the classes 1 and 0.

extension Example {
  /// The first half inside half the radius 5, the rest from 0.7 of it on. What noise moves is the point of which
  /// the label is taken.
  static func circle(_ place: Int, _ count: Int, _ noise: Double, _ draw: Draw) -> Example {
    let radius = 5.0
    let isInside = place < (count + 1) / 2
    let distance =
      isInside ? draw.uniform(0, 0, radius * 0.5) : draw.uniform(0, radius * 0.7, radius)
    let angle = draw.uniform(1, 0, 2 * .pi)
    let (x, y) = (distance * ScalarMath.sin(angle), distance * ScalarMath.cos(angle))
    let (movedX, movedY) = moved(x, y, by: noise, radius, draw)
    let isLabelled = movedX * movedX + movedY * movedY < 0.25 * radius * radius
    return Example(input: [x, y], label: isLabelled ? 1 : 0)
  }

  /// Points in a square with a cross left out of it.
  static func xor(_ noise: Double, _ draw: Draw) -> Example {
    let padding = 0.3
    let (x, y) = (draw.uniform(0, -5, 5), draw.uniform(1, -5, 5))
    let (outerX, outerY) = (x > 0 ? x + padding : x - padding, y > 0 ? y + padding : y - padding)
    let (movedX, movedY) = moved(outerX, outerY, by: noise, 5, draw)
    return Example(input: [outerX, outerY], label: movedX * movedY >= 0 ? 1 : 0)
  }

  /// Clouds around (2, 2) and (−2, −2), of variance 0.5 without noise, 4 with noise 0.5.
  static func gauss(_ place: Int, _ count: Int, _ noise: Double, _ draw: Draw) -> Example {
    let deviation = ScalarMath.sqrt(0.5 + 7 * noise)
    let isFirst = place < (count + 1) / 2
    let centre: Double = isFirst ? 2 : -2
    let (x, y) = (centre + deviation * draw.normal(0), centre + deviation * draw.normal(1))
    return Example(input: [x, y], label: isFirst ? 1 : 0)
  }

  /// Two arms of 1.75 turns out to radius 5.
  static func spiral(_ place: Int, _ count: Int, _ noise: Double, _ draw: Draw) -> Example {
    let half = (count + 1) / 2
    let isFirst = place < half
    let (step, steps) = isFirst ? (place, half) : (place - half, count - half)
    let share = Double(step) / Double(steps)
    let radius = 5 * share
    let angle = 1.75 * share * 2 * .pi + (isFirst ? 0 : .pi)
    let x = radius * ScalarMath.sin(angle) + draw.uniform(0, -1, 1) * noise
    let y = radius * ScalarMath.cos(angle) + draw.uniform(1, -1, 1) * noise
    return Example(input: [x, y], label: isFirst ? 1 : 0)
  }

  /// (x + y) / 10 over the square of half side 6.
  static func plane(_ noise: Double, _ draw: Draw) -> Example {
    let (x, y) = (draw.uniform(0, -6, 6), draw.uniform(1, -6, 6))
    let (movedX, movedY) = moved(x, y, by: noise, 6, draw)
    return Example(input: [x, y], label: (movedX + movedY) / 10)
  }

  /// Three hills and three valleys of height 1 that fall to 0 over a distance of 2; the steepest counts.
  static func multiGauss(_ noise: Double, _ draw: Draw) -> Example {
    let (x, y) = (draw.uniform(0, -6, 6), draw.uniform(1, -6, 6))
    let (movedX, movedY) = moved(x, y, by: noise, 6, draw)
    var label = 0.0
    for column in 0..<3 {
      for row in 0..<2 {
        let (offX, offY) = (movedX - Double(column - 1) * 4, movedY - (row == 0 ? 2.5 : -2.5))
        let height = 1 - ScalarMath.sqrt(offX * offX + offY * offY) / 2
        let sign: Double = (column + row) % 2 == 0 ? 1 : -1
        if height > label.magnitude { label = sign * height }
      }
    }
    return Example(input: [x, y], label: label)
  }

  /// The point of which the label is taken.
  private static func moved(
    _ x: Double, _ y: Double, by noise: Double, _ radius: Double, _ draw: Draw
  ) -> (Double, Double) {
    (x + draw.uniform(2, -radius, radius) * noise, y + draw.uniform(3, -radius, radius) * noise)
  }
}
