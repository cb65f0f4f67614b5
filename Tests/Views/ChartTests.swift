import AdjointFormats
import AdjointViews
import Foundation
import Testing

/// Charts are well-formed pictures that say their numbers.
@Suite struct ChartTests {
  private let bars = BarChart(
    title: "Steps & more", measure: "µs", series: ["ours", "theirs"],
    groups: [
      .init(name: "tiny", values: [10, 100]), .init(name: "lenet", values: [1000, nil]),
    ])

  @Test func aBarForEachNumber() throws {
    let file = ChartStyle.file(bars.svg)
    let parsed = try XMLElements(file)
    let columns = parsed.all.filter { $0.name == "rect" }
    #expect(columns.count == 3)
    // The axis goes from 1 to 1000: the bars reach a third of it, two thirds and its top.
    let heights = columns.compactMap { Double($0.attributes["height"] ?? "") }
    #expect(heights[0] > 50)
    #expect(abs(heights[1] - 2 * heights[0]) < 0.21 && abs(heights[2] - 3 * heights[0]) < 0.31)
    #expect(file.contains("tiny, theirs: 100 µs") && file.contains("Steps &amp; more"))
    #expect(file.contains("--c0"))
    for name in ["tiny", "lenet", "ours", "theirs", "1000"] { #expect(file.contains(">\(name)<")) }
  }

  @Test func linesSayTheirPlaces() throws {
    var chart = LineChart(
      title: "Cost", series: [ChartSeries(name: "ours", values: [(100, 1.5), (10_000, 150)])])
    chart.x = ("depth", .logarithmic)
    chart.y = ("µs", .logarithmic)
    #expect(try XMLElements(chart.svg).all.filter { $0.name == "circle" }.count == 4)
    #expect(chart.svg.contains("depth 10000: ours 150"))
  }

  @Test func nothingToDrawIsNoPicture() {
    #expect(BarChart(title: "", measure: "", series: [], groups: []).svg.isEmpty)
    #expect(LineChart(title: "", series: []).svg.isEmpty)
  }
}

/// The elements of a text of XML, which must be well-formed.
private struct XMLElements {
  struct Element {
    let name: String
    let attributes: [String: String]
  }

  let all: [Element]

  /// Enough of XML for a picture: every element that opens closes, every attribute is quoted.
  init(_ text: String) throws {
    let tag = try Regex(#"<(/?)([a-z]+)((?:\s+[A-Za-z0-9:-]+="[^"<]*")*)\s*(/?)>"#)
    let attribute = try Regex(#"([A-Za-z0-9:-]+)="([^"]*)""#)
    var (open, all): ([Substring], [Element]) = ([], [])
    for match in text.matches(of: tag) {
      let name = match[2].substring ?? ""
      if match[1].substring == "/" {
        try #require(open.popLast() == name)
        continue
      }
      var attributes: [String: String] = [:]
      for one in (match[3].substring ?? "").matches(of: attribute) {
        attributes[String(one[1].substring ?? "")] = String(one[2].substring ?? "")
      }
      all.append(Element(name: String(name), attributes: attributes))
      if match[4].substring != "/" { open.append(name) }
    }
    try #require(
      open.isEmpty
        && text.filter { $0 == "<" }.count == all.count + text.matches(of: try Regex("</")).count)
    self.all = all
  }
}
