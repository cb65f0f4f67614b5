import AdjointComparison
import Glibc

/// Runs ours and the peers in turns, and writes down what came out.
struct Session {
  let settings: Settings
  let processors = Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))
  let hasPeers: Bool

  /// One program with its options, without the workload.
  private struct Competitor {
    let name: String
    let words: [String]
    /// What of the words tells this way of it from others.
    var options: [String] = []
  }

  init(_ settings: Settings) throws {
    self.settings = settings
    guard access(settings.program, X_OK) == 0 else {
      throw Problem(text: "\(settings.program) is not there; make build makes it")
    }
    hasPeers = !settings.frameworks.isEmpty && access(settings.python, X_OK) == 0
    if !hasPeers, !settings.frameworks.isEmpty {
      note("No peers are set up (make bench-setup sets them up): ours alone.")
    }
  }

  func run() throws {
    try makeFolder()
    warnOfOthers()
    guard settings.trainings == 0 else { return try compareTrainings() }
    let timed = measureWorkloads()
    let comparison = Comparison(timed)
    if !timed.isEmpty { print(comparison.table.joined(separator: "\n")) }
    var all = timed
    for sweep in Sweep.all(processors: processors) where settings.sweeps.contains(sweep.name) {
      let measured = measure(sweep)
      print(([""] + sweep.table(measured)).joined(separator: "\n"))
      if sweep.name == "depth" { sayGrowth(sweep, measured) }
      try write(sweep.chart(measured), to: sweep.name + ".svg")
      all += measured
    }
    for chart in comparison.charts { try write(chart.svg, to: chart.file) }
    try write(Comparison(all).json(facts: facts) + "\n", to: "results.json")
    print("\nThe results and their pictures are in \(settings.folder).")
  }

  private var ours: [Competitor] {
    ([[]] + settings.also).map { options in
      Competitor(
        name: (["adjoint"] + options).joined(separator: " "),
        words: [settings.program, "bench"] + options + ["--json"], options: options)
    }
  }

  private var peers: [Competitor] {
    guard hasPeers else { return [] }
    return settings.frameworks.map { name in
      let file = name.hasPrefix("torch") ? "torch_peer.py" : "\(name)_peer.py"
      return Competitor(
        name: name,
        words: [settings.python, "Benchmarks/peers/" + file, "--framework", name])
    }
  }

  /// Every workload in every round by each in turn, every other round from the last to the first.
  private func measureWorkloads() -> [Measurement] {
    var found: [Measurement] = []
    var broken: Set<String> = []
    for round in 0..<settings.rounds {
      for workload in settings.workloads {
        let turns = (ours + peers).flatMap { one in
          Set([processors, 1]).sorted(by: >).map { (one, $0) }
        }
        for (one, threads) in round % 2 == 0 ? turns : turns.reversed() {
          guard canDo(one, workload) else { continue }
          let key = "\(one.name) \(workload)"
          guard !broken.contains(key) else { continue }
          let words = [workload, "--seconds", "\(settings.seconds)"]
          if let measurement = measure(one, words, threads, "round \(round + 1)") {
            found.append(measurement)
          } else {
            broken.insert(key)
          }
        }
      }
    }
    return found
  }

  /// The workloads of which the forward pass is timed, always replayed.
  static let inference = ["resnet50", "encoder"]

  private func canDo(_ one: Competitor, _ workload: String) -> Bool {
    let isInference = Session.inference.contains(workload)
    if one.name.hasPrefix("adjoint") { return !isInference || one.options.isEmpty }
    if isInference || one.name == "onnx" { return isInference && one.name == "onnx" }
    // Images are all that lies otherwise there.
    return one.name != "torch-cl" || ["lenet", "resnet20"].contains(workload)
  }

  private func measure(_ sweep: Sweep) -> [Measurement] {
    let naive = Competitor(name: "adjoint naive", words: ours[0].words + ["--naive"])
    var found: [Measurement] = []
    for one in ours + peers + (sweep.name == "depth" ? [naive] : [])
    where !["torch-cl", "onnx"].contains(one.name) {
      for sizes in sweep.sizes where Sweep.canDo(one.name, sizes) {
        let words = [
          "dense", "--depth", "\(sizes.depth)", "--width", "\(sizes.width)", "--batch",
          "\(sizes.batch)", "--seconds", "\(settings.seconds / 2)",
        ]
        // The naive way shows how it grows, not how fast it is, and takes long enough.
        let usual = one.name == naive.name ? [1] : Set([processors, 1]).sorted(by: >)
        let counts = sizes.threads.map { [$0] } ?? usual
        for threads in counts {
          guard let measurement = measure(one, words, threads, "by " + sweep.name) else { break }
          found.append(measurement)
        }
      }
    }
    return found
  }

  private func measure(
    _ one: Competitor, _ words: [String], _ threads: Int, _ occasion: String
  ) -> Measurement? {
    let all = one.words + words + ["--threads", "\(threads)"]
    let label = "\(occasion): \(one.name) \(words.joined(separator: " ")), \(threads) processors"
    do {
      let child = try Child(all, errorFile: settings.folder + "/errors.txt")
      let line = child.output.split(separator: "\n").last.map { String($0) } ?? ""
      let measurement = Measurement(
        line: line, threads: threads, options: one.options, started: child.started)
      guard child.status == 0, let measurement else {
        let reason = child.errors.split(separator: "\n").last ?? "status \(child.status)"
        note("\(label): failed: \(reason)")
        return nil
      }
      note("\(label): \(measurement.microseconds) µs")
      return measurement
    } catch {
      note("\(label): \((error as? Problem)?.text ?? "\(error)")")
      return nil
    }
  }

  private func sayGrowth(_ sweep: Sweep, _ measured: [Measurement]) {
    for one in ours + peers {
      guard let growth = sweep.growth(measured, of: one.name, from: 100, to: 10_000) else {
        continue
      }
      let text = (100 * growth).rounded() / 100
      print("\(one.name): a layer of 10,000 costs \(text) times what one of 100 costs")
    }
  }
}

extension Session {
  /// Figures taken while somebody else computes are worth little.
  private func warnOfOthers() {
    let load = text(of: "/proc/loadavg").split(separator: " ").first.flatMap { Double($0) } ?? 0
    guard load > 0.5 else { return }
    note("The machine has been busy (load \(load)): it should be left alone for these figures.")
  }

  private var facts: [String: String] {
    let model = text(of: "/proc/cpuinfo").split(separator: "\n")
      .first { $0.hasPrefix("model name") }?.split(separator: ":").last
    return [
      "processor": model.map { $0.drop { $0 == " " } }.map { String($0) } ?? "unknown",
      "processors": "\(processors)", "rounds": "\(settings.rounds)",
      "seconds": "\(settings.seconds)",
    ]
  }

  private func text(of path: String) -> String {
    guard let file = fopen(path, "r") else { return "" }
    defer { fclose(file) }
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count = fread(&buffer, 1, buffer.count, file)
    return String(decoding: buffer[..<count], as: UTF8.self)
  }

  private func makeFolder() throws {
    var path = settings.folder.hasPrefix("/") ? "/" : ""
    for part in settings.folder.split(separator: "/") {
      path += part + "/"
      guard mkdir(path, 0o755) == 0 || errno == EEXIST else {
        throw Problem(
          text: "the folder \(path) cannot be made: \(String(cString: strerror(errno)))")
      }
    }
  }

  func write(_ text: String, to name: String) throws {
    let path = settings.folder + "/" + name
    let file = fopen(path, "w")
    let bytes = Array(text.utf8)
    let written = file.map { fwrite(bytes, 1, bytes.count, $0) } ?? -1
    guard written == bytes.count, fclose(file) == 0 else {
      throw Problem(text: "\(path) cannot be written: \(String(cString: strerror(errno)))")
    }
  }
}
