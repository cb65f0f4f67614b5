import AdjointFormats

/// The frame of a chart: its title, its sides, and where numbers lie on the picture. Colours are the page's.
package struct ChartFrame {
  package let title: String
  package let x: ChartAxis
  package let y: ChartAxis
  package var (width, height) = (470.0, 290.0)
  private static let (left, right, top, bottom) = (62.0, 22.0, 40.0, 46.0)

  package init(_ title: String, _ x: ChartAxis, _ y: ChartAxis) {
    (self.title, self.x, self.y) = (title, x, y)
  }

  package var inner: (x: Double, y: Double, width: Double, height: Double) {
    (
      ChartFrame.left, ChartFrame.top, width - ChartFrame.left - ChartFrame.right,
      height - ChartFrame.top - ChartFrame.bottom
    )
  }

  package func horizontal(_ value: Double) -> Double { inner.x + x.share(value) * inner.width }
  package func vertical(_ value: Double) -> Double { inner.y + (1 - y.share(value)) * inner.height }

  package func place(_ x: Double, _ y: Double) -> String {
    "\(ChartFrame.text(horizontal(x))),\(ChartFrame.text(vertical(y)))"
  }

  package func circle(_ x: Double, _ y: Double, radius: Double, _ attributes: String) -> String {
    "<circle cx=\"\(ChartFrame.text(horizontal(x)))\" cy=\"\(ChartFrame.text(vertical(y)))\" r=\"\(ChartFrame.text(radius))\" \(attributes)/>"
  }

  package static func text(_ length: Double) -> String { NumberText.fixed(length, places: 1) }

  /// The whole picture: what lies below the grid, the grid with its numbers, what is drawn, and what colours mean.
  package func svg(below: String = "", _ body: String, legend: [(name: String, style: String)] = [])
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
