import Adjoint

/// A network of the fixture with its data and optimizer, built from the public layers.
struct Trainee {
  let steps: Int
  let parameters: [Parameter]
  let buffers: [Cell]
  private let batches: [(x: Tensor, y: Tensor)]
  private let net: @Sendable (Tensor) -> Tensor
  private let loss: @Sendable (Tensor, Tensor) -> Tensor
  private let optimizer: OptimizerSettings

  init(_ test: TrajectoryCase, steps: Int, batches count: Int, _ type: ElementType = .float64) {
    self.steps = steps
    let module = Trainee.network(test, type)
    (parameters, buffers) = (module.parameters, module.buffers)
    net = { module.forward($0) }
    batches = (0..<count).map { Trainee.batch(test, $0, type) }
    optimizer = test.optimizer
    switch test.loss {
    case .crossEntropy:
      loss = { scores, y in
        let rows = [y.count, scores.shape[scores.rank - 1]] as Shape
        return crossEntropy(scores.reshaped(rows), y)
      }
    case .meanSquaredError: loss = { meanSquaredError($0, $1) }
    }
    Trainee.fill(parameters, type)
  }

  /// The loss of a step's batch, not computed yet.
  private func loss(at step: Int) -> Tensor {
    let (x, y) = batches[step % batches.count]
    return loss(net(x), y)
  }

  /// The first batch's loss and its gradients.
  func firstStep() -> (loss: Double, gradients: [[Double]]) {
    training {
      let loss = loss(at: 0)
      let found = gradient(of: loss, withRespectTo: parameters.map { $0.value })
      return (loss.item, found.map { $0.doubles })
    }
  }

  /// Takes so many steps; the losses before each.
  func train(_ count: Int) -> [Double] {
    let (settings, steps) = (optimizer, steps)
    let rate: @Sendable (Int) -> Double = { settings.rate($0, of: steps) }
    let rule: UpdateRule =
      switch settings.kind {
      case .sgd: .sgd(momentum: settings.momentum, weightDecay: settings.weightDecay)
      case .adam, .adamw: .adam(weightDecay: settings.weightDecay)
      }
    let optimizer = Optimizer(parameters, rule, learningRate: rate)
    return (0..<count).map { step in optimizer.step { loss(at: step) }.item }
  }

  private static func network(_ test: TrajectoryCase, _ type: ElementType) -> any Module {
    let sizes = test.sizes
    switch test.network {
    case .mlp:
      let isTanh = test.activation == .tanh
      return MLP(sizes, activation: { isTanh ? tanh($0) : relu($0) }, type)
    case .lenet: return LeNet(type)
    case .resnet: return ResNet.small(sizes[0], width: sizes[1], classes: sizes[2], type)
    case .lstm:
      return CharLSTM(
        vocabulary: sizes[0], width: sizes[1], hidden: sizes[2], layers: sizes[3], type)
    case .gpt:
      return GPT(
        vocabulary: sizes[0], context: sizes[1], width: sizes[2], depth: sizes[3],
        heads: sizes[4], tiedHead: false, type)
    }
  }

  private static func batch(
    _ test: TrajectoryCase, _ index: Int, _ type: ElementType
  ) -> (x: Tensor, y: Tensor) {
    let shape = Shape(test.inputShape)
    let (rows, outputs) = (test.inputShape[0], test.sizes.last!)
    let seed = Hashed.targetSeed + index
    if test.network == .lstm || test.network == .gpt {
      let tokens = Hashed.classes(shape.count, Hashed.inputSeed + index, below: test.sizes[0])
      return (
        Tensor(tokens, shape: shape),
        Tensor(Hashed.classes(shape.count, seed, below: test.sizes[0]))
      )
    }
    let x = Hashed.uniform(shape.count, Hashed.inputSeed + index, scale: 2)
    switch test.loss {
    case .crossEntropy:
      return (Tensor(x, shape: shape, type), Tensor(Hashed.classes(rows, seed, below: outputs)))
    case .meanSquaredError:
      let y = Hashed.uniform(rows * outputs, seed, scale: 2)
      return (Tensor(x, shape: shape, type), Tensor(y, shape: [rows, outputs], type))
    }
  }

  /// Uniform over ±1/√fanIn, where fanIn is the row length of the last parameter with more than one axis.
  private static func fill(_ parameters: [Parameter], _ type: ElementType) {
    var fanIn = 1
    for (index, parameter) in parameters.enumerated() {
      let shape = parameter.value.shape
      if shape.rank > 1 { fanIn = shape.count / shape[0] }
      let values = Hashed.uniform(
        shape.count, Hashed.parameterSeed + index, scale: 2 / Double(fanIn).squareRoot())
      parameter.value = Tensor(values, shape: shape, type)
    }
  }
}
