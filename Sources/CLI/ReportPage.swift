import Adjoint
import AdjointData

/// A training as one page of HTML that needs nothing else: no script, no font, no file beside it.
struct ReportPage {
  let result: TrainingResult
  /// The data that the worst mistakes are shown from.
  let test: (any Dataset)?

  private var data: TrainingData { result.run.data }
  private var isReconstruction: Bool { Reconstruction.isTask(of: result.run.plan.model) }

  func text() throws -> String {
    let name = HTML.escaped(data.name)
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <link rel="icon" href="data:,">
      <title>\(name): training report</title>
      <style>
      \(ReportStyle.css)
      </style>
      </head>
      <body>
      <main>
      <h1>\(name)</h1>
      <p>\(HTML.escaped(subtitle))</p>
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
        if isReconstruction {
          all.append(try ReportReconstructions(result: result, test: test).section())
        } else if !evaluation.pairs.isEmpty {
          all.append(scatter(evaluation))
        }
      }
      if let plane = try plane() { all.append(plane) }
      if let evaluation = result.evaluation, !evaluation.worst.isEmpty {
        all.append(
          try ReportMistakes(run: result.run, evaluation: evaluation, test: test).section())
      }
      if data.task == .language { all.append(try sample()) }
      return all + [ReportNetwork(result: result).section, settings]
    }
  }

  private var subtitle: String {
    let summary = (try? ModelCatalogue.entry(result.run.plan.model).summary) ?? ""
    return "\(result.run.plan.model): \(summary)"
  }

  private var headline: String {
    var facts: [(String, String)] = []
    for metric in result.evaluation?.metrics ?? [] {
      let value = NumberText.fixed(
        metric.name == "accuracy" ? 100 * metric.value : metric.value,
        places: metric.name == "accuracy" ? 2 : 4)
      facts.append(
        ("test \(HTML.metric(metric.name))", value + (metric.name == "accuracy" ? "\u{A0}%" : "")))
    }
    if let loss = result.evaluation?.loss {
      facts.append(("test loss", NumberText.fixed(loss, places: 4)))
    } else if let loss = result.history.last?.validation?.loss {
      facts.append(("validation loss", NumberText.fixed(loss, places: 4)))
    }
    facts.append(
      (result.history.count == 1 ? "epoch" : "epochs", HTML.grouped(result.history.count)))
    facts.append(("steps", HTML.grouped(result.steps)))
    facts.append(("seconds", NumberText.short(result.seconds, digits: 3)))
    let items = facts.map { "<div><b>\($0.1)</b><span>\(HTML.escaped($0.0))</span></div>" }
    return "<div class=\"facts\">\(items.joined())</div>"
  }

  private var curves: String {
    let curves = result.curves
    let metric = result.history.first?.training.metrics.first?.name ?? ""
    let best = result.history.count > 1 ? result.bestEpoch : nil
    var charts = [LineChart(title: "Loss", series: curves.loss, best: best).svg]
    if !curves.metric.isEmpty {
      charts.append(
        LineChart(title: HTML.capitalized(HTML.metric(metric)), series: curves.metric, best: best)
          .svg)
    }
    let note =
      best.map {
        "<p>Training is measured while an epoch goes on, validation at its end. Epoch \($0) was best on the validation data; its weights were kept.</p>"
      } ?? ""
    return HTML.section("Curves", note + "<div class=\"charts\">\(charts.joined())</div>")
  }

  private func confusion(_ evaluation: Evaluation) -> String {
    let names = data.labels.map { HTML.escaped($0) }
    guard names.count <= 60 else {
      return HTML.section("Confusion matrix", "<p>\(names.count) classes are too many for it.</p>")
    }
    let heads = names.map { "<th scope=\"col\">\($0)</th>" }.joined()
    let rows = evaluation.confusion.enumerated().map { place, row -> String in
      let sum = row.reduce(0, +)
      let cells = row.enumerated().map { column, count -> String in
        guard count > 0 else { return "<td></td>" }
        let hue = place == column ? "--right" : "--wrong"
        let alpha = NumberText.fixed(0.08 + 0.72 * Double(count) / Double(sum), places: 2)
        return "<td style=\"background:rgba(var(\(hue)),\(alpha))\">\(count)</td>"
      }
      return
        "<tr><th scope=\"row\">\(names[place])</th>\(cells.joined())<td class=\"share\">\(share(row[place], sum))</td></tr>"
    }
    let columns = names.indices.map { column in
      let sum = evaluation.confusion.reduce(0) { $0 + $1[column] }
      return "<td>\(share(evaluation.confusion[column][column], sum))</td>"
    }
    let table =
      "<div class=\"wide\"><table class=\"confusion\"><thead><tr><th class=\"corner\">true ↓ said →</th>\(heads)<th scope=\"col\">found</th></tr></thead><tbody>\(rows.joined(separator: "\n"))</tbody><tfoot><tr><th class=\"corner\">right</th>\(columns.joined())<td></td></tr></tfoot></table></div>"
    return HTML.section(
      "Confusion matrix",
      "<p>Rows are the true classes, columns what the network says. Found: how many of a class were seen as it (recall). Right: how many of those said to be it are (precision).</p>"
        + table)
  }

  private func share(_ part: Int, _ whole: Int) -> String {
    whole == 0 ? "–" : NumberText.fixed(100 * Double(part) / Double(whole), places: 1) + "\u{A0}%"
  }

  private func scatter(_ evaluation: Evaluation) -> String {
    return HTML.section(
      "Predictions",
      "<p>Each point is a test example; one on the dashed line is foretold exactly.</p>"
        + ScatterChart(
          title: "Prediction by truth", points: evaluation.pairs, name: data.labels.first ?? ""
        )
        .svg)
  }

  private func plane() throws -> String? {
    let inputs = ReportInputs(result.run)
    guard let test, inputs.areCoordinates, data.task != .language, !isReconstruction,
      let chart = try PlaneChart(
        result.model, test, isClasses: data.task == .classification, labels: data.labels,
        names: (inputs.names[0], inputs.names[1]))
    else { return nil }
    let meaning =
      data.task == .classification
      ? "The colour of a place is the class that the network sees there, paler where it is less sure."
      : "The colour of a place is the number that the network says there, from low (blue) to high (orange)."
    return HTML.section(
      "The plane", "<p>\(meaning) Points are test examples as they are.</p>" + (try chart.svg()))
  }

  private func sample() throws -> String {
    let prompt = data.labels.contains("\n") ? "\n" : data.labels.first ?? ""
    let text = try LanguageModel(result.model, labels: data.labels).text(
      prompt, count: 400, Sampling(temperature: 0.8, seed: result.run.options.seed))
    let trimmed = text.drop { $0.isNewline }
    return HTML.section(
      "A sample",
      "<p>400 characters that it writes, at temperature 0.8.</p><pre>\(HTML.escaped(trimmed))</pre>"
    )
  }

  private var settings: String {
    let run = result.run
    let notes = (run.data.notes + run.plan.notes).map { "<li>\(HTML.escaped($0))</li>" }
    return HTML.section(
      "Settings",
      """
      <ul>\(notes.joined())<li>seed \(run.options.seed), \(run.options.device.threads) threads, \(run.options.precision.name)</li></ul>
      <dl><dt>The command</dt><dd><pre>\(HTML.escaped(run.options.command))</pre></dd>
      <dt>The weights' SHA-256</dt><dd><pre>\(result.digest)</pre></dd></dl>
      """)
  }
}

extension HTML {
  static func section(_ title: String, _ body: String) -> String {
    "<section><h2>\(title)</h2>\(body)</section>"
  }

  /// A whole number in groups of three digits.
  static func grouped(_ number: Int) -> String {
    let digits = Array(String(number))
    return String(
      digits.enumerated().flatMap { place, digit in
        place > 0 && (digits.count - place) % 3 == 0 && digits[place - 1] != "-"
          ? [",", digit] : [digit]
      })
  }

  /// A metric as people write it.
  static func metric(_ name: String) -> String {
    ["r2": "R²", "mae": "MAE", "rmse": "RMSE"][name] ?? name
  }

  static func capitalized(_ text: String) -> String {
    text.prefix(1).uppercased() + text.dropFirst()
  }
}
