import AdjointFormats

extension Trace: CustomStringConvertible {
  /// The two tables of a lecture: values forward, then adjoints backward.
  public var description: String {
    guard !steps.isEmpty else { return "value = " + NumberText.short(value) }
    var lines = ["forward"] + forwardTable.lines.map { "  " + $0 }
    lines += ["", "reverse"] + reverseTable.lines.map { "  " + $0 }
    if !gradient.isEmpty {
      lines += ["", "gradient"]
      for slope in gradient {
        lines.append("  ∂/∂\(slope.variable) = " + slope.values.text)
      }
    }
    return lines.joined(separator: "\n")
  }

  private var forwardTable: TextTable {
    var table = TextTable([.left, .left, .left])
    for step in steps {
      table.add([
        step.written.name, "= " + step.written.formula, "= " + step.values.text,
      ])
    }
    return table
  }

  private var reverseTable: TextTable {
    var table = TextTable([.left, .left, .right, .right, .right, .right])
    table.add(["", "", "upstream", "local", "contribution", "sum"])
    if let last = steps.last { table.add([last.written.adjoint, " = 1", "", "", "", "1"]) }
    for turn in reverse {
      let numbers = [turn.upstreams, turn.locals, turn.contributions, turn.sums]
      table.add(
        [turn.written.adjoint, (turn.written.isFirst ? " = " : "+= ") + turn.written.formula]
          + numbers.map { $0?.text ?? "" })
    }
    return table
  }
}

extension Trace {
  /// The trace as one line of JSON, numbers in full and vectors as arrays; NaN and
  /// infinities are null.
  public var json: String {
    JSONText.object([
      ("value", JSONText.number(value)),
      ("steps", JSONText.array(steps.map { $0.json })),
      ("reverse", JSONText.array(reverse.map { $0.json })),
      ("gradient", JSONText.object(gradient.map { ($0.variable, $0.values.json) })),
    ])
  }
}

extension Trace.Step {
  fileprivate var json: String {
    var fields = [("name", JSONText.string(name))]
    if let variable { fields.append(("variable", JSONText.string(variable))) }
    fields += [
      ("operation", JSONText.string(operation)),
      ("inputs", JSONText.array(inputs.map { $0.json })),
      ("value", values.json),
      ("adjoint", adjoints.json),
    ]
    return JSONText.object(fields)
  }
}

extension Trace.Operand {
  fileprivate var json: String {
    switch self {
    case .row(let name): JSONText.string(name)
    case .constant(let value): JSONText.number(value)
    case .vector(let elements): Trace.Numbers(elements).json
    }
  }
}

extension Trace.Contribution {
  fileprivate var json: String {
    JSONText.object([
      ("from", JSONText.string(from)), ("to", JSONText.string(to)),
      ("upstream", upstreams.json), ("local", locals?.json ?? "null"),
      ("contribution", contributions.json), ("sum", sums.json),
    ])
  }
}
