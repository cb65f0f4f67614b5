extension Trace: CustomStringConvertible {
  /// The two tables of a lecture: values forward, then adjoints backward.
  public var description: String {
    guard !steps.isEmpty else { return "value = " + NumberText.short(value) }
    var lines = ["forward"] + forwardTable.lines.map { "  " + $0 }
    lines += ["", "reverse"] + reverseTable.lines.map { "  " + $0 }
    if !gradient.isEmpty {
      lines += ["", "gradient"]
      for (variable, value) in gradient {
        lines.append("  ∂/∂\(variable) = " + NumberText.short(value))
      }
    }
    return lines.joined(separator: "\n")
  }

  private var forwardTable: TextTable {
    var table = TextTable([.left, .left, .left])
    for step in steps {
      table.add([
        step.written.name, "= " + step.written.formula, "= " + NumberText.short(step.value),
      ])
    }
    return table
  }

  private var reverseTable: TextTable {
    var table = TextTable([.left, .left, .right, .right, .right, .right])
    table.add(["", "", "upstream", "local", "contribution", "sum"])
    if let last = steps.last { table.add([last.written.adjoint, " = 1", "", "", "", "1"]) }
    for turn in reverse {
      let numbers = [turn.upstream, turn.local, turn.contribution, turn.sum]
      table.add(
        [turn.written.adjoint, (turn.written.isFirst ? " = " : "+= ") + turn.written.formula]
          + numbers.map { NumberText.short($0) })
    }
    return table
  }
}

extension Trace {
  /// The trace as one line of JSON, numbers in full; NaN and infinities are null.
  public var json: String {
    JSONText.object([
      ("value", JSONText.number(value)),
      ("steps", JSONText.array(steps.map { $0.json })),
      ("reverse", JSONText.array(reverse.map { $0.json })),
      ("gradient", JSONText.object(gradient.map { ($0.variable, JSONText.number($0.value)) })),
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
      ("value", JSONText.number(value)),
      ("adjoint", JSONText.number(adjoint)),
    ]
    return JSONText.object(fields)
  }
}

extension Trace.Operand {
  fileprivate var json: String {
    switch self {
    case .row(let name): JSONText.string(name)
    case .constant(let value): JSONText.number(value)
    }
  }
}

extension Trace.Contribution {
  fileprivate var json: String {
    JSONText.object([
      ("from", JSONText.string(from)), ("to", JSONText.string(to)),
      ("upstream", JSONText.number(upstream)), ("local", JSONText.number(local)),
      ("contribution", JSONText.number(contribution)), ("sum", JSONText.number(sum)),
    ])
  }
}
