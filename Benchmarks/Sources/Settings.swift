import Glibc

/// What is wrong, in one line.
struct Problem: Error {
  let text: String
  /// Whether the command line is at fault.
  var isUsage = false
}

/// What the command line asks for.
struct Settings {
  var rounds = 3
  var seconds = 2.0
  var workloads = ["tiny", "mlp", "mlp-wide", "lenet", "resnet20", "gpt"]
  var frameworks = ["torch", "torch-cl", "torch-compile", "jax"]
  var sweeps = ["depth", "width", "batch", "threads"]
  /// How often each trains on Fashion-MNIST until `accuracy`; 0 leaves it out, and anything else leaves the rest out.
  var trainings = 0
  /// The share of the pictures held back that is to be right.
  let accuracy = 0.9
  /// Further ways of ours, each the options of one.
  var also: [[String]] = []
  var folder = ".build/bench"
  var program = ".build/release/adjoint"
  var python: String

  static let usage = """
    usage: benchmarks [--rounds N] [--seconds S] [--workloads NAME,...|none] [--frameworks NAME,...|none]
                      (of inference: --workloads resnet50,encoder --frameworks onnx)
                      [--sweeps depth,width,batch,threads|none] [--also "OPTIONS OF adjoint bench"]... [--out FOLDER]
                      [--program PATH OF adjoint]
           benchmarks --trainings N [--frameworks NAME,...|none] [--out FOLDER] [--program PATH OF adjoint]
    """

  init(_ words: [String]) throws {
    let venv = getenv("PEERS_VENV").map { String(cString: $0) } ?? ".build/peers"
    python = venv + "/bin/python"
    var rest = words[...]
    while let option = rest.popFirst() {
      if option == "--help" {
        print(Settings.usage)
        exit(0)
      }
      guard Settings.options.contains(option) else {
        throw Settings.wrong("there is no option '\(option)'; --help lists them")
      }
      guard let value = rest.popFirst() else { throw Settings.wrong("\(option) needs a value") }
      try take(option, value)
    }
  }

  private static let options = [
    "--rounds", "--seconds", "--workloads", "--frameworks", "--sweeps", "--also", "--out",
    "--program", "--trainings",
  ]

  private static func wrong(_ text: String) -> Problem { Problem(text: text, isUsage: true) }

  private mutating func take(_ option: String, _ value: String) throws {
    switch option {
    case "--rounds":
      guard let number = Int(value), number > 0 else {
        throw Settings.wrong("--rounds is a whole number from 1, not '\(value)'")
      }
      rounds = number
    case "--seconds":
      guard let number = Double(value), number > 0, number <= 3600 else {
        throw Settings.wrong("--seconds is a number up to 3600, not '\(value)'")
      }
      seconds = number
    case "--workloads":
      workloads = try Settings.list(option, value, among: workloads + Session.inference)
    case "--frameworks": frameworks = try Settings.list(option, value, among: frameworks + ["onnx"])
    case "--sweeps": sweeps = try Settings.list(option, value, among: sweeps)
    case "--also": also.append(value.split(separator: " ").map { String($0) })
    case "--program": program = value
    case "--trainings":
      guard let number = Int(value), number > 0 else {
        throw Settings.wrong("--trainings is a whole number from 1, not '\(value)'")
      }
      trainings = number
    default: folder = value
    }
  }

  private static func list(
    _ option: String, _ value: String, among known: [String]
  ) throws -> [String] {
    guard value != "none" else { return [] }
    let names = value.split(separator: ",").map { String($0) }
    if let stranger = names.first(where: { !known.contains($0) }) {
      throw wrong("\(option) knows no '\(stranger)'; there are \(known.joined(separator: ", "))")
    }
    return names
  }
}
