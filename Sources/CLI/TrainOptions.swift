import Adjoint

/// A training as the command line asks for it. What is nil is chosen to fit the data.
struct TrainOptions {
  let data: [String]
  let model: String?
  let epochs: Int?
  let batch: Int?
  let optimizer: String?
  let learningRate: Double?
  let momentum: Double?
  let schedule: String?
  let loss: String?
  let activation: String?
  let l1: Double
  let l2: Double
  /// How long the gradients may be, all together.
  let clip: Double?
  let task: LearningTask?
  let target: String?
  let features: [String]?
  let noise: Double?
  let test: String?
  /// The share held back to watch, where one is asked for.
  let givenValidation: Double?
  let seed: Int
  let precision: ElementType
  /// In what products and convolutions are computed.
  let products: Precision
  let device: ComputeDevice
  let out: String?
  let resumes: Bool
  let force: Bool
  let isQuiet: Bool
  let isJSON: Bool
  /// All that was given, as it was given.
  let given: JSON
  /// Whether the choice of a model may be made by trying some.
  var searchesModel: Bool

  private let line: Arguments

  /// Options that a configuration does not hold: they belong to one run of the command.
  static let ownOfALine = ["--config", "--out", "--resume", "--force", "--quiet", "--json"]

  /// Options of which any says how to train, so that no model is searched for.
  private static let ofTraining = [
    "--model", "--epochs", "--batch", "--optimizer", "--learning-rate", "--momentum", "--schedule",
    "--loss", "--activation", "--l1", "--l2", "--clip",
  ]

  /// Reads a line; the device is made the one in use, unless it is there already.
  init(_ line: Arguments, device: ComputeDevice? = nil) throws {
    var arguments = line
    if let file = arguments.text("--config") {
      try arguments.fill(try JSON(parsing: try InputFile.text(file), source: file), from: file)
    }
    resumes = arguments.has("--resume")
    out = arguments.text("--out")
    if resumes {
      guard let out else {
        throw CommandError.usage(
          "train: --resume needs the run's folder; write --resume --out runs/NAME-N")
      }
      let file = RunFolder(path: out).config
      try arguments.fill(try JSON(parsing: try InputFile.text(file), source: file), from: file)
    }
    data = arguments.operands
    guard !data.isEmpty else {
      throw CommandError.usage("train takes a data set; write adjoint train fashion-mnist")
    }
    model = try arguments.word("--model", among: ModelCatalogue.names)
    epochs = try arguments.integer("--epochs", in: 1...100_000)
    batch = try arguments.integer("--batch", in: 1...1_000_000)
    optimizer = try arguments.word("--optimizer", among: OptimizerChoice.names)
    learningRate = try arguments.number("--learning-rate", in: 0...1e9)
    momentum = try arguments.number("--momentum", in: 0...0.999999)
    schedule = try arguments.word("--schedule", among: ScheduleChoice.names)
    loss = try arguments.word("--loss", among: LossChoice.names)
    activation = try arguments.word("--activation", among: Activations.names)
    l1 = try arguments.number("--l1", in: 0...1e6) ?? 0
    l2 = try arguments.number("--l2", in: 0...1e6) ?? 0
    clip = try arguments.number("--clip", in: 1e-9...1e9)
    task = try arguments.word("--task", among: ["classification", "regression"])
      .flatMap { LearningTask(rawValue: $0) }
    target = arguments.text("--target")
    features = arguments.text("--features").map { list in
      list.split(separator: ",").map { String($0) }
    }
    noise = try arguments.number("--noise", in: 0...1)
    test = arguments.text("--test")
    givenValidation = try arguments.number("--validation", in: 0...0.9)
    seed = try arguments.integer("--seed", in: 0...(1 << 31)) ?? 0
    let word = try arguments.word("--precision", among: ["float32", "float64", "bf16"])
    precision = word == "float64" ? .float64 : .float32
    products = word == "bf16" ? .bfloat16 : .float32
    force = arguments.has("--force")
    isQuiet = arguments.has("--quiet")
    isJSON = arguments.has("--json")
    given = arguments.json(without: TrainOptions.ownOfALine)
    searchesModel = !TrainOptions.ofTraining.contains { arguments.has($0) }
    self.line = arguments
    if force, resumes {
      throw CommandError.usage("train: --force replaces a run and --resume goes on with it; choose")
    }
    self.device = try device ?? ComputeDevice.use(arguments)
  }
}

extension TrainOptions {
  var validation: Double { givenValidation ?? 0.1 }

  /// The same with further options, where they are not given.
  func adding(_ members: [JSON.Member]) throws -> TrainOptions {
    var arguments = line
    try arguments.fill(.object(members), from: "train")
    return try TrainOptions(arguments, device: device)
  }

  /// A line that asks for the same run.
  var command: String {
    let words = TrainOptions.words((given.members ?? []).filter { $0.name != "data" })
    return (["adjoint", "train"] + data.map { TrainOptions.quoted($0) } + words)
      .joined(separator: " ")
  }

  /// Options as a line gives them.
  static func words(_ members: [JSON.Member]) -> [String] {
    members.flatMap { member in
      ["--" + member.name] + (member.value.string.map { [quoted($0)] } ?? [])
    }
  }

  /// A word as a shell takes it.
  static func quoted(_ word: String) -> String {
    let plain = word.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        || "-_./,=+:".utf8.contains(byte)
    }
    if plain, !word.isEmpty { return word }
    return "'"
      + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
      + "'"
  }
}

/// Files that options name.
enum InputFile {
  static func text(_ path: String) throws -> String {
    let bytes = try FileBytes.read(path)
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw DataError(path, "is not text in UTF-8")
    }
    return text
  }
}
