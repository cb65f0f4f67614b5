import AdjointFormats

/// Groups of bars on a scale of powers of ten: the same few things measured on different occasions.
package struct BarChart {
  /// Bars beside each other, one a series; nil where the series has none here.
  package struct Group: Sendable {
    package let name: String
    package let values: [Double?]

    package init(name: String, values: [Double?]) { (self.name, self.values) = (name, values) }
  }

  private let title: String
  /// What is measured.
  private let measure: String
  private let series: [String]
  private let groups: [Group]

  package init(title: String, measure: String, series: [String], groups: [Group]) {
    (self.title, self.measure, self.series, self.groups) = (title, measure, series, groups)
  }

  package var svg: String {
    let values = groups.flatMap { $0.values.compactMap { $0 } }.filter { $0 > 0 }
    // A little below the least, so that its bar is seen.
    guard let least = values.min(),
      let y = ChartAxis(measure, values + [0.9 * least], .logarithmic)
    else { return "" }
    var frame = ChartFrame(title, ChartAxis(groups.map { $0.name }), y)
    // Room for all names of the legend beside the title.
    frame.width = 760
    let bars = groups.enumerated().map { bar($1, at: Double($0), frame) }.joined()
    let legend = series.enumerated().map { (name: $1, style: "line s\($0 % ChartStyle.series)") }
    return frame.svg(bars, legend: legend)
  }

  /// The bars of a group, which fill four fifths of its place.
  private func bar(_ group: Group, at place: Double, _ frame: ChartFrame) -> String {
    let width = 0.8 / Double(Swift.max(series.count, 1))
    let bottom = frame.inner.y + frame.inner.height
    return zip(series, group.values).enumerated().map { index, item -> String in
      guard let value = item.1, value > 0 else { return "" }
      let left = frame.horizontal(place - 0.4 + width * Double(index))
      let right = frame.horizontal(place - 0.4 + width * Double(index + 1))
      let top = frame.vertical(value)
      let text = "\(group.name), \(item.0): \(NumberText.plain(value, digits: 4)) \(measure)"
      let sides = [
        ("x", left), ("y", top), ("width", right - left - 1), ("height", bottom - top),
      ]
      let attributes = sides.map { "\($0.0)=\"\(ChartFrame.text($0.1))\"" }.joined(separator: " ")
      let style = "s\(index % ChartStyle.series)"
      return
        "<g class=\"\(style)\"><title>\(HTML.escaped(text))</title><rect class=\"column\" \(attributes)/></g>"
    }.joined()
  }
}
