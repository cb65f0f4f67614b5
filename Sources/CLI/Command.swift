/// An option of a command.
struct Option: Sendable {
  /// With its dashes.
  let name: String
  /// What the value is called in the help; nil where the option takes none.
  var value: String?
  let summary: String
}

/// A command: what the help says of it, and what it does.
struct Command: Sendable {
  let name: String
  let summary: String
  /// What follows the name, but for options.
  var operands = ""
  var options: [Option] = []
  /// Further lines of its help.
  var details: [String] = []
  let run: @Sendable (Arguments) throws -> Void

  static var all: [Command] {
    [.train, .evaluate, .predict, .inspect, .generate, .tune, .trace, .bench, .doctor]
  }
}

/// The text of the help.
enum Help {
  static var overview: String {
    var lines = ["adjoint: deep learning as one lazy graph", "", "usage: adjoint COMMAND ...", ""]
    var rows = Command.all.map { ("  " + $0.name, $0.summary) }
    rows.append(("  help COMMAND", "what a command takes"))
    rows.append(("  --version", "the version"))
    lines += aligned(rows)
    lines += ["", "exit status: 0 done, 1 failed, 2 the command line is wrong"]
    return lines.joined(separator: "\n")
  }

  static func text(of command: Command) -> String {
    let operands = command.operands.isEmpty ? "" : " " + command.operands
    let options = command.options.map { " [\(label($0))]" }.joined()
    var lines = ["usage: adjoint \(command.name)\(operands)\(options)", "", command.summary]
    if !command.details.isEmpty { lines += [""] + command.details }
    if !command.options.isEmpty {
      lines += ["", "options:"] + aligned(command.options.map { ("  " + label($0), $0.summary) })
    }
    return lines.joined(separator: "\n")
  }

  private static func label(_ option: Option) -> String {
    option.value.map { option.name + " " + $0 } ?? option.name
  }

  private static func aligned(_ rows: [(String, String)]) -> [String] {
    let width = rows.map { $0.0.count }.max() ?? 0
    return rows.map { $0 + String(repeating: " ", count: width - $0.count + 2) + $1 }
  }
}
