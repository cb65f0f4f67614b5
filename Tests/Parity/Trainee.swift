import Adjoint

/// A network of the fixture with its data and optimizer, built from the public layers.
struct Trainee {
  let steps: Int
  let parameters: [Parameter]
  private let batches: [(x: Tensor, y: Tensor)]
  private let net: @Sendable (Tensor) -> Tensor
  private let loss: @Sendable (Tensor, Tensor) -> Tensor
  private let optimizer: OptimizerSettings

  init(_ test: TrajectoryCase, steps: Int, batches count: Int) {
    self.steps = steps
    (net, parameters) = Trainee.network(test)
    batches = (0..<count).map { Trainee.batch(test, $0) }
    optimizer = test.optimizer
    switch test.loss {
    case .crossEntropy: loss = { crossEntropy($0, $1) }
    case .meanSquaredError: loss = { meanSquaredError($0, $1) }
    }
    Trainee.fill(parameters)
  }

  /// The loss of a step's batch, not computed yet.
  private func loss(at step: Int) -> Tensor {
    let (x, y) = batches[step % batches.count]
    return loss(net(x), y)
  }

  /// The gradients of the first batch's loss.
  func firstGradients() -> [[Double]] {
    gradient(of: loss(at: 0), withRespectTo: parameters.map { $0.value }).map { $0.doubles }
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

  private static func network(
    _ test: TrajectoryCase
  ) -> (@Sendable (Tensor) -> Tensor, [Parameter]) {
    switch test.network {
    case .mlp:
      let isTanh = test.activation == .tanh
      let net = MLP(test.sizes, activation: { isTanh ? tanh($0) : relu($0) }, .float64)
      return ({ net($0) }, net.parameters)
    case .lenet:
      let net = LeNet(.float64)
      return ({ net($0) }, net.parameters)
    }
  }

  private static func batch(_ test: TrajectoryCase, _ index: Int) -> (x: Tensor, y: Tensor) {
    let shape = Shape(test.inputShape)
    let x = Hashed.uniform(shape.count, Hashed.inputSeed + index, scale: 2)
    let (rows, outputs) = (test.inputShape[0], test.sizes.last!)
    let seed = Hashed.targetSeed + index
    switch test.loss {
    case .crossEntropy:
      return (Tensor(x, shape: shape, .float64), Tensor(Hashed.classes(rows, seed, below: outputs)))
    case .meanSquaredError:
      let y = Hashed.uniform(rows * outputs, seed, scale: 2)
      return (Tensor(x, shape: shape, .float64), Tensor(y, shape: [rows, outputs], .float64))
    }
  }

  /// Weight and bias alike: uniform over ±1/√fanIn, where fanIn is the length of the weight's rows.
  private static func fill(_ parameters: [Parameter]) {
    var fanIn = 1
    for (index, parameter) in parameters.enumerated() {
      let shape = parameter.value.shape
      if shape.rank > 1 { fanIn = shape.count / shape[0] }
      let values = Hashed.uniform(
        shape.count, Hashed.parameterSeed + index, scale: 2 / Double(fanIn).squareRoot())
      parameter.value = Tensor(values, shape: shape, .float64)
    }
  }
}
