import AdjointComparison

extension Session {
  /// Trains on Fashion-MNIST until a share of what is held back is right, with other random numbers in every round.
  func compareTrainings() throws {
    var found: [TrainingTime] = []
    for round in 0..<settings.trainings {
      let turns = (["adjoint"] + trainingPeers).flatMap { name in
        Set([processors, 1]).sorted(by: >).map { (name, $0) }
      }
      for (name, threads) in round % 2 == 0 ? turns : turns.reversed() {
        if let time = try train(name, threads, seed: round) { found.append(time) }
      }
    }
    let comparison = TrainingComparison(found, accuracy: settings.accuracy)
    print(comparison.table.joined(separator: "\n"))
  }

  /// The ways of PyTorch that were asked for; compiled, it has both memory formats too.
  private var trainingPeers: [String] {
    guard hasPeers else { return [] }
    let names = settings.frameworks.filter { $0.hasPrefix("torch") }
    return names + (names.contains("torch-compile") ? ["torch-compile-cl"] : [])
  }

  private func train(_ name: String, _ threads: Int, seed: Int) throws -> TrainingTime? {
    let ours = [
      settings.program, "train", "fashion-mnist", "--quiet", "--json", "--force", "--out",
      settings.folder + "/training",
    ]
    let peer = [
      settings.python, "Benchmarks/peers/torch_training.py", "--framework", name, "--until",
      "\(settings.accuracy)",
    ]
    let words = name == "adjoint" ? ours : peer
    let child = try Child(
      words + ["--threads", "\(threads)", "--seed", "\(seed)"],
      errorFile: settings.folder + "/errors.txt")
    let line = child.output.split(separator: "\n").last.map { String($0) } ?? ""
    let time = TrainingTime(line: line, name: name, threads: threads, started: child.started)
    let label = "seed \(seed): \(name), \(threads) processors"
    guard child.status == 0, let time else {
      let reason = child.errors.split(separator: "\n").last ?? "status \(child.status)"
      note("\(label): failed: \(reason)")
      return nil
    }
    note(
      "\(label): \(time.reaching(settings.accuracy).map { "\($0.seconds) s, epoch \($0.epoch)" } ?? "never")"
    )
    return time
  }
}
