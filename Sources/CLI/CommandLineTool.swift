import Adjoint

/// What may go wrong in a command.
enum CommandError: Error {
  /// The command line is wrong: what and what to do, in one line. Exit status 2.
  case usage(String)
  /// The command failed. Exit status 1.
  case failure(String)
  /// Somebody asked the command to end, and it saved what there was: how to go on. Exit status 130.
  case interrupted(String)
}

/// The command line: finds the command, runs it, and turns errors into one line and a status.
enum CommandLineTool {
  static let version = "0.1.0-dev"

  /// The exit status.
  static func run(_ words: [String]) -> Int32 {
    do {
      try dispatch(words)
      guard Process.flushOutput() else {
        throw CommandError.failure("the output could not be written; is the disk full?")
      }
      return 0
    } catch CommandError.usage(let message) {
      Process.complain("adjoint: " + message)
      return 2
    } catch CommandError.failure(let message) {
      Process.complain("adjoint: " + message)
      return 1
    } catch CommandError.interrupted(let message) {
      Process.complain("adjoint: " + message)
      return 130
    } catch let error as WeightsError {
      Process.complain("adjoint: " + error.line)
      return 1
    } catch {
      Process.complain("adjoint: \(error)")
      return 1
    }
  }

  private static func dispatch(_ words: [String]) throws {
    guard let first = words.first else { return print(Help.overview) }
    switch first {
    case "help": try help(Array(words.dropFirst()))
    case "--help", "-h": print(Help.overview)
    case "--version": print("adjoint " + version)
    default:
      let command = try command(named: first)
      let rest = Array(words.dropFirst())
      if rest.prefix(while: { $0 != "--" }).contains(where: { $0 == "--help" || $0 == "-h" }) {
        return print(Help.text(of: command))
      }
      try command.run(try Arguments(rest, of: command))
    }
  }

  private static func help(_ words: [String]) throws {
    guard let name = words.first else { return print(Help.overview) }
    guard words.count == 1 else {
      throw CommandError.usage("help takes one command; write adjoint help \(Command.all[0].name)")
    }
    if name == "help" { return print(Help.overview) }
    print(Help.text(of: try command(named: name)))
  }

  private static func command(named name: String) throws -> Command {
    if let command = Command.all.first(where: { $0.name == name }) { return command }
    let kind = name.hasPrefix("-") ? "option" : "command"
    let known = Command.all.map { $0.name } + ["help", "--version", "--help"]
    throw CommandError.usage(
      "unknown \(kind) \(Suggestion.quoted(name))" + Suggestion.hint(for: name, among: known)
        + "; adjoint help lists the commands")
  }
}
