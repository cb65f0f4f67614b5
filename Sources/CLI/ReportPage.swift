import Adjoint

/// A training as one page of HTML that needs nothing else: no script, no font, no file beside it.
struct ReportPage {
  let result: TrainingResult
  /// The data that the worst mistakes are shown from.
  let test: (any Dataset)?

  func text() throws -> String {
    let name = HTML.escaped(result.run.data.name)
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>\(name): training report</title>
      <style>
      \(ReportPage.style)
      </style>
      </head>
      <body>
      <main>
      <h1>\(name): \(HTML.escaped(result.run.plan.model))</h1>
      \(headline)
      \(try sections.joined(separator: "\n"))
      </main>
      </body>
      </html>

      """
  }

  private var sections: [String] {
    get throws {
      var all = [curves]
      if let evaluation = result.evaluation {
        if !evaluation.confusion.isEmpty { all.append(confusion(evaluation)) }
        if !evaluation.worst.isEmpty { all.append(try mistakes(evaluation)) }
        if !evaluation.pairs.isEmpty { all.append(scatter(evaluation)) }
      }
      return all + [network, settings]
    }
  }

  private var headline: String {
    var facts: [(String, String)] = []
    for metric in result.evaluation?.metrics ?? [] {
      facts.append(("test \(metric.name)", NumberText.fixed(metric.value, places: 4)))
    }
    if let loss = result.evaluation?.loss {
      facts.append(("test loss", NumberText.fixed(loss, places: 4)))
    }
    facts.append(("steps", String(result.steps)))
    facts.append(("seconds", NumberText.short(result.seconds, digits: 3)))
    let items = facts.map { "<div><b>\($0.1)</b><span>\(HTML.escaped($0.0))</span></div>" }
    return "<div class=\"facts\">\(items.joined())</div>"
  }

  private var curves: String {
    let curves = result.curves
    let metric = result.history.first?.training.metrics.first?.name ?? ""
    var charts = [LineChart(title: "loss", series: curves.loss).svg]
    if !curves.metric.isEmpty {
      charts.append(LineChart(title: metric, series: curves.metric).svg)
    }
    return section("Curves", "<div class=\"charts\">\(charts.joined())</div>")
  }

  private func confusion(_ evaluation: Evaluation) -> String {
    let names = result.run.data.labels.map { HTML.escaped($0) }
    guard names.count <= 60 else { return "" }
    let heads = names.map { "<th scope=\"col\"><span>\($0)</span></th>" }.joined()
    let rows = evaluation.confusion.enumerated().map { place, row -> String in
      let sum = Double(max(row.reduce(0, +), 1))
      let cells = row.enumerated().map { column, count -> String in
        let share = Double(count) / sum
        let hue = place == column ? "34,139,94" : "200,60,40"
        let alpha = NumberText.fixed(count == 0 ? 0 : 0.08 + 0.8 * share, places: 2)
        return
          "<td style=\"background:rgba(\(hue),\(alpha))\">\(count == 0 ? "" : String(count))</td>"
      }
      return "<tr><th scope=\"row\">\(names[place])</th>\(cells.joined())</tr>"
    }
    let table =
      "<div class=\"wide\"><table class=\"confusion\"><thead><tr><td></td>\(heads)</tr></thead><tbody>\(rows.joined(separator: "\n"))</tbody></table></div>"
    return section(
      "Confusion matrix", "<p>Rows are the true classes, columns what the network says.</p>" + table
    )
  }

  private func mistakes(_ evaluation: Evaluation) throws -> String {
    let names = result.run.data.labels
    let items = try evaluation.worst.map { mistake -> String in
      let picture = try test.map { try self.picture(mistake.place, of: $0) } ?? ""
      let text =
        "\(names[mistake.label]), taken for \(names[mistake.predicted]) (\(NumberText.fixed(100 * mistake.probability, places: 1)) %)"
      return "<figure>\(picture)<figcaption>\(HTML.escaped(text))</figcaption></figure>"
    }
    return section(
      "Worst mistakes",
      "<p>The test examples that it was surest of, and wrong.</p><div class=\"mistakes\">\(items.joined(separator: "\n"))</div>"
    )
  }

  /// An image example as a picture, anything else as its numbers.
  private func picture(_ place: Int, of data: any Dataset) throws -> String {
    let input = try data.batch([place]).input
    let numbers = input.doubles
    guard input.rank == 4, [1, 3].contains(input.shape[1]) else {
      let shown = numbers.prefix(8).map { NumberText.short($0, digits: 3) }
      return "<code>\(shown.joined(separator: ", "))</code>"
    }
    let (channels, height, width) = (input.shape[1], input.shape[2], input.shape[3])
    let (low, high) = (numbers.min() ?? 0, numbers.max() ?? 1)
    let scale = high > low ? 255 / (high - low) : 0
    let pixels = (0..<(height * width * channels)).map { index in
      let value = numbers[index % channels * height * width + index / channels]
      return UInt8(((value - low) * scale).rounded())
    }
    let file = PNGImage.encode(pixels, width: width, height: height, channels: channels)
    return
      "<img alt=\"example \(place)\" width=\"84\" height=\"84\" src=\"data:image/png;base64,\(Base64.encode(file))\">"
  }

  private func scatter(_ evaluation: Evaluation) -> String {
    section(
      "Predictions",
      "<p>Each point is a test example: across the truth, up the prediction.</p>"
        + ScatterChart(points: evaluation.pairs.map { ($0.truth, $0.prediction) }).svg)
  }

  private var network: String {
    let rows = result.cells.map { cell in
      "<tr><td><code>\(HTML.escaped(cell.name))</code></td><td>\(HTML.escaped(cell.value.shape.description))</td><td>\(cell.value.count)</td></tr>"
    }
    let count = result.cells.reduce(0) { $0 + $1.value.count }
    return section(
      "Network",
      "<table><thead><tr><th>name</th><th>shape</th><th>numbers</th></tr></thead><tbody>\(rows.joined(separator: "\n"))</tbody><tfoot><tr><td>in all</td><td></td><td>\(count)</td></tr></tfoot></table>"
    )
  }

  private var settings: String {
    let run = result.run
    let notes = (run.data.notes + run.plan.notes).map { "<li>\(HTML.escaped($0))</li>" }
    return section(
      "Settings",
      """
      <ul>\(notes.joined())<li>seed \(run.options.seed), \(run.options.device.threads) threads, \(run.options.precision.name)</li></ul>
      <p>The command:</p><pre>\(HTML.escaped(run.options.command))</pre>
      <p>The weights' SHA-256:</p><pre>\(result.digest)</pre>
      """)
  }

  private func section(_ title: String, _ body: String) -> String {
    "<section><h2>\(title)</h2>\(body)</section>"
  }

  private static let style = """
    :root { color-scheme: light; }
    body { margin: 0; background: #fbfaf7; color: #23211d; font: 15px/1.5 Georgia, serif; }
    main { max-width: 62rem; margin: 0 auto; padding: 2rem 1.2rem 4rem; }
    h1 { font-weight: 600; margin: 0 0 1rem; }
    h2 { font-weight: 600; margin: 2.2rem 0 .6rem; border-bottom: 1px solid #ddd8cc; }
    .facts { display: flex; flex-wrap: wrap; gap: 2rem; }
    .facts b { display: block; font-size: 1.7rem; font-weight: 600; }
    .facts span { color: #6d675c; }
    .charts { display: flex; flex-wrap: wrap; gap: 1rem; }
    svg { background: #fff; border: 1px solid #e4dfd3; max-width: 100%; height: auto; }
    svg text { font: 12px sans-serif; fill: #55503f; }
    .wide { overflow-x: auto; }
    table { border-collapse: collapse; font: 13px/1.4 sans-serif; }
    th, td { padding: .2rem .55rem; text-align: left; }
    thead th { border-bottom: 1px solid #c9c2b2; }
    tfoot td { border-top: 1px solid #c9c2b2; }
    .confusion td { text-align: right; min-width: 2.2rem; border: 1px solid #eee9dd; }
    .mistakes { display: flex; flex-wrap: wrap; gap: 1rem; }
    figure { margin: 0; width: 9rem; }
    figure img { image-rendering: pixelated; border: 1px solid #ddd8cc; }
    figcaption { font: 12px/1.3 sans-serif; color: #55503f; }
    pre { background: #f2efe7; padding: .6rem .8rem; overflow-x: auto; }
    """
}

/// Text in a page.
enum HTML {
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
