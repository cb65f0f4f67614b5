import Adjoint

/// The frame of a chart: its title, its sides, and where numbers lie on the picture. Colours are the page's.
struct ChartFrame {
  let title: String
  let x: ChartAxis
  let y: ChartAxis
  var (width, height) = (470.0, 290.0)
  private static let (left, right, top, bottom) = (62.0, 16.0, 40.0, 46.0)

  init(_ title: String, _ x: ChartAxis, _ y: ChartAxis) {
    (self.title, self.x, self.y) = (title, x, y)
  }

  var inner: (x: Double, y: Double, width: Double, height: Double) {
    (
      ChartFrame.left, ChartFrame.top, width - ChartFrame.left - ChartFrame.right,
      height - ChartFrame.top - ChartFrame.bottom
    )
  }

  func horizontal(_ value: Double) -> Double { inner.x + x.share(value) * inner.width }
  func vertical(_ value: Double) -> Double { inner.y + (1 - y.share(value)) * inner.height }

  func place(_ x: Double, _ y: Double) -> String {
    "\(ChartFrame.text(horizontal(x))),\(ChartFrame.text(vertical(y)))"
  }

  func circle(_ x: Double, _ y: Double, radius: Double, _ attributes: String) -> String {
    "<circle cx=\"\(ChartFrame.text(horizontal(x)))\" cy=\"\(ChartFrame.text(vertical(y)))\" r=\"\(ChartFrame.text(radius))\" \(attributes)/>"
  }

  static func text(_ length: Double) -> String { NumberText.fixed(length, places: 1) }

  /// The whole picture: what lies below the grid, the grid with its numbers, what is drawn, and what colours mean.
  func svg(below: String = "", _ body: String, legend: [(name: String, style: String)] = [])
    -> String
  {
    let size = "viewBox=\"0 0 \(ChartFrame.text(width)) \(ChartFrame.text(height))\""
    let head = "<text class=\"title\" x=\"14\" y=\"23\">\(HTML.escaped(title))</text>"
    return
      "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-label=\"\(HTML.escaped(title))\" width=\"\(ChartFrame.text(width))\" \(size)>\(head)\(below)\(grid)\(body)\(names)\(ChartFrame.legend(legend, width))</svg>"
  }

  private var grid: String {
    let (left, bottom) = (inner.x, inner.y + inner.height)
    let rows = y.marks.map { mark -> String in
      let v = ChartFrame.text(vertical(mark.value))
      return
        "<line class=\"grid\" x1=\"\(left)\" x2=\"\(left + inner.width)\" y1=\"\(v)\" y2=\"\(v)\"/><text x=\"\(left - 8)\" y=\"\(v)\" dy=\".35em\" text-anchor=\"end\">\(mark.text)</text>"
    }
    let columns = x.marks.map { mark -> String in
      let h = ChartFrame.text(horizontal(mark.value))
      return
        "<line class=\"tick\" x1=\"\(h)\" x2=\"\(h)\" y1=\"\(bottom)\" y2=\"\(bottom + 4)\"/><text x=\"\(h)\" y=\"\(bottom + 17)\" text-anchor=\"middle\">\(mark.text)</text>"
    }
    return (rows + columns).joined()
  }

  private var names: String {
    let (middle, across) = (inner.x + inner.width / 2, inner.y + inner.height / 2)
    let below =
      "<text class=\"name\" x=\"\(middle)\" y=\"\(height - 10)\" text-anchor=\"middle\">\(HTML.escaped(x.name))</text>"
    guard !y.name.isEmpty else { return below }
    return below
      + "<text class=\"name\" transform=\"translate(16 \(across)) rotate(-90)\" text-anchor=\"middle\">\(HTML.escaped(y.name))</text>"
  }

  /// In the row of the title, from the right.
  private static func legend(_ items: [(name: String, style: String)], _ width: Double) -> String {
    var right = width - ChartFrame.right
    return items.reversed().map { item -> String in
      let text =
        "<text x=\"\(right)\" y=\"23\" text-anchor=\"end\">\(HTML.escaped(item.name))</text>"
      let start = right - 6.6 * Double(item.name.count) - 22
      right = start - 14
      return text
        + "<line class=\"\(item.style)\" x1=\"\(start)\" x2=\"\(start + 16)\" y1=\"19\" y2=\"19\"/>"
    }.joined()
  }
}

/// Curves over epochs.
struct LineChart {
  let title: String
  let series: [TerminalPlot.Series]
  /// The epoch whose weights were kept.
  var best: Int?

  var svg: String {
    let values = series.flatMap { $0.values.map { $0.y } }.filter { $0.isFinite }
    let isWide = (values.min() ?? 0) > 0 && (values.max() ?? 0) > 100 * (values.min() ?? 0)
    guard
      let x = ChartAxis("epoch", series.flatMap { $0.values.map { $0.x } }, .counts, marks: 8),
      let y = ChartAxis("", values, isWide ? .logarithmic : .numbers)
    else { return "" }
    let frame = ChartFrame(title, x, y)
    let curves = series.enumerated().map { place, one in
      curve(one.values.filter { $0.y.isFinite }, frame, "line s\(place % 4)", one.name)
    }
    var legend = series.enumerated().map { (name: $1.name, style: "line s\($0 % 4)") }
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
      let text =
        "epoch \(Int(point.x)): \(HTML.escaped(name)) \(NumberText.short(point.y, digits: 4))"
      return "<g class=\"\(style)\"><title>\(text)</title>"
        + frame.circle(point.x, point.y, radius: 7, "class=\"touch\"")
        + frame.circle(point.x, point.y, radius: radius, "class=\"dot\"") + "</g>"
    }
    return line + dots.joined()
  }
}

/// Points, with the diagonal on which they should lie.
struct ScatterChart {
  let title: String
  let points: [(truth: Double, prediction: Double)]
  /// What the number is called.
  let name: String

  var svg: String {
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
