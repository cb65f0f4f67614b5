import Adjoint

extension Command {
  static let tune = Command(
    name: "tune",
    summary: "Tries settings of a training, and ranks them by how well they do on held-back data.",
    operands: "DATA SETTING=VALUES [SETTING=VALUES ...]",
    options: [
      Option(name: "--strategy", value: "NAME", summary: "random, grid or halving (random)"),
      Option(name: "--trials", value: "N", summary: "how many to try, for random and halving (12)"),
      Option(name: "--epochs", value: "N", summary: "epochs a trial (5)"),
      Option(name: "--seed", value: "N", summary: "what the random numbers start from (0)"),
      Option(name: "--threads", value: "N", summary: "how many threads (one a processor)"),
      Option(name: "--device", value: "cpu|reference", summary: "where to compute (cpu)"),
      Option(name: "--config", value: "FILE", summary: "options of the trainings, from JSON"),
      Option(name: "--out", value: "DIR", summary: "where its files go (runs/tune-NAME-N)"),
      Option(name: "--resume", summary: "goes on with the trials in --out"),
      Option(name: "--json", summary: "a last line of JSON"),
    ],
    details: [
      "A setting is an option of train without its dashes. Values are a list, or a range of numbers:",
      "",
      "  adjoint tune fashion-mnist optimizer=adam,sgd learning-rate=0.0005..0.05 batch=32,64,128",
      "",
      "A range whose ends lie more than ten times apart is drawn from by its logarithm; a grid takes",
      "five values of it. halving trains all for a few epochs, and the better half for twice as many,",
      "until one is left. The test set is never read.",
    ],
    run: { arguments in try TuneRun(arguments).run() })
}

/// The trials of a tuning, and what came of them.
struct TuneRun {
  private let data: String
  private let settings: [TuneSetting]
  private let strategy: String
  private let trials: Int
  private let epochs: Int
  private let seed: Int
  private let arguments: Arguments
  private let device: ComputeDevice
  /// The options of `--config` that the trainings take.
  private let configuration: [JSON.Member]

  init(_ arguments: Arguments) throws {
    guard let data = arguments.operands.first else {
      throw CommandError.usage(
        "tune takes data and settings; write adjoint tune fashion-mnist learning-rate=0.0005..0.05")
    }
    self.data = data
    settings = try arguments.operands.dropFirst().map { try TuneSetting($0) }
    guard !settings.isEmpty else {
      throw CommandError.usage(
        "tune needs a setting to try; write adjoint tune \(TrainOptions.quoted(data)) learning-rate=0.0005..0.05"
      )
    }
    let names = settings.map { $0.name }
    if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
      throw CommandError.usage("tune: \(twice) is given twice")
    }
    var arguments = arguments
    configuration = try TuneRun.configuration(&arguments)
    strategy = try arguments.word("--strategy", among: ["random", "grid", "halving"]) ?? "random"
    trials = try arguments.integer("--trials", in: 1...10_000) ?? 12
    epochs = try arguments.integer("--epochs", in: 1...100_000) ?? 5
    seed = try arguments.integer("--seed", in: 0...(1 << 31)) ?? 0
    if arguments.has("--resume"), !arguments.has("--out") {
      throw CommandError.usage("tune: --resume needs the folder; write --resume --out DIR")
    }
    for setting in settings { try setting.check() }
    self.arguments = arguments
    device = try ComputeDevice.use(arguments)
    // Every value is checked before anything is trained.
    for setting in settings {
      for value in setting.gridValues {
        _ = try options(TuneChoice([(setting.name, value)]), epochs: epochs)
      }
    }
  }

  /// What a configuration says: options that tune has too count for it, unless the line says otherwise; those of a
  /// single run are no part of a trial.
  private static func configuration(_ arguments: inout Arguments) throws -> [JSON.Member] {
    guard let file = arguments.text("--config") else { return [] }
    let json = try JSON(parsing: try InputFile.text(file), source: file)
    guard let members = json.members else {
      throw CommandError.failure("\(file): is no JSON object of options")
    }
    let trials = members.filter {
      $0.name != "data" && !TrainOptions.ownOfALine.contains("--" + $0.name)
    }
    let shared = ["epochs", "seed", "threads", "device"]
    try arguments.fill(.object(trials.filter { shared.contains($0.name) }), from: file)
    return trials
  }

  /// What results depend on, but for the choice: others are not to be mixed with them.
  private var conditions: JSON {
    let shared = ["data", "epochs", "seed", "threads", "device"]
    let own = configuration.filter { !shared.contains($0.name) }
      .sorted { $0.name < $1.name }
    return [
      "data": .string(data), "epochs": .integer(epochs), "seed": .integer(seed),
      "device": .string(device.name),
      "settings": .string(settings.map { $0.word }.sorted().joined(separator: " ")),
      "options": .string(
        own.map { "\($0.name)=\($0.value.string ?? $0.value.description)" }
          .joined(separator: " ")),
    ]
  }

  func run() throws {
    let choices = strategy == "grid" ? try grid() : drawn()
    let loaded = try DataChoice.load(try options(choices[0], epochs: epochs))
    let folder =
      try arguments.text("--out").map { try RunFolder.existing($0) }
      ?? RunFolder.next(for: "tune-" + loaded.name)
    let record = try TuneRecord(
      folder, of: conditions, resumes: arguments.has("--resume"))
    for note in loaded.notes { print(note) }
    do {
      try run(choices, record, folder)
    } catch CommandError.interrupted {
      throw CommandError.interrupted(interruption(record, folder))
    }
  }

  private func interruption(_ record: TuneRecord, _ folder: RunFolder) -> String {
    let known = arguments.json(without: ["--out", "--resume", "--force"]).members
    let words = TrainOptions.words((known ?? []).filter { $0.name != "data" })
    let operands = arguments.operands.map { TrainOptions.quoted($0) }
    let line = (["adjoint", "tune"] + operands + words).joined(separator: " ")
    return
      "stopped after \(counted(record.results.count, "trial")), which are saved; go on with: \(line) --resume --out \(TrainOptions.quoted(folder.path))"
  }

  private func run(_ choices: [TuneChoice], _ record: TuneRecord, _ folder: RunFolder) throws {
    print("\(counted(choices.count, "trial")) by \(strategy), files go to \(folder.path)")
    var results: [TuneResult] = []
    if strategy == "halving" {
      var (rest, budget) = (choices, 1)
      while true {
        results = try rest.map { try trial($0, epochs: budget, record) }.sorted { $0.isBetter($1) }
        guard results.count > 1, budget < epochs else { break }
        rest = results.prefix((results.count + 1) / 2).map { $0.choice }
        budget = min(budget * 2, epochs)
      }
    } else {
      results = try choices.map { try trial($0, epochs: epochs, record) }
        .sorted { $0.isBetter($1) }
    }
    try show(results, record)
    if arguments.has("--json"), let best = results.first { print(best.json.text()) }
  }

  private func trial(
    _ choice: TuneChoice, epochs: Int, _ record: TuneRecord
  ) throws -> TuneResult {
    if let known = record.result(choice, epochs: epochs) { return known }
    let options = try options(choice, epochs: epochs)
    let (score, name, isBetterWhenHigher) = try TrainRun(options).score()
    let result = TuneResult(
      choice: choice, epochs: epochs, score: score, metric: name,
      isBetterWhenHigher: isBetterWhenHigher)
    try record.add(result)
    print("\(choice.text)  \(name) \(NumberText.fixed(score, places: 4))  epochs \(epochs)")
    _ = Process.flushOutput()
    return result
  }

  /// The options of one trial's training.
  private func options(_ choice: TuneChoice, epochs: Int) throws -> TrainOptions {
    var words = Arguments(of: .train)
    let fixed: [JSON.Member] = [
      JSON.Member("data", .array([.string(data)])), JSON.Member("quiet", .bool(true)),
      JSON.Member("seed", .integer(seed)), JSON.Member("epochs", .integer(epochs)),
      JSON.Member("threads", .integer(device.threads)),
      JSON.Member("device", .string(device.name)),
    ]
    let chosen = choice.values.map { JSON.Member($0.name, .string($0.value)) }
    let names = Set(chosen.map { $0.name })
    try words.fill(
      .object(chosen + fixed.filter { !names.contains($0.name) }), from: "tune")
    if let file = arguments.text("--config") {
      try words.fill(.object(configuration), from: file)
    }
    var options = try TrainOptions(words)
    // A trial is of the settings it is given.
    options.searchesModel = false
    return options
  }

  private func drawn() -> [TuneChoice] {
    let key = RandomKey(seed)
    var seen: Set<String> = []
    return (0..<trials).map { trial in
      TuneChoice(
        settings.enumerated().map { place, setting in
          let bits = key.bits(at: trial * settings.count + place) >> 11
          return (setting.name, setting.value(at: Double(bits) * 0x1p-53))
        })
    }.filter { seen.insert($0.text).inserted }
  }

  private func grid() throws -> [TuneChoice] {
    let count = settings.reduce(1) { $0 * $1.gridValues.count }
    guard count <= 10_000 else {
      throw CommandError.usage("tune: the grid has \(count) trials; give fewer values")
    }
    return settings.reduce([TuneChoice([])]) { choices, setting in
      choices.flatMap { choice in
        setting.gridValues.map { TuneChoice(choice.values + [(setting.name, $0)]) }
      }
    }
  }

  /// The line that trains as the best trial was trained, with all of its options.
  private func command(_ best: TuneResult) throws -> String {
    let fixed = ["data", "quiet", "threads", "device"].filter { !arguments.has("--" + $0) }
    let given = try options(best.choice, epochs: best.epochs).given.members ?? []
    let words = TrainOptions.words(given.filter { !fixed.contains($0.name) })
    return (["adjoint", "train", TrainOptions.quoted(data)] + words).joined(separator: " ")
  }

  private func show(_ results: [TuneResult], _ record: TuneRecord) throws {
    guard let first = results.first else { return }
    var table = TextTable([.right, .right] + settings.map { _ in .left })
    table.add(["", first.metric] + settings.map { $0.name })
    for (rank, result) in results.enumerated() {
      table.add(
        [String(rank + 1), NumberText.fixed(result.score, places: 4)]
          + result.choice.values.map { $0.value })
    }
    print("")
    for line in table.lines { print(line) }
    let scores = record.results.enumerated().map { (x: Double($0 + 1), y: $1.score) }
    let best = scores.indices.map { place -> (x: Double, y: Double) in
      let sofar = scores[...place].map { $0.y }
      let value = first.isBetterWhenHigher ? sofar.max() : sofar.min()
      return (scores[place].x, value ?? 0)
    }
    let plot = TerminalPlot(
      series: [ChartSeries(name: "best", values: best)], xName: "trial")
    // Where none was better than the first there is no way to draw.
    let hasRisen = best.contains { $0.y != best[0].y }
    if hasRisen, !plot.lines.isEmpty { print("\nbest \(first.metric) so far") }
    for line in hasRisen ? plot.lines : [] { print(line) }
    print("\n" + (try command(first)))
  }
}
