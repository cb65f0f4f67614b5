import Adjoint

/// Curves drawn with the dots of braille characters, two by four a character.
struct TerminalPlot {
  let series: [ChartSeries]
  var width = 60
  var height = 12
  var xName = ""

  /// The lines of the picture; none where there are not two points to draw.
  var lines: [String] {
    let points = series.flatMap { $0.values }.filter { $0.x.isFinite && $0.y.isFinite }
    guard points.count > 1, let frame = Frame(points) else { return [] }
    var dots = [UInt8](repeating: 0, count: width * height)
    for one in series { draw(one.values.map { frame.place($0) }, into: &dots) }
    let labels = [frame.top, (frame.top + frame.bottom) / 2, frame.bottom].map {
      NumberText.short($0, digits: 3)
    }
    let margin = labels.map { $0.count }.max() ?? 0
    var lines = (0..<height).map { row -> String in
      let label =
        row == 0 ? labels[0] : row == height / 2 ? labels[1] : row == height - 1 ? labels[2] : ""
      let cells = dots[(row * width)..<((row + 1) * width)]
      let text = String(cells.map { Character(UnicodeScalar(0x2800 + UInt32($0)) ?? " ") })
      return String(repeating: " ", count: margin - label.count) + label + " │" + text
    }
    let ends = (NumberText.short(frame.left, digits: 6), NumberText.short(frame.right, digits: 6))
    let blanks = max(1, width - ends.0.count - ends.1.count - xName.count)
    let half = String(repeating: " ", count: blanks / 2)
    let rest = String(repeating: " ", count: blanks - blanks / 2)
    lines.append(
      String(repeating: " ", count: margin) + " └" + String(repeating: "─", count: width))
    lines.append(
      String(repeating: " ", count: margin + 2) + ends.0 + half + xName + rest + ends.1)
    return lines
  }

  /// What the numbers on the edges mean.
  private struct Frame {
    let left: Double
    let right: Double
    let bottom: Double
    let top: Double

    init?(_ points: [(x: Double, y: Double)]) {
      guard let left = points.map({ $0.x }).min(), let right = points.map({ $0.x }).max(),
        let low = points.map({ $0.y }).min(), let high = points.map({ $0.y }).max(), right > left
      else { return nil }
      (self.left, self.right, bottom) = (left, right, low)
      top = high > low ? high : low + 1
    }

    func place(_ point: (x: Double, y: Double)) -> (x: Double, y: Double)? {
      guard point.x.isFinite, point.y.isFinite else { return nil }
      return ((point.x - left) / (right - left), (point.y - bottom) / (top - bottom))
    }
  }

  private func draw(_ path: [(x: Double, y: Double)?], into dots: inout [UInt8]) {
    let (columns, rows) = (Double(2 * width - 1), Double(4 * height - 1))
    for (from, to) in zip(path, path.dropFirst()) {
      guard let from, let to else { continue }
      let steps = max(1, Int(max(abs(to.x - from.x) * columns, abs(to.y - from.y) * rows)))
      for step in 0...steps {
        let share = Double(step) / Double(steps)
        let x = Int(((from.x + (to.x - from.x) * share) * columns).rounded())
        let y = Int(((1 - from.y - (to.y - from.y) * share) * rows).rounded())
        dots[y / 4 * width + x / 2] |= TerminalPlot.dot(x % 2, y % 4)
      }
    }
  }

  /// The bit of a dot: the lowest row was added to the six older ones.
  private static func dot(_ column: Int, _ row: Int) -> UInt8 {
    row == 3 ? (column == 0 ? 0x40 : 0x80) : 1 << UInt8(3 * column + row)
  }
}
