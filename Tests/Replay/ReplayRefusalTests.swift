import Adjoint
import AdjointGraph
import AdjointRuntime
import Testing

/// What a replay would get wrong is refused, with one sentence that says what and what to do.
@Suite struct ReplayRefusalTests {
  private let net = Linear(3, 2)
  private let x = Tensor.normal([4, 3], key: RandomKey(1))
  private var zeros: Tensor { Tensor.zeros([4, 2]) }

  private func error(after calls: Int, _ step: CompiledStep<Tensor>) -> GraphError? {
    for _ in 0..<calls { _ = try? step.tryStep(x) }
    do throws(GraphError) {
      try step.tryStep(x)
      return nil
    } catch {
      return error
    }
  }

  @Test func aNumberThatChangesIsNamed() {
    alone {
      net.parameters.forEach { $0.name = $0.value.rank == 2 ? "fc1.weight" : "fc1.bias" }
      var factor = 1.0
      let optimizer = SGD(net, learningRate: 0.1)
      let step = optimizer.compiled { x in
        factor *= 2
        return meanSquaredError(net(x) * factor, zeros)
      }
      let before = (net.weight.value.floats, optimizer.stepCount)
      let found = error(after: 1, step)
      #expect(
        found?.description
          == "compiled: the number 4.0 that `multiply` near fc1.bias reads was the number 2.0 at another step, and no rule says why: pass it to the closure as an argument (in an update rule: `numbers.scalar { … }`)"
      )
      #expect(net.weight.value.floats != before.0 && optimizer.stepCount == 1, "the first step")
    }
  }

  @Test func dataThatChangeAreNamed() {
    alone {
      var key = 0
      let step = SGD(net, learningRate: 0.1).compiled { x in
        key += 1
        return meanSquaredError(net(x), Tensor.normal([4, 2], key: RandomKey(key)))
      }
      let found = error(after: 1, step)
      #expect(
        found?.message.contains("the data that `subtract`") == true, "\(String(describing: found))")
    }
  }

  @Test func dataThatAreMadeAnewAndTheSameAreNot() {
    alone {
      let step = SGD(net, learningRate: 0.1).compiled { meanSquaredError(net($0), zeros) }
      let before = Engine.statistics.replays
      #expect(error(after: 9, step) == nil)
      #expect(Engine.statistics.replays - before == 5)
    }
  }

  @Test func anotherStructureIsFound() {
    alone {
      for last in [1, 2, 4, 64] {
        var calls = 0
        let optimizer = SGD(net, learningRate: 0.1)
        let step = optimizer.compiled { x in
          calls += 1
          // The closure runs where a step is traced: at 1, 2, 3, 5, 9, …
          return meanSquaredError(
            optimizer.stepCount >= last ? relu(net(x)) : tanh(net(x)), zeros)
        }
        let found = error(after: last, step)
        #expect(found?.message.contains("`relu` where `tanh` was") == true)
        let weight = net.weight.value.floats
        #expect(error(after: 0, step) == found, "and again")
        #expect(net.weight.value.floats == weight && optimizer.stepCount == last)
      }
    }
  }

  @Test func readingAValueIsFound() {
    alone {
      let optimizer = SGD(net, learningRate: 0.1)
      let readings: [(Tensor) -> Double] = [
        { $0.floats.map { Double($0) }.max()! }, { net($0).sum().item },
        { _ in net.weight.value.doubles[0] },
      ]
      for reading in readings {
        let step = optimizer.compiled { x in
          meanSquaredError(reading(x) > 1e9 ? net(x) * 2 : net(x), zeros)
        }
        let found = error(after: 0, step)
        #expect(found?.message.hasPrefix("the closure reads a value") == true)
      }
      let number = optimizer.compiled { (x, scale) in
        scale.item > 1 ? net(x).mean() : net(x).sum()
      }
      #expect(throws: GraphError.self) { try number.tryStep(x, Tensor(2)) }
      #expect(optimizer.stepCount == 0)
    }
  }

  @Test func assigningACellAndTakingAStepAreFound() {
    alone {
      let cell = Cell(Tensor([0.0]))
      let (inner, optimizer) = (SGD(net, learningRate: 0.1), SGD(net, learningRate: 0.1))
      let assigning = optimizer.compiled { x in
        cell.value = cell.value + 1
        return meanSquaredError(net(x), zeros)
      }
      #expect(error(after: 0, assigning)?.message.contains("assigns a cell") == true)
      let stepping = optimizer.compiled { x in
        inner.step { meanSquaredError(net(x), zeros) }
        return meanSquaredError(net(x), zeros)
      }
      #expect(error(after: 0, stepping)?.message.contains("takes a step") == true)
      // Nor may it be one that is replayed itself.
      let replayed = inner.compiled { meanSquaredError(net($0), zeros) }
      #expect(error(after: 3, replayed) == nil)
      let nesting = optimizer.compiled { x in
        replayed(x)
        return meanSquaredError(net(x), zeros)
      }
      #expect(error(after: 0, nesting)?.message.contains("takes a step") == true)
      #expect(optimizer.stepCount == 0)
    }
  }

  @Test func aRuleThatKeepsItsNumbersToItselfIsFound() {
    alone {
      let secret = UpdateRule { numbers in
        let rate = numbers.scalar(numbers.rate / Double(numbers.count))
        return { ParameterUpdate($0.value - $0.gradient * rate) }
      }
      let open = UpdateRule { numbers in
        let rate = numbers.scalar { $0.rate / Double($0.count) }
        return { ParameterUpdate($0.value - $0.gradient * rate) }
      }
      let refused = Optimizer(net, secret, learningRate: 0.1).compiled {
        meanSquaredError(net($0), zeros)
      }
      #expect(error(after: 1, refused)?.message.contains("numbers.scalar { … }") == true)
      let taken = Optimizer(net, open, learningRate: 0.1).compiled {
        meanSquaredError(net($0), zeros)
      }
      #expect(error(after: 20, taken) == nil)
    }
  }

  @Test func aSharedValueIsNotTakenForOneCell() {
    alone {
      // Until the first step both networks hold one and the same tensor.
      let other = Linear(3, 2)
      other.weight.value = net.weight.value
      other.bias!.value = net.bias!.value
      let optimizer = SGD(net.parameters + other.parameters, learningRate: 0.1)
      let step = optimizer.compiled { meanSquaredError(net($0) + other($0) * 2, zeros) }
      let before = Engine.statistics.replays
      #expect(error(after: 12, step) == nil)
      #expect(Engine.statistics.replays > before)
      #expect(net.weight.value.floats != other.weight.value.floats)
    }
  }
}
