import AdjointFormats

/// Points, with the diagonal on which they should lie.
package struct ScatterChart {
  private let title: String
  private let points: [(truth: Double, prediction: Double)]
  /// What the number is called.
  private let name: String

  package init(title: String, points: [(truth: Double, prediction: Double)], name: String) {
    (self.title, self.points, self.name) = (title, points, name)
  }

  package var svg: String {
    let points = points.filter { $0.truth.isFinite && $0.prediction.isFinite }
    let all = points.flatMap { [$0.truth, $0.prediction] }
    guard let x = ChartAxis("true \(name)", all), let y = ChartAxis("predicted \(name)", all) else {
      return ""
    }
    var frame = ChartFrame(title, x, y)
    (frame.width, frame.height) = (470, 470)
    let ends = (x.value(at: 0), x.value(at: 1))
    let line =
      "<polyline class=\"diagonal\" points=\"\(frame.place(ends.0, ends.0)) \(frame.place(ends.1, ends.1))\"/>"
    let dots = points.map { point -> String in
      let text =
        "true \(NumberText.plain(point.truth, digits: 4)), predicted \(NumberText.plain(point.prediction, digits: 4))"
      return "<g><title>\(text)</title>"
        + frame.circle(point.truth, point.prediction, radius: 3, "class=\"point\"") + "</g>"
    }
    return frame.svg(
      below: line, dots.joined(), legend: [(name: "as it should be", style: "diagonal")])
  }
}
