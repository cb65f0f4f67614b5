import Adjoint
import AdjointGraph
import AdjointRuntime
import Foundation
import Testing

/// The small problem of tools/parity/optimizer_values.py, with parameters of several shapes.
struct OptimizerProblem {
  static let shapes: [Shape] = [[6, 4], [6], [3, 6], [3], [2, 3, 2]]
  let parameters: [Parameter]
  private let batches: [(x: Tensor, y: Tensor)]

  init(_ element: ElementType = .float64) {
    parameters = Self.shapes.enumerated().map { place, shape in
      Parameter(Self.uniform(shape, 100 + place, 1.5, element))
    }
    batches = (0..<4).map {
      (Self.uniform([8, 4], 200 + $0, 2, element), Self.uniform([8, 3], 300 + $0, 2, element))
    }
  }

  static func uniform(_ shape: Shape, _ seed: Int, _ scale: Double, _ element: ElementType)
    -> Tensor
  {
    Tensor(Hashed.uniform(shape.count, seed, scale: scale), shape: shape, element)
  }

  func loss(_ step: Int = 0) -> Tensor {
    let p = parameters.map { $0.value }
    let (x, y) = batches[step % 4]
    let hidden = tanh(matmul(x, p[0], transposingB: true) + p[1])
    let difference = matmul(hidden, p[2], transposingB: true) * p[3] - y
    return (difference * difference).mean() + 0.1 * (sin(p[4]) * p[4]).mean()
  }

  var values: [[Double]] { parameters.map { $0.value.doubles } }
}

/// Every optimizer against PyTorch's steps, or its paper's where PyTorch has none.
@Suite struct OptimizerTests {
  struct Fixture: Decodable {
    let optimizers: [Trajectory]
    let lbfgs: [Trajectory]
    let averages: [Trajectory]
    let schedules: [Rates]
    let plateaus: [Rates]
  }

  struct Trajectory: Decodable {
    let name: String
    let losses: [Double]
    let parameters: [[Double]]
  }

  struct Rates: Decodable {
    let name: String
    let rates: [Double]
    let momenta: [Double]
    let closed: [Double]
  }

  static let fixture: Fixture = {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Fixtures/optimizer_values.json")
    return try! JSONDecoder().decode(Fixture.self, from: Data(contentsOf: file))
  }()

  typealias Make = @Sendable ([Parameter]) -> Optimizer

  private static func plain(_ rate: Double, _ rule: UpdateRule) -> Make {
    { Optimizer($0, rule, learningRate: rate) }
  }

  private static func clipped(_ clipping: GradientClipping) -> Make {
    { parameters in
      let optimizer = SGD(parameters, learningRate: 0.1, momentum: 0.9)
      optimizer.clipping = clipping
      return optimizer
    }
  }

  private static func muon(_ scale: UpdateRule.MuonScale) -> Make {
    { Muon($0, learningRate: 0.02, scale: scale, othersRate: 0.003) }
  }

  static let optimizers: [String: Make] = [
    "sgd": plain(0.1, .sgd()),
    "sgd-momentum": { SGD($0, learningRate: 0.05, momentum: 0.9, weightDecay: 0.01) },
    "sgd-nesterov": plain(0.05, .sgd(momentum: 0.9, nesterov: true, weightDecay: 0.01)),
    "sgd-dampening": plain(0.1, .sgd(momentum: 0.8, dampening: 0.3)),
    "adagrad": plain(0.1, .adagrad()),
    "adagrad-options": plain(
      0.1, .adagrad(rateDecay: 0.02, weightDecay: 0.01, initialSum: 0.2)),
    "adadelta": plain(1, .adadelta()),
    "adadelta-options": plain(0.7, .adadelta(rho: 0.8, epsilon: 1e-4, weightDecay: 0.02)),
    "rmsprop": plain(0.01, .rmsProp()),
    "rmsprop-centered": plain(0.005, .rmsProp(weightDecay: 0.01, centered: true)),
    "rmsprop-momentum": plain(0.005, .rmsProp(alpha: 0.9, momentum: 0.7)),
    "rmsprop-both": plain(0.005, .rmsProp(momentum: 0.7, centered: true)),
    "adam": { Adam($0, learningRate: 0.02) },
    "adam-decay": plain(0.02, .adam(weightDecay: 0.05, decay: .inGradient)),
    "adamw": { Adam($0, learningRate: 0.02, weightDecay: 0.05) },
    "amsgrad": plain(0.02, .adam(beta1: 0.8, beta2: 0.95, weightDecay: 0.01, amsgrad: true)),
    "nadam": plain(0.02, .nadam()),
    "nadam-decay": plain(0.02, .nadam(weightDecay: 0.05, momentumDecay: 0.01)),
    "nadamw": plain(0.02, .nadam(weightDecay: 0.05, decay: .decoupled)),
    "radam": plain(0.02, .radam()),
    "radam-decay": plain(0.02, .radam(beta1: 0.8, beta2: 0.95, weightDecay: 0.05)),
    "radamw": plain(0.02, .radam(weightDecay: 0.05, decay: .decoupled)),
    "adafactor": plain(0.05, .adafactor()),
    "adafactor-options": plain(
      0.05,
      .adafactor(
        betaDecay: -0.6, epsilon1: 1e-6, epsilon2: 1e-2, threshold: 1.5, weightDecay: 0.01)),
    "lion": plain(0.003, .lion()),
    "lion-decay": plain(0.003, .lion(beta1: 0.8, beta2: 0.95, weightDecay: 0.1)),
    "lamb": plain(0.02, .lamb()),
    "lamb-decay": plain(0.02, .lamb(beta1: 0.8, beta2: 0.95, epsilon: 1e-5, weightDecay: 0.1)),
    "lars": plain(1, .lars(coefficient: 0.01)),
    "lars-decay": plain(1, .lars(momentum: 0.8, weightDecay: 0.05, coefficient: 0.02)),
    "muon": muon(.original),
    "muon-like-adamw": muon(.likeAdamW),
    "look-ahead": plain(0.02, .adam(weightDecay: 0.01).lookingAhead()),
    "groups": { parameters in
      Optimizer([
        ParameterGroup(parameters.filter { $0.value.rank > 1 }, .adam(weightDecay: 0.1)),
        ParameterGroup(parameters.filter { $0.value.rank < 2 }, .adam()) { _ in 0.005 },
      ]) { _ in 0.02 }
    },
    "clip-norm": clipped(.norm(0.2)),
    "clip-norm-3": clipped(.norm(0.2, order: 3)),
    "clip-norm-inf": clipped(.norm(0.05, order: .infinity)),
    "clip-value": clipped(.value(0.02)),
    "cycle-sgd": { parameters in
      let optimizer = SGD(parameters, learningRate: 0.1, momentum: 0.9)
      optimizer.follow(
        .oneCycle(0.05, length: 100), momentum: .oneCycleMomentum(length: 100))
      return optimizer
    },
    "cycle-adam": { parameters in
      let optimizer = Adam(parameters)
      optimizer.follow(
        .oneCycle(0.05, length: 100), momentum: .oneCycleMomentum(length: 100))
      return optimizer
    },
  ]

  @Test func everyOptimizerIsCompared() {
    #expect(Set(Self.fixture.optimizers.map { $0.name }) == Set(Self.optimizers.keys))
  }

  @Test(arguments: optimizers.keys.sorted())
  func aHundredStepsArePyTorchs(name: String) throws {
    let expected = try #require(Self.fixture.optimizers.first { $0.name == name })
    let problem = OptimizerProblem()
    let optimizer = Self.optimizers[name]!(problem.parameters)
    let losses = expected.losses.indices.map { step in
      optimizer.step { problem.loss(step) }.item
    }
    Self.expectNear([losses] + problem.values, [expected.losses] + expected.parameters, name)
  }

  /// Whatever changes from step to step is an operand. Accumulation is two plans: with and without an update.
  @Test(arguments: optimizers.keys.sorted())
  func aThousandStepsAreOnePlan(name: String) {
    let problem = OptimizerProblem(.float32)
    let optimizer = Self.optimizers[name]!(problem.parameters)
    optimizer.follow(
      .warmRestarts(0.01, first: 50, multiplier: 2).warmedUp(20),
      momentum: .oneCycleMomentum(length: 1000))
    optimizer.average(.exponential(decay: 0.99), from: 10, every: 3)
    alone {
      Engine.removePlans()
      let before = Engine.statistics.plans
      for step in 0..<1000 { optimizer.step { problem.loss(step) } }
      #expect(Engine.statistics.plans - before == 1, "\(name)")
    }
    #expect(problem.values.joined().allSatisfy { $0.isFinite }, "\(name)")
  }

  @Test func lbfgsIsPyTorchs() throws {
    for expected in Self.fixture.lbfgs {
      var options = LBFGS.Options()
      let isPlain = expected.name == "lbfgs"
      options.iterations = isPlain ? 4 : 6
      options.historySize = isPlain ? 5 : 7
      options.searchesLine = !isPlain
      let problem = OptimizerProblem()
      let optimizer = LBFGS(
        problem.parameters, learningRate: isPlain ? 0.2 : 1, options: options)
      let losses = expected.losses.indices.map { _ in optimizer.step { problem.loss() }.item }
      Self.expectNear(
        [losses] + problem.values, [expected.losses] + expected.parameters, expected.name)
      #expect(losses.last! < 0.5 * losses[0])
    }
  }

  @Test func averagesArePyTorchs() throws {
    for expected in Self.fixture.averages {
      let problem = OptimizerProblem()
      let optimizer = SGD(problem.parameters, learningRate: 0.1, momentum: 0.9)
      let average =
        expected.name == "ema"
        ? optimizer.average(.exponential(decay: 0.9))
        : optimizer.average(.equal, from: 50, every: 5)
      for step in 0..<100 { optimizer.step { problem.loss(step) } }
      let own = problem.values
      let averaged = average.withAverages { problem.values }
      Self.expectNear(averaged, expected.parameters, expected.name)
      #expect(problem.values == own, "the weights are put back")
      #expect(averaged != own)
      average.adopt()
      #expect(problem.values == averaged)
    }
  }

  static func expectNear(
    _ found: [[Double]], _ expected: [[Double]], _ name: String, within tolerance: Double = 1e-9
  ) {
    #expect(found.map { $0.count } == expected.map { $0.count }, "\(name)")
    let distances = zip(found.joined(), expected.joined()).map {
      abs($0 - $1) / Swift.max(1, abs($1))
    }
    let worst = distances.reduce(0) { $0 >= $1 ? $0 : $1 }
    print("\(name): worst deviation \(worst)")
    #expect(worst <= tolerance, "\(name): \(worst)")
  }
}
