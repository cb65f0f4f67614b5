import Adjoint
import AdjointGraph
import AdjointRuntime
import Testing

/// What optimizers do beside their rules: accumulation, states that are saved, sweeps of the learning rate.
@Suite struct OptimizerBehaviourTests {
  /// Four steps of a quarter each, at the mean of their gradients, are one of the whole batch.
  @Test func accumulationEqualsTheLargeBatch() {
    let x = Tensor.normal([32, 5], key: RandomKey(1), .float64)
    let y = Tensor.normal([32, 2], key: RandomKey(2), .float64)
    let (whole, parts) = (MLP([5, 4, 2], .float64), MLP([5, 4, 2], .float64))
    for (a, b) in zip(whole.parameters, parts.parameters) { b.value = a.value }
    let large = Adam(whole, learningRate: 0.05, weightDecay: 0.1)
    let small = Adam(parts, learningRate: 0.05, weightDecay: 0.1)
    small.accumulation = 4
    (large.clipping, small.clipping) = (.norm(0.3), .norm(0.3))
    alone {
      Engine.removePlans()
      for _ in 0..<20 { large.step { meanSquaredError(whole(x), y) } }
      let before = Engine.statistics.plans
      for step in 0..<80 {
        let start = step % 4 * 8
        small.step {
          meanSquaredError(
            parts(x.slice(start: start, length: 8)), y.slice(start: start, length: 8))
        }
      }
      #expect(
        Engine.statistics.plans - before == 3,
        "the first of several, one between, and the one that updates")
    }
    #expect(small.stepCount == 20)
    for (a, b) in zip(whole.parameters, parts.parameters) {
      #expect(zip(a.value.doubles, b.value.doubles).allSatisfy { abs($0 - $1) < 1e-12 })
    }
  }

  /// Every optimizer, stopped after 13 steps (in the middle of an accumulation) and restored elsewhere, ends with
  /// the same bits.
  @Test(arguments: OptimizerTests.optimizers.keys.sorted() + ["lbfgs"])
  func aRestoredOptimizerGoesOn(name: String) throws {
    let make: OptimizerTests.Make = OptimizerTests.optimizers[name] ?? { LBFGS($0) }
    let problem = OptimizerProblem()
    let optimizer = make(problem.parameters)
    optimizer.average(.equal, from: 2)
    if name != "lbfgs" { optimizer.accumulation = 2 }
    for step in 0..<13 { optimizer.step { problem.loss(step) } }
    let state = optimizer.state
    let copy = OptimizerProblem()
    for (a, b) in zip(problem.parameters, copy.parameters) {
      b.value = Tensor(a.value.doubles, shape: a.value.shape, .float64)
    }
    let other = make(copy.parameters)
    let average = other.average(.equal, from: 2)
    if name != "lbfgs" { other.accumulation = 2 }
    try other.restore(state)
    for step in 13..<20 {
      optimizer.step { problem.loss(step) }
      other.step { copy.loss(step) }
    }
    #expect(problem.values == copy.values)
    #expect(
      optimizer.averages[0].withAverages { problem.values }
        == average.withAverages { copy.values })
    #expect(other.stepCount == optimizer.stepCount)
  }

  @Test func statesAreNamedAsInPyTorch() {
    let net = MLP([2, 3], .float64)
    let optimizer = Adam(net, amsgrad: true)
    #expect(
      optimizer.state.tensors.map { $0.name } == [
        "layers.0.weight.exp_avg", "layers.0.weight.exp_avg_sq",
        "layers.0.weight.max_exp_avg_sq", "layers.0.bias.exp_avg", "layers.0.bias.exp_avg_sq",
        "layers.0.bias.max_exp_avg_sq",
      ])
    #expect(
      optimizer.state.counts.map { $0.name } == [
        "step", "waiting", "layers.0.weight.step", "layers.0.bias.step",
      ])
    let factored = Optimizer(net, .adafactor(), learningRate: 0.01)
    #expect(factored.state.tensors.map { $0.value.shape } == [[3, 1], [1, 2], [3]])
  }

  @Test func aStateThatDoesNotFitIsRefused() {
    let problem = OptimizerProblem()
    let optimizer = Adam(problem.parameters)
    optimizer.step { problem.loss() }
    let state = optimizer.state
    let own = state.tensors.map { $0.value.doubles }
    var (missing, wrong, more) = (state, state, state)
    missing.tensors.removeLast()
    wrong.tensors[0].value = .zeros([4, 6], .float64)
    more.tensors.append(("0.momentum_buffer", .zeros([6, 4], .float64)))
    let cases = [
      (missing, "there is no tensor 4.exp_avg_sq"),
      (wrong, "0.exp_avg is float64 [4, 6], not float64 [6, 4]"),
      (more, "this optimizer has no 0.momentum_buffer"),
    ]
    for (state, text) in cases {
      var message = ""
      do throws(GraphError) { try optimizer.restore(state) } catch { message = error.description }
      #expect(message.contains(text), "\(message)")
      #expect(optimizer.state.tensors.map { $0.value.doubles } == own)
    }
  }

  @Test func aSweepPutsEverythingBack() throws {
    let problem = OptimizerProblem()
    let optimizer = Adam(problem.parameters, learningRate: 0.01)
    let average = optimizer.average(.exponential(decay: 0.9))
    for step in 0..<5 { optimizer.step { problem.loss(step) } }
    let statistic = Cell(Tensor(3, .float64))
    let (values, before) = (problem.values, optimizer.state)
    let sweep = try optimizer.findLearningRate(
      from: 1e-6, to: 1e3, steps: 60, keeping: [statistic]
    ) { _ in
      StepScope.record(statistic) { $0 + 1 }
      return problem.loss()
    }
    #expect(problem.values == values)
    #expect(statistic.value.item == 3)
    #expect(
      optimizer.state.tensors.map { $0.value.doubles } == before.tensors.map { $0.value.doubles })
    #expect(optimizer.state.counts.map { $0.value } == before.counts.map { $0.value })
    #expect(optimizer.schedule(7) == 0.01 && average.count == 5)
    #expect(sweep.rates.count > 20 && sweep.rates.count < 60, "it stops where the loss explodes")
    let found = try #require(sweep.suggestion)
    #expect(found > 1e-4 && found < 10, "\(found)")
    let factor = sweep.rates[1] / sweep.rates[0]
    #expect(
      zip(sweep.rates, sweep.rates.dropFirst()).allSatisfy { abs($1 / $0 - factor) < 1e-9 })
  }

  @Test func aWrongSweepIsRefused() {
    let problem = OptimizerProblem()
    let optimizer = SGD(problem.parameters, learningRate: 0.1)
    var message = ""
    do throws(GraphError) {
      _ = try optimizer.findLearningRate(from: 1, to: 0.1) { _ in problem.loss() }
    } catch {
      message = error.description
    }
    #expect(message.contains("0 < low < high"))
  }

  @Test func muonTakesMatrices() {
    let problem = OptimizerProblem()
    let optimizer = Optimizer(problem.parameters, .muon(), learningRate: 0.1)
    let values = problem.values
    var message = ""
    do throws(GraphError) {
      _ = try optimizer.tryStep { problem.loss() }
    } catch {
      message = error.description
    }
    #expect(message.contains("muon: takes matrices, not [6]"), "\(message)")
    #expect(problem.values == values && optimizer.stepCount == 0)
  }

  /// Biases keep their values where only the decay would change them.
  @Test func groupsLeaveBiasesUndecayed() {
    let net = MLP([2, 3], .float64)
    for parameter in net.parameters {
      parameter.value = .ones(parameter.value.shape, .float64)
    }
    let optimizer = Optimizer(
      ParameterGroup.split(net.parameters, .sgd(weightDecay: 0.5), others: .sgd())
    ) { _ in 0.1 }
    optimizer.step { (net(.zeros([1, 2], .float64)) * Tensor(0, .float64)).sum() }
    #expect(net.layers[0].weight.value.doubles.allSatisfy { abs($0 - 0.95) < 1e-15 })
    #expect(net.layers[0].bias!.value.doubles == [1, 1, 1])
  }

  /// L-BFGS evaluates its closure often, and it is one plan.
  @Test func lbfgsIsOnePlanAndUndoesAFailedStep() {
    var options = LBFGS.Options()
    options.searchesLine = true
    let problem = OptimizerProblem()
    let optimizer = LBFGS(problem.parameters, options: options)
    alone {
      Engine.removePlans()
      let before = Engine.statistics.plans
      for _ in 0..<5 { optimizer.step { problem.loss() } }
      #expect(Engine.statistics.plans - before == 1)
    }
    let (values, state) = (problem.values, optimizer.state)
    var calls = 0
    var message = ""
    do throws(GraphError) {
      _ = try optimizer.tryStep {
        calls += 1
        return calls < 2 ? problem.loss(1) : problem.loss(1) + Tensor.ones([2, 2], .float64)
      }
    } catch {
      message = error.description
    }
    #expect(message.contains("scalar") && problem.values == values)
    #expect(
      optimizer.state.tensors.map { $0.value.doubles } == state.tensors.map { $0.value.doubles })
  }
}
