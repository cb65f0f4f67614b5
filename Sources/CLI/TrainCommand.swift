import Adjoint

extension Command {
  static let train = Command(
    name: "train",
    summary: "Trains a network on data and says how good it became.",
    operands: "DATA",
    options: [
      Option(name: "--model", value: "lenet|mlp", summary: "the network (lenet)"),
      Option(name: "--epochs", value: "N", summary: "how often to go through the data (10)"),
      Option(name: "--batch", value: "N", summary: "examples a step (64)"),
      Option(name: "--learning-rate", value: "R", summary: "the highest rate of the run (0.002)"),
      Option(name: "--seed", value: "N", summary: "what the random numbers start from (0)"),
      Option(name: "--threads", value: "N", summary: "how many threads (one a processor)"),
      Option(name: "--json", summary: "a last line of JSON"),
    ],
    details: ["DATA: fashion-mnist."],
    run: { arguments in try TrainRun(arguments).run() })
}

/// A training as the command line asks for it.
struct TrainRun {
  private let epochs: Int
  private let batchSize: Int
  private let learningRate: Double
  private let seed: Int
  private let model: String
  private let isJSON: Bool

  init(_ arguments: Arguments) throws {
    guard arguments.operands.count == 1, let data = arguments.operands.first else {
      throw CommandError.usage("train takes one data set; write adjoint train fashion-mnist")
    }
    guard data == "fashion-mnist" else {
      throw CommandError.usage(
        "train: no data set is called \(Suggestion.quoted(data)); there is fashion-mnist")
    }
    epochs = try arguments.integer("--epochs", in: 1...100_000) ?? 10
    batchSize = try arguments.integer("--batch", in: 1...1_000_000) ?? 64
    learningRate = try arguments.number("--learning-rate", in: 0...1e6) ?? 0.002
    seed = try arguments.integer("--seed", in: 0...(1 << 31)) ?? 0
    model = try arguments.word("--model", among: ["lenet", "mlp"]) ?? "lenet"
    isJSON = arguments.has("--json")
    if let threads = try arguments.integer("--threads", in: 1...256) {
      CPUDevice(threads: threads).use()
    }
  }

  func run() throws {
    let (images, labels) = try FashionMNIST.load()
    let data = try TensorDataset(inputs: images, targets: labels)
    let parts = try data.stratifiedSplit([0.9, 0.1], classes: labels.integers, seed: seed)
    Initialization.seed(seed)
    let net = makeModel()
    let optimizer = Adam(net, learningRate: learningRate)
    let loader = Loader(parts[0], batchSize: batchSize, seed: seed)
    let (steps, rate) = (loader.batchCount * epochs, learningRate)
    optimizer.schedule = { rate * 0.5 * (1 + ScalarMath.cos(.pi * Double($0) / Double(steps))) }
    let trainer = Trainer(
      net, optimizer: optimizer, loss: crossEntropy, metrics: [Accuracy()],
      observers: [PlainReport()])
    try trainer.fit(
      loader, validation: Loader(parts[1], batchSize: 256, shuffling: false), epochs: epochs)
    let (testImages, testLabels) = try FashionMNIST.load(test: true)
    let test = try trainer.evaluate(
      Loader(
        try TensorDataset(inputs: testImages, targets: testLabels), batchSize: 256,
        shuffling: false))
    print("test accuracy \(NumberText.short(test["accuracy"] ?? 0))")
  }

  private func makeModel() -> any Module {
    model == "mlp" ? Flattened(MLP([784, 128, 10])) : LeNet()
  }
}

/// A network for flat inputs, given pictures.
private struct Flattened: Module {
  let net: MLP
  init(_ net: MLP) { self.net = net }
  func forward(_ x: Tensor) -> Tensor { net(x.flattened(from: 1)) }
}

/// A line an epoch.
private final class PlainReport: TrainingObserver {
  func epochDidEnd(_ trainer: Trainer, _ record: EpochRecord) {
    let held = record.validation.flatMap { $0["accuracy"] } ?? 0
    print(
      "epoch \(record.epoch)  loss \(NumberText.short(record.training.loss))  validation accuracy \(NumberText.short(held))  \(NumberText.short(record.seconds)) s"
    )
    _ = Process.flushOutput()
  }
}
