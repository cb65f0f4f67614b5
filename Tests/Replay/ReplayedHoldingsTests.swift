import Adjoint
import AdjointGraph
import AdjointOptim
import AdjointRuntime
import Testing

/// What closures and cells hold while steps are captured.
@Suite struct ReplayedHoldingsTests {
  private let net = Linear(3, 2)
  private let x = Tensor.normal([4, 3], key: RandomKey(1))
  private var zeros: Tensor { Tensor.zeros([4, 2]) }

  /// The losses of twelve steps, and how many of them were replays.
  private func losses(_ step: (Tensor) throws -> Tensor) throws -> (losses: [Double], replays: Int)
  {
    let before = Engine.statistics.replays
    let losses = try (0..<12).map { _ in try step(x).item }
    return (losses, Engine.statistics.replays - before)
  }

  @Test func aClosureMayHoldAParametersFirstValue() throws {
    try alone {
      let weight = net.weight.value.doubles
      func loss(_ first: Tensor) -> (Tensor) -> Tensor {
        { x in
          let away = net.weight.value - first
          return meanSquaredError(net(x), zeros) + (away * away).sum()
        }
      }
      let optimizer = SGD([net.weight], learningRate: 0.1)
      let replayed = optimizer.compiled(loss(net.weight.value))
      let found = try losses { try replayed.tryStep($0) }
      #expect(found.replays > 5)

      net.weight.value = Tensor(weight, shape: net.weight.value.shape)
      let traced = loss(net.weight.value)
      let expected = try losses { x in try optimizer.tryStep { traced(x) } }
      #expect(found.losses == expected.losses)
    }
  }

  @Test func aStructureThatChangesAgainIsRefusedAllTheSame() throws {
    alone {
      var calls = 0
      let first = net.weight.value
      let step = SGD([net.weight], learningRate: 0.1).compiled { x in
        calls += 1
        let y = calls > 2 ? tanh(net(x)) : net(x)
        return meanSquaredError(y, zeros) + (net.weight.value - first).sum()
      }
      let outcomes = (0..<4).map { _ in (try? step.tryStep(x)) != nil }
      #expect(outcomes == [true, true, false, false])
    }
  }

  @Test func aPendingCellIsComputedOnceAndThenReplayed() throws {
    try alone {
      let scale = Cell(Tensor([2.0, 3]))
      scale.value = scale.value * 2
      let optimizer = SGD(net, learningRate: 0)
      let step = optimizer.compiled { meanSquaredError(net($0) * scale.value, zeros) }
      let found = try losses { try step.tryStep($0) }
      #expect(found.replays > 5)
      let expected = meanSquaredError(net(x) * Tensor([4.0, 6]), zeros).item
      #expect(found.losses.allSatisfy { abs($0 - expected) < 1e-6 })
    }
  }

  @Test func aLenientCaptureNamesTheTrainersSetting() {
    alone {
      let optimizer = SGD(net, learningRate: 0.1)
      let step = StepCapture(optimizer, isLenient: true) { inputs in
        let y = net(inputs[0])
        return meanSquaredError(optimizer.stepCount > 10 ? relu(y) : y, inputs[1])
      }
      var found: GraphError?
      for _ in 0..<32 where found == nil {
        do throws(GraphError) { _ = try step.take(x, zeros) } catch { found = error }
      }
      #expect(found?.message.contains("`replaysSteps = false`") == true)
    }
  }

  @Test func manyResultsArePoisonedEach() throws {
    try alone {
      let parts = compiled { (inputs: [Tensor]) -> [Tensor] in
        [inputs[0] + inputs[1], inputs[0] * inputs[1], inputs[0]]
      }
      let wrong = { checkedCount(parts, [Tensor([1.0, 2]), Tensor([1.0, 2, 3])]) }
      #expect(wrong() == 3, "at the first call too")
      _ = try parts.tryCall([x, x])
      #expect(wrong() == 3)
    }
  }

  private func checkedCount(
    _ function: CompiledFunction<[Tensor], [Tensor]>, _ inputs: [Tensor]
  ) -> Int {
    var count = 0
    try? checked { () throws(GraphError) in count = function(inputs).count }
    return count
  }

  @Test func argumentsThatAreTheSameAreFoundAmongMany() throws {
    try alone {
      let sum = compiled { (inputs: [Tensor]) -> [Tensor] in
        var sum = inputs[0] * 0
        for (place, input) in inputs.enumerated() { sum = sum + input * Double(place + 1) }
        return [sum]
      }
      let (a, b) = (Tensor(1), Tensor(2))
      for _ in 0..<6 {
        let mixed = try sum.tryCall([a, b, a, b, b])[0].item
        #expect(mixed == 26)
        let mostlyOne = try sum.tryCall([a, a, a, a, b])[0].item
        #expect(mostlyOne == 20)
      }
    }
  }

  @Test func manyPatternsOfHoldersAreReplayedRight() throws {
    try alone {
      let nets = (0..<5).map { _ in Linear(2, 2) }
      let parameters = nets.flatMap { [$0.weight, $0.bias!] }
      let data = Tensor.normal([3, 2], key: RandomKey(4))
      let optimizer = SGD(parameters, learningRate: 0.01)
      let loss = { (x: Tensor) in nets.reduce(x) { tanh($1($0)) }.sum() }
      let start = parameters.map { $0.value.doubles }
      func run(_ step: (Tensor) throws -> Tensor) throws -> [Double] {
        for (parameter, values) in zip(parameters, start) {
          parameter.value = Tensor(values, shape: parameter.value.shape)
        }
        return try (0..<40).map { index in
          // Others hold ever other values as the step begins: more patterns than there are variants.
          let held = parameters.indices.filter { index * 37 >> $0 & 1 == 1 }.map {
            parameters[$0].value
          }
          let before = held.map { $0.doubles }
          let loss = try step(data).item
          #expect(held.map { $0.doubles } == before)
          return loss
        }
      }
      let replayed = optimizer.compiled(loss)
      let before = Engine.statistics.replays
      let found = try run { try replayed.tryStep($0) }
      #expect(Engine.statistics.replays - before > 20)
      let expected = try run { x in try optimizer.tryStep { loss(x) } }
      #expect(found == expected)
    }
  }
}
