import AdjointData
import AdjointFormats
import AdjointGraph
import AdjointNN
import AdjointOptim
import AdjointRuntime

/// A training as a file: weights, statistics, the optimizer's memory, the place in the data, the history, the best
/// model. A run that is taken up from it gives the bits that it would have given undisturbed.
public enum Checkpoint {
  /// What the metadata call the part that is no tensor.
  static let entry = "adjoint.training"
  /// Other versions are refused.
  static let version = 1
  /// What the optimizer's tensors are called by.
  static let prefix = "optimizer."
}

extension Trainer {
  /// Writes all that is needed to go on from here: whole, or not at all.
  public func saveCheckpoint(to path: String) throws {
    let state = captureState()
    var tensors = named("model.", state.model)
    tensors += state.optimizer.tensors.map { (Checkpoint.prefix + $0.name, $0.value) }
    tensors += state.sums.enumerated().map { ("sums.\($0)", $1) }
    if let best = state.best { tensors += named("best.", best.values) }
    for (parameter, mask) in masks?.entries ?? [] {
      tensors.append(("mask." + parameter.name, mask))
    }
    let text = describe(state).text()
    try Safetensors(tensors, metadata: [(Checkpoint.entry, text)]).write(to: path)
  }

  private func named(_ prefix: String, _ values: [Tensor]) -> [(name: String, tensor: Tensor)] {
    zip(cells, values).map { (prefix + $0.name, $1) }
  }

  private func describe(_ state: TrainingState) -> JSON {
    [
      "version": .integer(Checkpoint.version),
      "device": .string(Devices.current.name),
      "deviceSettings": .string(String(Devices.current.identity)),
      "data": plan.map { .string("\($0)") } ?? .null,
      "epoch": .integer(state.history.count),
      "step": .integer(state.position.step),
      "lossSum": .number(state.position.lossSum),
      "examples": .integer(state.position.examples),
      "seed": .integer(optimizer.seed),
      "optimizer": .object(
        state.optimizer.counts.map { JSON.Member($0.name, .integer($0.value)) }),
      "history": .array(state.history.map { JSON($0) }),
      "best": state.best.map { ["epoch": .integer($0.epoch), "value": .number($0.value)] } ?? .null,
    ]
  }

  /// Goes on from a checkpoint: `fit` with the same data then takes the steps that were left. What does not fit this
  /// model, optimizer or data is refused, and nothing has changed.
  public func resume(from path: String, training: Loader? = nil) throws {
    let file = try Safetensors(reading: path)
    guard let text = file.text(Checkpoint.entry) else {
      throw FormatError(path, "holds tensors, but is no checkpoint of a training")
    }
    let reader = CheckpointReader(
      path, file, try JSON(parsing: text, source: "the checkpoint \(path)"))
    try reader.check(training?.plan)
    let state = try reader.state(for: self)
    guard let seed = reader.facts["seed"]?.integer else {
      throw FormatError(path, "is a damaged checkpoint: seed is missing or wrong")
    }
    do { try restore(state) } catch {
      throw FormatError(path, "is a checkpoint of another optimizer: \(error)")
    }
    optimizer.seed = seed
    if let remark = reader.remark { remarks.append(remark) }
    if let found = try reader.masks(for: self) { masks = found }
  }
}

/// Takes a state out of a file's content.
private struct CheckpointReader {
  let path: String
  let facts: JSON
  private let tensors: [String: Tensor]

  init(_ path: String, _ file: Safetensors, _ facts: JSON) {
    self.path = path
    self.facts = facts
    tensors = Dictionary(uniqueKeysWithValues: file.tensors.map { ($0.name, $0.tensor) })
  }

  private func wrong(_ problem: String) -> FormatError { FormatError(path, problem) }

  func check(_ plan: BatchPlan?) throws {
    let version = try integer("version")
    guard version == Checkpoint.version else {
      throw wrong(
        "is a checkpoint of version \(version); this program reads \(Checkpoint.version)")
    }
    if let plan, let known = facts["data"], known != .null, known.string != "\(plan)" {
      let differences = CheckpointReader.differences(known.string ?? "", "\(plan)")
      throw wrong("belongs to other data or batches: \(differences)")
    }
  }

  /// What two descriptions of an order of batches, `BatchPlan(count: 9, batchSize: 3, …)`, differ in.
  private static func differences(_ before: String, _ now: String) -> String {
    func parts(_ text: String) -> [(name: Substring, value: Substring)] {
      text.drop { $0 != "(" }.dropFirst().dropLast().split(separator: ",").map { part in
        let words = part.drop { $0 == " " }.split(separator: ":", maxSplits: 1)
        return (words.first ?? "", words.last?.drop { $0 == " " } ?? "")
      }
    }
    let names = ["count": "number of examples", "batchSize": "batch"]
    let all = zip(parts(before), parts(now)).filter { $0.value != $1.value }.map {
      "the \(names[String($1.name)] ?? String($1.name)) was \($0.value), now \($1.value)"
    }
    return all.isEmpty ? "\(before) then, \(now) now" : all.joined(separator: "; ")
  }

  /// Other threads add in another order: nothing wrong, but other bits.
  var remark: String? {
    let now = Devices.current
    guard
      facts["device"]?.string != now.name
        || facts["deviceSettings"]?.string != String(now.identity)
    else { return nil }
    return
      "The checkpoint \(path) was written on another device or with another number of threads: the run goes on, but its last digits may differ."
  }

  func integer(_ name: String) throws -> Int {
    guard let number = facts[name]?.integer, number >= 0 else { throw damaged(name) }
    return number
  }

  private func damaged(_ name: String) -> FormatError {
    wrong("is a damaged checkpoint: \(name) is missing or wrong")
  }

  private func value(_ name: String, like cell: Cell) throws -> Tensor {
    guard let tensor = tensors[name] else {
      throw wrong("is a checkpoint of another model or optimizer: it has no \(name)")
    }
    guard tensor.type == cell.value.type else {
      throw wrong(
        "is a checkpoint of another model or optimizer: \(name) is \(tensor.element.name) \(tensor.shape.description) there, \(cell.value.element.name) \(cell.value.shape.description) here"
      )
    }
    return tensor
  }

  func state(for trainer: Trainer) throws -> TrainingState {
    let model = try trainer.cells.map { try value("model." + $0.name, like: $0) }
    let sums = try trainer.trainingSums.enumerated().map { try value("sums.\($0)", like: $1) }
    guard let lossSum = facts["lossSum"]?.double else { throw damaged("lossSum") }
    let history = try facts["history"]?.array?.map { item in
      guard let record = EpochRecord(item) else { throw damaged("history") }
      return record
    }
    guard let history, history.count == (try integer("epoch")) else { throw damaged("history") }
    return TrainingState(
      model: model,
      optimizer: try optimizerState(), sums: sums, history: history,
      position: EpochPosition(
        step: try integer("step"), lossSum: lossSum, examples: try integer("examples")),
      best: try best(for: trainer))
  }

  private func optimizerState() throws -> OptimizerState {
    guard case .object(let entries) = facts["optimizer"] else { throw damaged("optimizer") }
    let counts = try entries.map { entry in
      guard let count = entry.value.integer, count >= 0 else { throw damaged(entry.name) }
      return (name: entry.name, value: count)
    }
    let own = tensors.filter { $0.key.hasPrefix(Checkpoint.prefix) }.map {
      (name: String($0.key.dropFirst(Checkpoint.prefix.count)), value: $0.value)
    }
    return OptimizerState(tensors: own, counts: counts)
  }

  func masks(for trainer: Trainer) throws -> PruningMasks? {
    let entries = try trainer.optimizer.parameters.compactMap { parameter in
      let name = "mask." + parameter.name
      return tensors[name] == nil ? nil : (parameter, try value(name, like: parameter))
    }
    return entries.isEmpty ? nil : PruningMasks(entries)
  }

  private func best(for trainer: Trainer) throws -> BestModel? {
    guard let known = facts["best"], known != .null else { return nil }
    guard let epoch = known["epoch"]?.integer, let number = known["value"]?.double else {
      throw damaged("best")
    }
    return BestModel(
      epoch: epoch, value: number,
      values: try trainer.cells.map { try value("best." + $0.name, like: $0) })
  }
}
