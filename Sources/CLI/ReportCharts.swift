import Adjoint

/// The frame of a chart: where numbers lie on the picture.
struct ChartFrame {
  static let (width, height) = (470.0, 260.0)
  private static let (left, right, top, bottom) = (52.0, 12.0, 28.0, 30.0)

  let x: ClosedRange<Double>
  let y: ClosedRange<Double>

  /// Just large enough for the points; nil where there are none.
  init?(_ points: [(x: Double, y: Double)]) {
    let finite = points.filter { $0.x.isFinite && $0.y.isFinite }
    guard let x = ChartFrame.range(finite.map { $0.x }),
      let y = ChartFrame.range(finite.map { $0.y })
    else { return nil }
    (self.x, self.y) = (x, y)
  }

  private static func range(_ values: [Double]) -> ClosedRange<Double>? {
    guard let low = values.min(), let high = values.max() else { return nil }
    return high > low ? low...high : (low - 0.5)...(high + 0.5)
  }

  func horizontal(_ value: Double) -> Double {
    let share = (value - x.lowerBound) / (x.upperBound - x.lowerBound)
    return ChartFrame.left + share * (ChartFrame.width - ChartFrame.left - ChartFrame.right)
  }

  func vertical(_ value: Double) -> Double {
    let share = (value - y.lowerBound) / (y.upperBound - y.lowerBound)
    return ChartFrame.height - ChartFrame.bottom
      - share * (ChartFrame.height - ChartFrame.top - ChartFrame.bottom)
  }

  func place(_ x: Double, _ y: Double) -> String {
    "\(NumberText.fixed(horizontal(x), places: 1)),\(NumberText.fixed(vertical(y), places: 1))"
  }

  /// The whole picture: lines and numbers of the axes, then what is drawn.
  func svg(_ title: String, _ body: String) -> String {
    var marks = ""
    for step in 0...4 {
      let share = Double(step) / 4
      let (px, py) = (
        x.lowerBound + share * (x.upperBound - x.lowerBound),
        y.lowerBound + share * (y.upperBound - y.lowerBound)
      )
      let (h, v) = (
        NumberText.fixed(horizontal(px), places: 1), NumberText.fixed(vertical(py), places: 1)
      )
      marks +=
        "<line x1=\"\(ChartFrame.left)\" x2=\"\(ChartFrame.width - ChartFrame.right)\" y1=\"\(v)\" y2=\"\(v)\" stroke=\"#eae5d8\"/>"
        + "<text x=\"\(ChartFrame.left - 6)\" y=\"\(v)\" text-anchor=\"end\" dominant-baseline=\"middle\">\(NumberText.short(py, digits: 3))</text>"
        + "<text x=\"\(h)\" y=\"\(ChartFrame.height - 10)\" text-anchor=\"middle\">\(NumberText.short(px, digits: 3))</text>"
    }
    let size =
      "viewBox=\"0 0 \(ChartFrame.width) \(ChartFrame.height)\" width=\"\(ChartFrame.width)\""
    return
      "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-label=\"\(HTML.escaped(title))\" \(size)>\(marks)\(body)<text x=\"\(ChartFrame.left)\" y=\"18\">\(HTML.escaped(title))</text></svg>"
  }
}

/// Curves over epochs.
struct LineChart {
  let title: String
  let series: [TerminalPlot.Series]
  private static let colours = ["#2b6cb0", "#c05621", "#2f855a", "#805ad5"]

  init(title: String, series: [TerminalPlot.Series]) {
    self.title = title
    self.series = series
  }

  var svg: String {
    guard let frame = ChartFrame(series.flatMap { $0.values }) else { return "" }
    var body = ""
    for (place, one) in series.enumerated() {
      let colour = LineChart.colours[place % LineChart.colours.count]
      let points = one.values.filter { $0.y.isFinite }.map { frame.place($0.x, $0.y) }
      body +=
        points.count == 1
        ? "<circle cx=\"\(points[0].split(separator: ",")[0])\" cy=\"\(points[0].split(separator: ",")[1])\" r=\"3\" fill=\"\(colour)\"/>"
        : "<polyline fill=\"none\" stroke=\"\(colour)\" stroke-width=\"2\" points=\"\(points.joined(separator: " "))\"/>"
      body +=
        "<text x=\"\(ChartFrame.width - 16)\" y=\"\(18 + 15 * place)\" text-anchor=\"end\" style=\"fill:\(colour)\">\(HTML.escaped(one.name))</text>"
    }
    return frame.svg(title, body)
  }
}

/// Points, with the diagonal on which they should lie.
struct ScatterChart {
  let points: [(x: Double, y: Double)]

  var svg: String {
    guard let frame = ChartFrame(points + points.map { ($0.x, $0.x) }) else { return "" }
    let ends = (frame.x.lowerBound, frame.x.upperBound)
    let line =
      "<polyline fill=\"none\" stroke=\"#b9b19d\" points=\"\(frame.place(ends.0, ends.0)) \(frame.place(ends.1, ends.1))\"/>"
    let dots = points.filter { $0.x.isFinite && $0.y.isFinite }.map { point in
      let x = NumberText.fixed(frame.horizontal(point.x), places: 1)
      let y = NumberText.fixed(frame.vertical(point.y), places: 1)
      return "<circle cx=\"\(x)\" cy=\"\(y)\" r=\"2.5\" fill=\"#2b6cb0\" fill-opacity=\"0.5\"/>"
    }
    return frame.svg("prediction over truth", line + dots.joined())
  }
}
