import Adjoint

extension Command {
  static let inspect = Command(
    name: "inspect",
    summary: "Shows what is in a file of weights or a saved model.",
    operands: "FILE",
    options: [Option(name: "--json", summary: "one line of JSON")],
    details: ["FILE: safetensors, of this library or of others."],
    run: { arguments in
      guard arguments.operands.count == 1, let path = arguments.operands.first else {
        throw CommandError.usage(
          "inspect takes one file; write adjoint inspect runs/NAME-1/model.safetensors")
      }
      let inspection = try Inspection(ModelFile.path(path))
      if arguments.has("--json") { return print(inspection.json.text()) }
      for line in inspection.lines { print(line) }
    })
}

/// A file's tensors with their statistics.
private struct Inspection {
  struct Row {
    let name: String
    let tensor: Tensor
    let statistics: [(name: String, value: Double)]
  }

  let rows: [Row]
  let file: Safetensors
  let description: ModelDescription?

  init(_ path: String) throws {
    file = try Safetensors(reading: path)
    description = try file.text(SavedModel.key).map {
      try ModelDescription(JSON(parsing: $0, source: path), source: path)
    }
    rows = file.tensors.sorted { $0.name < $1.name }.map {
      Row(name: $0.name, tensor: $0.tensor, statistics: Inspection.statistics($0.tensor))
    }
  }

  private static func statistics(_ tensor: Tensor) -> [(name: String, value: Double)] {
    let values = tensor.doubles
    guard !values.isEmpty else { return [] }
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let spread = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
    return [
      ("min", values.min() ?? 0), ("max", values.max() ?? 0), ("mean", mean),
      ("deviation", spread.squareRoot()),
      ("not finite", Double(values.count { !$0.isFinite })),
    ]
  }

  var lines: [String] {
    var lines: [String] = []
    if let description {
      lines.append("model          \(description.model) \(description.settings.json.text())")
      lines.append("task           \(description.task.rawValue)")
      if !description.labels.isEmpty {
        lines.append("labels         \(description.labels.joined(separator: ", "))")
      }
      let shape = Shape(description.preprocessing.shape).description
      lines.append("input          \(shape) an example")
      lines.append("training       \(description.training.text())")
      lines.append("")
    }
    var table = TextTable([.left, .left, .left] + Array(repeating: .right, count: 5))
    table.add(["name", "type", "shape", "min", "max", "mean", "deviation", "not finite"])
    for row in rows {
      table.add(
        [row.name, row.tensor.element.name, row.tensor.shape.description]
          + row.statistics.map { NumberText.short($0.value, digits: 4) })
    }
    let count = rows.reduce(0) { $0 + $1.tensor.count }
    return lines + table.lines + ["", "\(rows.count) tensors, \(count) numbers"]
  }

  var json: JSON {
    let tensors = rows.map { row -> JSON in
      .object(
        [
          JSON.Member("name", .string(row.name)),
          JSON.Member("type", .string(row.tensor.element.name)),
          JSON.Member("shape", .array(row.tensor.shape.dimensions.map { .integer($0) })),
        ]
          + row.statistics.map {
            JSON.Member($0.name, $0.value.isFinite ? .number($0.value) : .null)
          })
    }
    return .object([
      JSON.Member("model", description?.json ?? .null), JSON.Member("tensors", .array(tensors)),
    ])
  }
}
