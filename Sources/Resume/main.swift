// A training that may be killed at any moment: started again with the same checkpoint it goes on, and ends with the
// same weights. With dropout, augmentation by keys, batches made ahead, momentum, statistics, best-model keeping.
//
//     adjoint-resume CHECKPOINT [--stop-after STEPS] [--interval SECONDS] [--file-limit BYTES] [--epochs N] [--logs FOLDER]
import Adjoint
import AdjointGraph
import AdjointRuntime
import Glibc

/// A network that drops elements, by keys that it keeps itself, and takes a statistic.
struct DroppingNet: Module {
  let first = Linear(2, 64)
  let middle = Linear(64, 64)
  let last = Linear(64, 2)
  let mean = Cell(Tensor.zeros([64]))
  let key = Cell(RandomKey(5).operand)

  func forward(_ x: Tensor) -> Tensor {
    let inner = relu(first(x))
    let batchMean = inner.mean([0]).detached
    StepScope.record(mean) { $0 * 0.9 + batchMean * 0.1 }
    guard StepScope.isTraining else { return last(relu(middle(inner))) }
    StepScope.record(key) { $0.splitKey(1) }
    return last(dropout(relu(middle(inner)), probability: 0.3, key: key.value))
  }
}

/// Points moved a little by keys that follow from their places, made ahead by another thread.
struct MovingPoints: Dataset {
  let base: TensorDataset
  var count: Int { base.count }
  var isSlow: Bool { true }

  func batch(_ places: [Int]) throws -> Batch {
    let batch = try base.batch(places)
    let moves = places.flatMap { place in
      (0..<2).map { 0.05 * RandomKey(9).split(place).normal(at: $0) }
    }
    let moved = batch.input + Tensor(moves, shape: [places.count, 2])
    return Batch(input: try moved.tryEvaluated(), target: batch.target)
  }
}

/// Stops after so many steps of this run.
final class Stopper: TrainingObserver {
  private var left: Int
  init(_ steps: Int) { left = steps }
  func stepDidEnd(_ trainer: Trainer, _ progress: Progress) {
    left -= 1
    if left == 0 { trainer.stop("enough") }
  }
}

struct Settings {
  var path = ""
  var stopAfter = 0
  var interval = 0.0
  var fileLimit = 0
  var epochs = 8
  var logs = ""

  init(_ arguments: [String]) {
    path = arguments.first ?? ""
    for (name, value) in zip(arguments, arguments.dropFirst()) {
      switch name {
      case "--stop-after": stopAfter = Int(value) ?? 0
      case "--interval": interval = Double(value) ?? 0
      case "--file-limit": fileLimit = Int(value) ?? 0
      case "--logs": logs = value
      case "--epochs": epochs = Int(value) ?? 8
      default: break
      }
    }
  }
}

func points(_ count: Int, seed: Int) throws -> TensorDataset {
  let x = Tensor.uniform([count, 2], -1, 1, key: RandomKey(seed))
  return try TensorDataset(
    inputs: x, targets: ((x * x).sum([1]) < 0.6).cast(to: .int64).evaluated())
}

func run(_ settings: Settings) throws {
  if settings.fileLimit > 0 {
    // As a full disk: writing beyond fails.
    signal(SIGXFSZ, SIG_IGN)
    var limit = rlimit(
      rlim_cur: rlim_t(settings.fileLimit), rlim_max: rlim_t(settings.fileLimit))
    setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
  }
  Initialization.seed(0)
  let net = DroppingNet()
  let optimizer = Adam(net, learningRate: 0.01)
  optimizer.schedule = { 0.01 / (1 + 0.001 * Double($0)) }
  let keeper = CheckpointKeeper(settings.path, every: settings.interval)
  keeper.complain = { print($0) }
  let trainer = Trainer(
    net, optimizer: optimizer, loss: crossEntropy, metrics: [Accuracy()], observers: [keeper])
  if settings.stopAfter > 0 { trainer.observers.insert(Stopper(settings.stopAfter), at: 0) }
  trainer.keepsBest = true
  if !settings.logs.isEmpty {
    let log = try TensorBoardLog(folder: settings.logs)
    let watch = LayerWatch(try points(64, seed: 4).batch(Array(0..<64)), everySteps: 50, log: log)
    trainer.observers += [log, watch]
  }
  let training = Loader(MovingPoints(base: try points(1000, seed: 1)), batchSize: 32, seed: 3)
  let validation = Loader(try points(200, seed: 2), batchSize: 100, shuffling: false)
  if access(settings.path, F_OK) == 0 {
    try trainer.resume(from: settings.path, training: training)
  }
  let first = optimizer.stepCount
  try trainer.fit(training, validation: validation, epochs: settings.epochs)
  var hash = SHA256()
  for cell in net.cells { cell.value.withBytes { hash.update($0) } }
  let metrics = trainer.history.map { $0.training["accuracy"]!.description }
  hash.update(Array(metrics.joined(separator: " ").utf8))
  let state = trainer.stopReason == nil ? "done" : "stopped"
  print("\(state) from \(first) to \(optimizer.stepCount) \(hash.hexadecimal)")
}

do {
  try run(Settings(Array(CommandLine.arguments.dropFirst())))
} catch {
  print("\(error)")
  exit(1)
}
