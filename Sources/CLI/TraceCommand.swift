import Adjoint

extension Command {
  static let trace = Command(
    name: "trace",
    summary: "Computes and differentiates an expression step by step, as on a blackboard.",
    operands: "EXPRESSION [NAME=VALUE ...]",
    options: [
      Option(name: "--no-share", summary: "compute equal subexpressions where they are written"),
      Option(name: "--json", summary: "one line of JSON; NaN and infinities are null"),
    ],
    details: [
      "An expression has numbers, names, + - * / ^ ( ) and the functions"
    ] + lines(of: Trace.functionNames) + [
      "pi and e are constants unless given a value. Pieces between semicolons name intermediate",
      "values; the last piece is the value. max and min also take two values, pow, atan2, hypot,",
      "mod (of the second's sign) and floorDivide always do:",
      "",
      "  adjoint trace \"ln(x1) + x1*x2 - sin(x2)\" x1=2 x2=5",
      "  adjoint trace \"a = x^2; b = exp(a); sqrt(a+b) + cos(a+b)\" x=pi/2",
      "",
      "Vectors are numbers in brackets, as values and in the expression. Operators and functions",
      "work element by element, a number with every element; sum, mean, max, softmax (exponentials",
      "by their sum) and dot(a, b) take vectors, and the last piece must be a number:",
      "",
      "  adjoint trace \"-ln(sigmoid(dot(w, x)))\" \"w=[0.5, -1.5, 2]\" \"x=[1, 2, 0.3]\"",
      "",
      "The local column has derivatives element by element. Where a number meets a vector its",
      "contributions are summed (Σ): there it is empty, in the JSON null.",
      "",
      "Before an expression that begins with two minus signs write --.",
      "In the JSON, steps are the rows from the inputs on; reverse has every contribution in the",
      "order of the walk, beginning after the last row's own adjoint, which is 1. Vectors are",
      "arrays.",
    ],
    run: { arguments in
      guard let expression = arguments.operands.first else {
        throw CommandError.usage(
          "trace needs an expression; write adjoint trace \"x^2 + sin(x)\" x=2")
      }
      let values = try bindings(arguments.operands.dropFirst())
      do {
        let trace = try Trace(expression, at: values, share: !arguments.has("--no-share"))
        print(arguments.has("--json") ? trace.json : trace.description)
      } catch let error as TraceError {
        throw CommandError.usage("trace: \(error)")
      }
    })

  /// Words with commas between them, in lines that fit a terminal.
  private static func lines(of words: [String]) -> [String] {
    var lines = [" "]
    for (place, word) in words.enumerated() {
      let part = " " + word + (place == words.count - 1 ? "." : ",")
      if lines[lines.count - 1].count + part.count > 90 { lines.append(" ") }
      lines[lines.count - 1] += part
    }
    return lines
  }

  private static func bindings(_ words: ArraySlice<String>) throws -> [String: Trace.Numbers] {
    var values: [String: Trace.Numbers] = [:]
    for word in words {
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, Trace.isVariableName(String(parts[0])) else {
        throw CommandError.usage(
          "trace: \(Suggestion.quoted(word)) is not NAME=VALUE; write the expression as one word "
            + "in quotes, then x=2")
      }
      let name = String(parts[0])
      guard values[name] == nil else {
        throw CommandError.usage("trace: \(Suggestion.quoted(name)) is given two values")
      }
      values[name] = try value(of: name, String(parts[1]))
    }
    return values
  }

  private static func value(of name: String, _ text: String) throws -> Trace.Numbers {
    do {
      return try Trace.numbers(text)
    } catch {
      let start = "trace: the value of \(Suggestion.quoted(name)), \(Suggestion.quoted(text)), "
      // Only a vector is long enough for a place in it to help.
      guard text.contains("["), let error = error as? TraceError else {
        throw CommandError.usage(
          start + "is not a number; write one such as 2.5, 1e-3 or pi/2")
      }
      throw CommandError.usage(start + "is not a vector: \(error)")
    }
  }
}
