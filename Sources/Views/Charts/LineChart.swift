import AdjointFormats

/// Points of one curve, and what it is called.
package struct ChartSeries: Sendable {
  package let name: String
  package let values: [(x: Double, y: Double)]

  package init(name: String, values: [(x: Double, y: Double)]) {
    (self.name, self.values) = (name, values)
  }
}

/// Curves, over epochs where nothing else is said.
package struct LineChart {
  private let title: String
  private let series: [ChartSeries]
  private let best: Int?
  /// What is counted to the right, and whether its marks are powers of ten.
  package var x: (name: String, kind: ChartAxis.Kind) = ("epoch", .counts)
  /// What is counted upwards; marks are powers of ten where the numbers lie far apart, or nil says so.
  package var y: (name: String, kind: ChartAxis.Kind?) = ("", nil)

  /// How wide the picture is; nil for the usual.
  package var width: Double?

  /// `best` is the epoch whose weights were kept.
  package init(title: String, series: [ChartSeries], best: Int? = nil) {
    (self.title, self.series, self.best) = (title, series, best)
  }

  package var svg: String {
    let values = series.flatMap { $0.values.map { $0.y } }.filter { $0.isFinite }
    let isWide = (values.min() ?? 0) > 0 && (values.max() ?? 0) > 100 * (values.min() ?? 0)
    guard
      let across = ChartAxis(x.name, series.flatMap { $0.values.map { $0.x } }, x.kind, marks: 8),
      let up = ChartAxis(y.name, values, y.kind ?? (isWide ? .logarithmic : .numbers))
    else { return "" }
    var frame = ChartFrame(title, across, up)
    frame.width = width ?? frame.width
    let colours = ChartStyle.series
    let curves = series.enumerated().map { place, one in
      curve(one.values.filter { $0.y.isFinite }, frame, "line s\(place % colours)", one.name)
    }
    var legend = series.enumerated().map { (name: $1.name, style: "line s\($0 % colours)") }
    if best != nil { legend.append((name: "best", style: "best")) }
    return frame.svg(below: mark(frame), curves.joined(), legend: legend)
  }

  private func mark(_ frame: ChartFrame) -> String {
    guard let best else { return "" }
    let h = ChartFrame.text(frame.horizontal(Double(best)))
    let (top, bottom) = (frame.inner.y, frame.inner.y + frame.inner.height)
    return "<line class=\"best\" x1=\"\(h)\" x2=\"\(h)\" y1=\"\(top)\" y2=\"\(bottom)\"/>"
  }

  /// A line through the points; where they are few, the points too, each of which says its number.
  private func curve(
    _ points: [(x: Double, y: Double)], _ frame: ChartFrame, _ style: String, _ name: String
  ) -> String {
    let path = points.map { frame.place($0.x, $0.y) }.joined(separator: " ")
    let line = points.count > 1 ? "<polyline class=\"\(style)\" points=\"\(path)\"/>" : ""
    guard points.count <= 100 else { return line }
    let radius = points.count <= 20 ? 2.5 : 1
    let dots = points.map { point -> String in
      let place = "\(x.name) \(NumberText.exact(point.x))"
      let text = "\(place): \(name) \(NumberText.short(point.y, digits: 4))"
      return "<g class=\"\(style)\"><title>\(HTML.escaped(text))</title>"
        + frame.circle(point.x, point.y, radius: 7, "class=\"touch\"")
        + frame.circle(point.x, point.y, radius: radius, "class=\"dot\"") + "</g>"
    }
    return line + dots.joined()
  }
}
