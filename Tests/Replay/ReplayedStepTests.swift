import Adjoint
import AdjointGraph
import AdjointRuntime
import AdjointWorkloads
import Testing

/// A replayed step gives the bits of a traced one, whatever changes from step to step.
@Suite struct ReplayedStepTests {
  struct Tanh: Module {
    func forward(_ x: Tensor) -> Tensor { tanh(x) }
  }

  /// A network, its optimizer, and what is done to them before a step.
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var parts: @Sendable () -> [any Module] = { [Linear(6, 8), Tanh()] }
    let optimizer: @Sendable (Sequential) -> Optimizer
    var before: @Sendable (Int, Sequential, Optimizer) -> Void = { _, _, _ in }
  }

  static func rule(_ name: String, _ rule: UpdateRule, rate: Double = 0.01) -> Case {
    Case(testDescription: name) { net in
      let optimizer = Optimizer(net, rule, learningRate: rate)
      optimizer.follow(.cosine(rate, length: 50))
      return optimizer
    }
  }

  static func adam(
    _ name: String, _ parts: (@Sendable () -> [any Module])? = nil,
    _ setUp: @escaping @Sendable (Optimizer) -> Void = { _ in },
    before: @escaping @Sendable (Int, Sequential, Optimizer) -> Void = { _, _, _ in }
  ) -> Case {
    var found = Case(
      testDescription: name,
      optimizer: { net in
        let optimizer = Adam(net, learningRate: 0.01, weightDecay: 0.1)
        setUp(optimizer)
        return optimizer
      }, before: before)
    if let parts { found.parts = parts }
    return found
  }

  static let rules: [Case] = [
    rule("sgd", .sgd()),
    rule("sgd with everything", .sgd(momentum: 0.9, dampening: 0.1, weightDecay: 0.01)),
    rule("nesterov", .sgd(momentum: 0.9, nesterov: true)),
    rule("adam", .adam(weightDecay: 0.1)), rule("amsgrad", .adam(amsgrad: true)),
    rule("nadam", .nadam()), rule("radam", .radam()), rule("lamb", .lamb(weightDecay: 0.01)),
    rule("lars", .lars(weightDecay: 0.01), rate: 1), rule("adagrad", .adagrad(rateDecay: 0.1)),
    rule("adadelta", .adadelta(), rate: 1),
    rule("rmsProp", .rmsProp(momentum: 0.5, centered: true)), rule("lion", .lion(weightDecay: 0.1)),
    rule("adafactor", .adafactor(weightDecay: 0.1)),
    rule("look-ahead", UpdateRule.adam().lookingAhead(every: 3)),
    Case(testDescription: "muon") { Muon($0.parameters, others: Array($0.parameters.suffix(2))) },
  ]

  static let circumstances: [Case] = [
    adam(
      "one cycle with momentum", nil,
      {
        $0.follow(.oneCycle(0.1, length: 40), momentum: .oneCycleMomentum(length: 40))
      }),
    adam(
      "dropout and batch norm", { [Linear(6, 8), BatchNorm(8), Dropout(0.3)] }, { $0.seed = 5 }),
    adam("the mean of all batches", { [Linear(6, 8), BatchNorm(8, momentum: nil)] }),
    adam("spectral norm", { [SpectralNorm(Linear(6, 8))] }),
    adam("clipping by norm", nil, { $0.clipping = .norm(0.1) }),
    adam("clipping by value", nil, { $0.clipping = .value(0.01) }),
    adam("accumulation", { [Linear(6, 8), Dropout(0.3)] }, { $0.accumulation = 3 }),
    adam(
      "averages", nil,
      {
        $0.average(.exponential(decay: 0.9))
        $0.average(.equal, from: 3, every: 2)
      }),
  ]

  static func changing(
    _ name: String, _ parts: (@Sendable () -> [any Module])? = nil,
    _ before: @escaping @Sendable (Int, Sequential, Optimizer) -> Void
  ) -> Case {
    adam(name, parts, before: before)
  }

  static let changes: [Case] = [
    changing("a rate that somebody scales") { (step: Int, _: Sequential, optimizer: Optimizer) in
      if step == 20 { optimizer.rateScale = 0.5 }
    },
    changing("another schedule later") { (step: Int, _: Sequential, optimizer: Optimizer) in
      if step == 20 { optimizer.follow(.exponential(0.02, factor: 0.9)) }
    },
    changing("another momentum later") { (step: Int, _: Sequential, optimizer: Optimizer) in
      if step == 20 { optimizer.momentumSchedule = { 0.8 + 0.001 * Double($0) } }
    },
    changing("another seed later", { [Linear(6, 8), Dropout(0.3)] }) {
      (step: Int, _: Sequential, optimizer: Optimizer) in
      if step == 20 { optimizer.seed = 9 }
    },
    changing("clipping later") { (step: Int, _: Sequential, optimizer: Optimizer) in
      if step == 20 { optimizer.clipping = .norm(0.1) }
    },
    changing("accumulation later") { (step: Int, _: Sequential, optimizer: Optimizer) in
      if step == 20 { optimizer.accumulation = 2 }
    },
    changing("an average later") { (step: Int, _: Sequential, optimizer: Optimizer) in
      if step == 20 { optimizer.average(.equal) }
    },
    changing("frozen for a while") { (step: Int, net: Sequential, _: Optimizer) in
      if step == 13 { net.freeze("0.*") }
      if step == 21 { net.unfreeze() }
    },
    changing("weights that are set") { (step: Int, net: Sequential, _: Optimizer) in
      if step == 21 { net.parameters[0].value = net.parameters[0].value * 0.5 }
    },
    changing("weights that are shared for a while") { (step: Int, net: Sequential, _: Optimizer) in
      let parameters = net.parameters
      if step == 21 { parameters[1].value = parameters[3].value }
    },
    changing("a state that is put back") { (step: Int, _: Sequential, optimizer: Optimizer) in
      if step == 21 { try! optimizer.restore(optimizer.state) }
    },
  ]

  static var all: [Case] { [rules, circumstances, changes].flatMap { $0 } }

  @Test(arguments: all)
  func theBitsAreThoseOfTracedSteps(_ item: Case) {
    alone {
      let (traced, none) = run(item, replaying: false)
      let (replayed, count) = run(item, replaying: true)
      #expect(traced == replayed)
      #expect(none == 0)
      // Two sizes of batches, each traced six times in forty steps, and again after whatever changes structure.
      #expect(count >= 20, "\(count) of 80 steps were replayed")
    }
  }

  /// The bits of all that 80 steps leave behind, and how many were replayed.
  private func run(_ item: Case, replaying: Bool) -> ([UInt64], Int) {
    Initialization.seed(3)
    let net = Sequential(item.parts() + [Linear(8, 8), Linear(8, 3)])
    let optimizer = item.optimizer(net)
    let step = optimizer.compiled { x, y in crossEntropy(net(x), y) }
    let before = Engine.statistics.replays
    var losses: [Double] = []
    for index in 0..<80 {
      item.before(index, net, optimizer)
      let count = index % 3 == 0 ? 10 : 16
      let x = Tensor.normal([count, 6], key: RandomKey(index))
      let y = Tensor((0..<count).map { ($0 + index) % 3 })
      do throws(GraphError) {
        let loss =
          replaying
          ? try step.tryStep(x, y) : try optimizer.tryStep { crossEntropy(net(x), y) }
        losses.append(loss.item)
      } catch {
        Issue.record("\(item.testDescription), step \(index): \(error)")
      }
    }
    let replays = Engine.statistics.replays - before
    let state = optimizer.state
    let values = net.cells.map { $0.value } + state.tensors.map { $0.value }
    let numbers = losses + values.flatMap { $0.doubles } + state.counts.map { Double($0.value) }
    return (numbers.map { $0.bitPattern }, replays)
  }

  @Test(arguments: [Workload.tiny, .mlp, .lenet]) func workloadsGiveTheSameLosses(_ item: Workload)
  {
    alone {
      let losses = [false, true].map { replaying in
        let step = item.prepare(as: WorkloadVariant(isReplay: replaying))
        return (0..<40).map { step($0).floats[0].bitPattern }
      }
      #expect(losses[0] == losses[1])
    }
  }

  @Test func aReplayedLoopTakesNothingAndPlansNothing() {
    alone {
      let step = Workload.tiny.prepare(as: WorkloadVariant(isReplay: true))
      for index in 0..<100 { _ = step(index) }
      let (early, earlyBytes) = (MemoryStatistics.current, residentBytes())
      let statistics = Engine.statistics
      for index in 100..<1100 { _ = step(index) }
      let (late, lateBytes) = (MemoryStatistics.current, residentBytes())
      #expect(late.liveNodes == early.liveNodes)
      #expect(late.liveBytes == early.liveBytes)
      #expect(late.systemAllocations == early.systemAllocations)
      #expect(Double(lateBytes) <= Double(earlyBytes) * 1.05)
      #expect(Engine.statistics.plans == statistics.plans)
      // Steps 128, 256, 512 and 1024 were traced.
      #expect(Engine.statistics.replays - statistics.replays == 996)
      #expect(Engine.statistics.reusedBuffers - statistics.reusedBuffers == 1000 * 6)
    }
  }

  @Test func aLossThatIsKeptStaysWhatItWas() {
    alone {
      let step = Workload.tiny.prepare(as: WorkloadVariant(isReplay: true))
      let kept = (0..<40).map { step($0) }
      let again = Workload.tiny.prepare(as: WorkloadVariant(isReplay: true))
      #expect(kept.map { $0.item } == (0..<40).map { again($0).item })
    }
  }

  @Test func anOldValueThatIsHeldIsNeverOverwritten() {
    alone {
      let net = Linear(3, 2)
      let optimizer = SGD(net, learningRate: 0.5)
      let x = Tensor.normal([4, 3], key: RandomKey(3))
      let step = optimizer.compiled { meanSquaredError(net($0), Tensor.zeros([4, 2])) }
      for _ in 0..<6 { step(x) }
      let (hidden, before) = (net.weight.value, net.weight.value.floats)
      let replays = Engine.statistics.replays
      let reused = Engine.statistics.reusedBuffers
      step(x)
      #expect(Engine.statistics.replays - replays == 1)
      #expect(Engine.statistics.reusedBuffers - reused == 1, "the bias only")
      #expect(hidden.floats == before)
      #expect(net.weight.value.floats != before)
    }
  }

  @Test func anArgumentMayBeAParametersValue() {
    alone {
      let results = [false, true].map { replaying in
        Initialization.seed(1)
        let net = Linear(3, 3)
        let optimizer = SGD(net, learningRate: 0.1)
        let step = optimizer.compiled { meanSquaredError(net($0), Tensor.zeros([3, 3])) }
        for _ in 0..<20 {
          let x = net.weight.value
          if replaying {
            step(x)
          } else {
            optimizer.step { meanSquaredError(net(x.detached.evaluated()), Tensor.zeros([3, 3])) }
          }
        }
        return net.weight.value.floats
      }
      #expect(results[0] == results[1])
    }
  }

  @Test func aStepThatFailsChangesNothingAndIsReplayedAgain() throws {
    try alone {
      let net = Linear(2, 3)
      let optimizer = Adam(net)
      let x = Tensor.normal([2, 2], key: RandomKey(1))
      let step = optimizer.compiled { x, y in crossEntropy(net(x), y) }
      for _ in 0..<4 { try step.tryStep(x, Tensor([0, 1])) }
      let (before, count) = (net.weight.value.floats, optimizer.stepCount)
      for _ in 0..<2 {
        #expect(throws: GraphError.self) { try step.tryStep(x, Tensor([0, 7])) }
      }
      #expect(throws: GraphError.self) { try checked { _ = step(x, Tensor([0, 7])) } }
      #expect(net.weight.value.floats == before && optimizer.stepCount == count)
      for _ in 0..<3 { try step.tryStep(x, Tensor([0, 1])) }
      #expect(net.weight.value.floats != before && optimizer.stepCount == count + 3)
    }
  }

  @Test func numbersAndPendingTensorsMayBeArguments() {
    alone {
      let results = [false, true].map { replaying in
        Initialization.seed(1)
        let net = Linear(3, 1)
        let optimizer = SGD(net, learningRate: 0.1)
        let step = optimizer.compiled { (inputs: [Tensor]) in
          (net(inputs[0]) * inputs[1]).mean() + inputs[2].sum()
        }
        return (0..<20).map { index -> Double in
          let data = Tensor.normal([4, 3], key: RandomKey(index))
          let inputs = [data * 2 + 1, Tensor(Double(index)), data]
          return replaying
            ? step(inputs).item
            : optimizer.step {
              (net(inputs[0]) * inputs[1]).mean() + inputs[2].sum()
            }.item
        }
      }
      #expect(results[0] == results[1])
    }
  }

  @Test func whatDecidesByValuesIsTraced() {
    alone {
      let results = [false, true].map { replaying in
        Initialization.seed(1)
        let net = Linear(3, 1)
        let optimizer = LBFGS(net)
        let x = Tensor.normal([4, 3], key: RandomKey(1))
        let step = optimizer.compiled { meanSquaredError(net($0), Tensor.zeros([4, 1])) }
        for _ in 0..<4 {
          _ =
            replaying
            ? step(x) : optimizer.step { meanSquaredError(net(x), Tensor.zeros([4, 1])) }
        }
        return net.weight.value.floats
      }
      #expect(results[0] == results[1])
    }
  }

  /// What was captured while all parameters had been updated as often is another structure once they were not, though
  /// the captured step itself saw none frozen.
  @Test func otherStepsMayPartTheCounts() {
    func weights(_ isReplay: Bool) -> [[Double]] {
      alone {
        Initialization.seed(5)
        let net = Sequential(Linear(3, 4), Linear(4, 2))
        let optimizer = Adam(net, learningRate: 0.1)
        let (x, y) = (Tensor.normal([6, 3], key: RandomKey(1)), Tensor.zeros([6, 2]))
        let loss = { (x: Tensor) in meanSquaredError(net(x), y) }
        let step = optimizer.compiled(loss)
        func take(_ count: Int) {
          for _ in 0..<count { if isReplay { step(x) } else { optimizer.step { loss(x) } } }
        }
        take(4)
        net.freeze("0.*")
        optimizer.step { loss(x) }
        net.unfreeze()
        take(12)
        return net.parameters.map { $0.value.doubles }
      }
    }
    #expect(weights(true) == weights(false))
  }

  @Test func otherThreadsOfTheDeviceAreAnotherPlan() {
    let step = alone(on: ReferenceDevice.shared) { () -> (Int) -> Tensor in
      let step = Workload.tiny.prepare(as: WorkloadVariant(isReplay: true))
      for index in 0..<8 { _ = step(index) }
      return step
    }
    alone {
      let replays = Engine.statistics.replays
      _ = step(8)
      #expect(Engine.statistics.replays == replays, "traced, for this device")
      for index in 9..<13 { _ = step(index) }
      #expect(Engine.statistics.replays == replays + 1)
    }
  }
}
