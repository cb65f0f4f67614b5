import AdjointFormats
import AdjointGraph

/// How an operation and its reverse rule are written: a, b the inputs, y the output, u the output's adjoint.
struct Notation {
  let forward: String
  /// What each input's adjoint receives.
  let reverse: [String]

  private static let table: [String: Notation] = [
    Add.shared.name: Notation(forward: "{a} + {b}", reverse: ["{u}", "{u}"]),
    Subtract.shared.name: Notation(forward: "{a} − {b}", reverse: ["{u}", "−{u}"]),
    Multiply.shared.name: Notation(forward: "{a} · {b}", reverse: ["{u} · {b}", "{u} · {a}"]),
    Divide.shared.name: Notation(forward: "{a} / {b}", reverse: ["{u} / {b}", "−{u} · {y} / {b}"]),
    Negate.shared.name: Notation(forward: "−{a}", reverse: ["−{u}"]),
    Log.shared.name: Notation(forward: "ln {a}", reverse: ["{u} / {a}"]),
    Exp.shared.name: Notation(forward: "exp {a}", reverse: ["{u} · {y}"]),
    Tanh.shared.name: Notation(forward: "tanh {a}", reverse: ["{u} · (1 − {y}²)"]),
    ReLU.shared.name: Notation(forward: "relu {a}", reverse: ["{u} · [{a} > 0]"]),
    SquareRoot.shared.name: Notation(forward: "√{a}", reverse: ["{u} / (2 · {y})"]),
    Sin.shared.name: Notation(forward: "sin {a}", reverse: ["{u} · cos {a}"]),
    Cos.shared.name: Notation(forward: "cos {a}", reverse: ["−{u} · sin {a}"]),
    "sum": Notation(forward: "Σ {a}", reverse: ["{u}"]),
    // Winners that are equal share.
    "maximum": Notation(forward: "max {a}", reverse: ["{u} · [{a} = {y}] / Σ[{a} = {y}]"]),
  ].merging(Notation.functions) { first, _ in first }

  /// The notation of an operation; one in words where the table has none.
  static func of(_ operation: any Operation, inputCount: Int) -> Notation {
    if let power = operation as? Power { return Notation.power(power.exponent) }
    if let gamma = operation as? Polygamma, gamma.order == 0 {
      return Notation(forward: "digamma {a}", reverse: ["{u} · trigamma {a}"])
    }
    if let known = table[operation.name] { return known }
    let letters = ["{a}", "{b}", "{c}"].prefix(inputCount)
    return Notation(
      forward: "\(operation.name)(\(letters.joined(separator: ", ")))",
      reverse: letters.map { "{u} · ∂{y}/∂\($0)" })
  }

  private static func power(_ exponent: Int) -> Notation {
    func raised(_ exponent: Int) -> String {
      exponent == 1 ? "{a}" : "{a}" + NumberText.superscripted(exponent)
    }
    let factor = exponent < 0 ? "(\(exponent))" : String(exponent)
    let slope =
      switch exponent {
      case 0: "{u} · 0"
      case 1: "{u}"
      default: "{u} · \(factor) · \(raised(exponent - 1))"
      }
    return Notation(
      forward: "{a}" + NumberText.superscripted(exponent), reverse: [slope])
  }

  /// A template with names for its letters.
  static func filled(
    _ template: String, inputs: [String], output: String, adjoint: String
  ) -> String {
    var result = ""
    var rest = Substring(template)
    while let open = rest.firstIndex(of: "{") {
      result += rest[..<open]
      let letter = rest.index(after: open)
      switch rest[letter] {
      case "a": result += inputs[0]
      case "b": result += inputs[1]
      case "c": result += inputs[2]
      case "y": result += output
      default: result += adjoint
      }
      rest = rest[rest.index(letter, offsetBy: 2)...]
    }
    return result + rest
  }
}

/// What a row or a constant is called: in plain letters, and as a lecture writes it.
struct RowName {
  let plain: String
  let written: String
  let adjoint: String

  /// A name that the text gives.
  init(given name: String) {
    plain = name
    written = name
    adjoint = RowName.barred(name)
  }

  /// v with a number.
  init(number: Int) {
    plain = "v\(number)"
    written = "v" + NumberText.subscripted(number)
    adjoint = RowName.barred(written)
  }

  init(constant value: Trace.Numbers) {
    let text = value.text
    plain = text
    written = !value.isVector && value.number < 0 ? "(\(text))" : text
    adjoint = ""
  }

  /// The first letter under a combining macron.
  private static func barred(_ name: String) -> String {
    String(name.prefix(1)) + "\u{304}" + name.dropFirst()
  }
}
