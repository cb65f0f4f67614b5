import Adjoint

extension Command {
  static let evaluate = Command(
    name: "evaluate",
    summary: "Says how good a saved model is on data.",
    operands: "MODEL DATA",
    options: [
      Option(name: "--threads", value: "N", summary: "how many threads (one a processor)"),
      Option(name: "--device", value: "cpu|reference", summary: "where to compute (cpu)"),
      Option(name: "--json", summary: "one line of JSON"),
    ],
    details: [
      "MODEL: a model file, or the folder of the run that made it.",
      "DATA: fashion-mnist (its test part), or data like those that the model was trained on; of made",
      "data a thousand new examples. The loss is the one that the model was trained by.",
    ],
    run: { arguments in
      guard arguments.operands.count >= 2 else {
        throw CommandError.usage(
          "evaluate takes a model and data; write adjoint evaluate runs/NAME-1 DATA"
        )
      }
      _ = try ComputeDevice.use(arguments)
      let model = try ModelFile.read(arguments.operands[0])
      let words = Array(arguments.operands.dropFirst())
      let data = try ModelInput(model).dataset(words)
      let evaluation = try Evaluation(of: model, on: data)
      let learned = ModelFile.learnedCount(model, of: words)
      if arguments.has("--json") { return print(json(evaluation, learned)) }
      var table = TextTable([.left, .right])
      for metric in evaluation.metrics {
        table.add([metric.name, NumberText.fixed(metric.value, places: 4)])
      }
      table.add(["loss", NumberText.fixed(evaluation.loss, places: 4)])
      table.add(["examples", String(evaluation.count)])
      for line in table.lines { print(line) }
      for line in classLines(evaluation, model.description.labels) { print(line) }
      if let learned {
        print(
          "\n\(learned) of these \(evaluation.count) were learned from: on new examples it will hardly do as well"
        )
      }
    })

  private static func json(_ evaluation: Evaluation, _ learned: Int?) -> String {
    let metrics = evaluation.metrics.map { JSON.Member($0.name, .number($0.value)) }
    return JSON.object(
      metrics + [
        JSON.Member("loss", .number(evaluation.loss)),
        JSON.Member("examples", .integer(evaluation.count)),
      ] + (learned.map { [JSON.Member("learned_from", .integer($0))] } ?? [])
    ).text()
  }

  /// How many of each class are right, and what it is taken for otherwise.
  private static func classLines(_ evaluation: Evaluation, _ names: [String]) -> [String] {
    guard (2...40).contains(evaluation.confusion.count) else { return [] }
    var table = TextTable([.left, .right, .left])
    for (label, row) in evaluation.confusion.enumerated() where row.reduce(0, +) > 0 {
      let right = Double(row[label]) / Double(row.reduce(0, +))
      let other = row.indices.filter { $0 != label && row[$0] > 0 }.max { row[$0] < row[$1] }
      table.add([
        names[label], NumberText.fixed(100 * right, places: 1) + " %",
        other.map { "most often taken for \(names[$0]) (\(row[$0]))" } ?? "",
      ])
    }
    return [""] + table.lines
  }

  static let predict = Command(
    name: "predict",
    summary: "Says what a saved model makes of examples in files.",
    operands: "MODEL FILE [FILE ...]",
    options: [
      Option(name: "--format", value: "table|csv|json", summary: "how to write it (table)"),
      Option(name: "--probabilities", summary: "those of all classes too"),
      Option(name: "--threads", value: "N", summary: "how many threads (one a processor)"),
      Option(name: "--device", value: "cpu|reference", summary: "where to compute (cpu)"),
    ],
    details: [
      "MODEL: a model file, or the folder of the run that made it.", "FILE: \(ModelInput.list).",
    ],
    run: { arguments in
      guard arguments.operands.count >= 2 else {
        throw CommandError.usage(
          "predict takes a model and files; write adjoint predict runs/NAME-1 FILE"
        )
      }
      let format = try arguments.word("--format", among: ["table", "csv", "json"]) ?? "table"
      _ = try ComputeDevice.use(arguments)
      let model = try ModelFile.read(arguments.operands[0])
      let input = try ModelInput(model)
      // All is computed before anything is written.
      let files = try arguments.operands.dropFirst().map { file in
        try PredictionTable.Part(
          file: file, examples: try input.examples(file), model: model)
      }
      let table = PredictionTable(parts: files, showsAll: arguments.has("--probabilities"))
      for line in table.lines(format) { print(line) }
    })
}

/// Predictions as text.
struct PredictionTable {
  struct Part {
    let file: String
    let prediction: Prediction
    /// The numbers of a table's rows, as errors have them; nil for what has none.
    let rowNumbers: [Int]?

    init(file: String, examples: ModelInput.Examples, model: SavedModel) throws {
      self.file = file
      prediction = try model.predict(examples.inputs)
      rowNumbers = examples.rowNumbers
    }

    func number(of row: Int) -> Int { rowNumbers?[row] ?? row }
  }

  let parts: [Part]
  let showsAll: Bool

  func lines(_ format: String) -> [String] {
    switch format {
    case "json": rows { self.json($0, $1, $2) }
    case "csv":
      [header.map { csv($0) }.joined(separator: ",")]
        + rows { part, row, cells in
          ([csv(part.file), String(row)] + cells.map { csv($0.exact) }).joined(separator: ",")
        }
    default: table
    }
  }

  private struct Column {
    let name: String
    /// For people.
    let text: String
    /// For programs.
    let exact: String
    let json: JSON

    init(_ name: String, _ number: Double, places: Int? = nil) {
      self.name = name
      text = places.map { NumberText.fixed(number, places: $0) } ?? NumberText.plain(number)
      exact = NumberText.exact(number)
      json = number.isFinite ? .number(number) : .null
    }

    init(_ name: String, _ text: String) {
      (self.name, self.text, exact, json) = (name, text, text, .string(text))
    }
  }

  /// What an example is counted by.
  private var counter: String { parts.first?.rowNumbers == nil ? "example" : "row" }

  private var header: [String] {
    ["file", counter] + (parts.first.map { columns($0.prediction, 0).map { $0.name } } ?? [])
  }

  private var table: [String] {
    var table = TextTable([.left, .right] + header.dropFirst(2).map { _ in .right })
    table.add(header)
    _ = rows { part, row, cells in
      table.add([part.file, String(row)] + cells.map { $0.text })
    }
    return table.lines
  }

  private func rows<Line>(_ line: (Part, Int, [Column]) -> Line) -> [Line] {
    parts.flatMap { part in
      part.prediction.rows.indices.map {
        line(part, part.number(of: $0), columns(part.prediction, $0))
      }
    }
  }

  private func columns(_ prediction: Prediction, _ row: Int) -> [Column] {
    let values = prediction.rows.isEmpty ? [] : prediction.rows[row]
    let isClasses = !prediction.classes.isEmpty
    let all = zip(prediction.names, values).map { Column($0, $1, places: isClasses ? 4 : nil) }
    guard isClasses else { return all }
    let best = prediction.classes[row]
    let first = [
      Column("class", prediction.names[best]), Column("probability", values[best], places: 4),
    ]
    return showsAll ? first + all : first
  }

  private func json(_ part: Part, _ row: Int, _ cells: [Column]) -> String {
    JSON.object(
      [JSON.Member("file", .string(part.file)), JSON.Member(counter, .integer(row))]
        + cells.map { JSON.Member($0.name, $0.json) }
    ).text()
  }

  private func csv(_ text: String) -> String {
    guard text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return text }
    return "\""
      + text.split(separator: "\"", omittingEmptySubsequences: false)
      .joined(separator: "\"\"") + "\""
  }
}
