import Adjoint
import AdjointGraph
import AdjointRuntime
import Testing

/// Ill-set runs end with the right diagnosis, healthy ones with none.
@Suite struct DiagnosisTests {
  /// Trains and gives what was found; what ends the training is found too.
  private func findings(
    _ net: any Module, _ optimizer: Optimizer, _ data: TensorDataset, epochs: Int = 5,
    loss: @escaping (Tensor, Tensor) -> Tensor = crossEntropy, metrics: [any Metric] = [Accuracy()],
    batchSize: Int = 32, validation: TensorDataset? = nil
  ) throws -> Trainer {
    let trainer = Trainer(net, optimizer: optimizer, loss: loss, metrics: metrics)
    do {
      try trainer.fit(
        Loader(data, batchSize: batchSize),
        validation: validation.map { Loader($0, batchSize: 100, shuffling: false) }, epochs: epochs)
    } catch is Finding {}
    for finding in trainer.findings {
      #expect(finding.description.contains("ry ") || finding.description.count > 60)
      #expect(!finding.description.contains("\n"))
    }
    return trainer
  }

  private func net(_ sizes: [Int] = [2, 16, 16, 2]) -> MLP {
    Initialization.seed(0)
    return MLP(sizes)
  }

  private func kinds(_ trainer: Trainer) -> [Finding.Kind] { trainer.findings.map { $0.kind } }

  // MARK: Ill-set runs

  @Test(arguments: [0, 1, 2]) func aRateOfAMillion(_ which: Int) throws {
    let net = net()
    let optimizer: Optimizer =
      which == 0
      ? SGD(net, learningRate: 1e6)
      : which == 1 ? Adam(net, learningRate: 1e6) : SGD(net, learningRate: 1e6, momentum: 0.9)
    let trainer = try findings(net, optimizer, Runs.circle(512))
    #expect(kinds(trainer).first == .divergingStepSize, "\(trainer.findings)")
  }

  @Test func aRateOfAMillionForNumbers() throws {
    let net = net([2, 16, 1])
    let x = Tensor.normal([256, 2], key: RandomKey(1))
    let data = try TensorDataset(inputs: x, targets: x.sum([1], keepingDimensions: true))
    let trainer = try findings(
      net, SGD(net, learningRate: 1e6), data, loss: meanSquaredError, metrics: [R2()])
    #expect(kinds(trainer).first == .divergingStepSize, "\(trainer.findings)")
  }

  @Test(arguments: [0, 0.5]) func weightsThatAreAllTheSame(_ number: Double) throws {
    let net = net()
    for parameter in net.parameters { parameter.value = .full(parameter.value.shape, number) }
    let trainer = try findings(net, Adam(net, learningRate: 0.01), Runs.circle(512))
    #expect(kinds(trainer).first == .symmetricWeights, "\(trainer.findings)")
    #expect(trainer.findings[0].place == "layers.0.weight")
  }

  @Test(arguments: [false, true]) func shuffledLabels(_ hasValidation: Bool) throws {
    let net = net([2, 8, 2])
    let trainer = try findings(
      net, Adam(net, learningRate: 0.01), Runs.circle(2048, shuffled: true), epochs: 4,
      validation: hasValidation ? Runs.circle(400, seed: 3, shuffled: true) : nil)
    #expect(kinds(trainer) == [.noLearning], "\(trainer.findings)")
  }

  private struct Forgetful: Module {
    let first = Linear(2, 16)
    let forgotten = Linear(16, 16)
    let last = Linear(16, 2)
    func forward(_ x: Tensor) -> Tensor { last(relu(first(x))) }
  }

  @Test func aLayerLeftOut() throws {
    let net = Forgetful()
    let before = net.last.weight.value.doubles
    let trainer = try findings(net, Adam(net, learningRate: 0.01), Runs.circle(512))
    #expect(kinds(trainer) == [.noGradient])
    let text = trainer.findings[0].description
    #expect(text.contains("forgotten.weight, forgotten.bias"))
    #expect(trainer.optimizer.stepCount == 0 && net.last.weight.value.doubles == before)
  }

  @Test func fortySigmoidLayers() throws {
    Initialization.seed(0)
    let net = MLP([2] + [Int](repeating: 16, count: 39) + [2], activation: sigmoid)
    let trainer = try findings(
      net, Adam(net, learningRate: 0.01), Runs.circle(256), epochs: 2, batchSize: 64)
    #expect(kinds(trainer).first == .vanishingGradients, "\(trainer.findings)")
    #expect(trainer.findings[0].place == "layers.0.weight")
  }

  // MARK: More that goes wrong

  private struct Logarithm: Module {
    let first = Linear(2, 8)
    let second = Linear(8, 2)
    func forward(_ x: Tensor) -> Tensor { second(log(relu(first(x)))) }
  }

  @Test func aLogarithmOfZero() throws {
    Initialization.seed(0)
    let net = Logarithm()
    let before = net.first.weight.value.doubles
    let trainer = try findings(net, SGD(net, learningRate: 0.01), Runs.circle(64))
    let finding = try #require(trainer.findings.first)
    #expect(finding.kind == .notFinite && finding.place == "first", "\(finding)")
    #expect(finding.description.contains("`log`"))
    // The model is as it was before the step.
    #expect(net.first.weight.value.doubles == before)
  }

  private struct Root: Module {
    let first = Linear(2, 8, bias: false)
    let second = Linear(8, 2)
    func forward(_ x: Tensor) -> Tensor {
      let inner = first(x)
      return second(sqrt(inner * inner))
    }
  }

  @Test func aGradientThatIsNotFinite() throws {
    Initialization.seed(0)
    let net = Root()
    // At 0 the root is sound and its slope is not.
    let circle = try Runs.circle(320)
    var numbers = circle.inputs.doubles
    (numbers[2 * 300], numbers[2 * 300 + 1]) = (0, 0)
    let data = try TensorDataset(
      inputs: Tensor(numbers, shape: [320, 2]), targets: circle.targets)
    let trainer = try findings(net, SGD(net, learningRate: 0.01), data)
    let finding = try #require(trainer.findings.first)
    #expect(finding.kind == .notFinite && finding.description.contains("gradient"), "\(finding)")
    #expect(net.parameters.allSatisfy { $0.value.doubles.allSatisfy { $0.isFinite } })
  }

  @Test func dataThatAreNotFinite() throws {
    let good = try Runs.circle(320)
    var numbers = good.inputs.doubles
    numbers[2 * 300] = .nan
    let data = try TensorDataset(
      inputs: Tensor(numbers, shape: [320, 2]), targets: good.targets)
    let net = net()
    let trainer = try findings(net, Adam(net, learningRate: 0.01), data)
    let finding = try #require(trainer.findings.first)
    #expect(finding.kind == .notFinite && finding.place == "inputs", "\(finding)")
  }

  @Test func unitsThatAreDead() throws {
    let net = net()
    net.layers[1].bias!.value = .full([16], -100)
    let trainer = try findings(net, Adam(net, learningRate: 0.001), Runs.circle(512))
    #expect(kinds(trainer).first == .deadUnits, "\(trainer.findings)")
    #expect(trainer.findings[0].place == "layers.1")
  }

  @Test func gradientsThatExplode() throws {
    Initialization.seed(0)
    let net = MLP([2] + [Int](repeating: 16, count: 10) + [1], activation: relu)
    for parameter in net.parameters where parameter.value.rank > 1 {
      parameter.value = (parameter.value * 12.0).evaluated()
    }
    let x = Tensor.normal([256, 2], key: RandomKey(1))
    let data = try TensorDataset(inputs: x, targets: x.sum([1], keepingDimensions: true))
    let trainer = try findings(
      net, SGD(net, learningRate: 1e-30), data, epochs: 1, loss: meanSquaredError, metrics: [R2()])
    #expect(kinds(trainer).contains(.explodingGradients), "\(trainer.findings)")
  }

  // MARK: Healthy runs

  @Test func aHealthyRun() throws {
    let net = net()
    let trainer = try findings(
      net, Adam(net, learningRate: 0.01), Runs.circle(1024), epochs: 8,
      validation: Runs.circle(200, seed: 2))
    #expect(trainer.findings.isEmpty, "\(trainer.findings)")
    #expect(trainer.history.last!.validation!["accuracy"]! > 0.9)
  }

  @Test func aRunThatKnowsAllItsExamples() throws {
    // Few examples and many weights: 100 % of the training data, less of others, and no fault.
    let net = net([2, 64, 64, 2])
    let trainer = try findings(
      net, Adam(net, learningRate: 0.01), Runs.circle(48), epochs: 120, batchSize: 16,
      validation: Runs.circle(200, seed: 2))
    #expect(trainer.findings.isEmpty, "\(trainer.findings)")
    #expect(trainer.history.last!.training["accuracy"]! == 1)
    #expect(trainer.remarks.contains { $0.contains("no fault") })
  }

  @Test func aHealthyRegression() throws {
    let net = net([3, 16, 1])
    let x = Tensor.normal([512, 3], key: RandomKey(1))
    let noise = Tensor.normal([512, 1], deviation: 0.5, key: RandomKey(2))
    let data = try TensorDataset(
      inputs: x, targets: sin(x).sum([1], keepingDimensions: true) + noise)
    let trainer = try findings(
      net, SGD(net, learningRate: 0.02, momentum: 0.9), data, epochs: 10, loss: meanSquaredError,
      metrics: [R2(), MeanAbsoluteError()])
    #expect(trainer.findings.isEmpty, "\(trainer.findings)")
    #expect(trainer.history.last!.training["r2"]! > 0.5)
  }
}
