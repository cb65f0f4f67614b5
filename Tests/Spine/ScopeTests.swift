import Adjoint
import AdjointGraph
import AdjointRuntime
import Testing

/// What a step does beside the loss: effects, errors, the bits of a run.
@Suite struct ScopeTests {
  /// A layer that keeps a running mean of what passes, as normalisation layers do.
  struct Tracker: Module {
    let linear = Linear(3, 1)
    let mean = Cell(Tensor.zeros([3]))

    func forward(_ x: Tensor) -> Tensor {
      StepScope.record(mean) { $0 * 0.9 + x.mean([0]) * 0.1 }
      return linear(x)
    }
  }

  @Test func effectsAreCommittedOnceAndOnlyByASteps() {
    alone {
      let net = Tracker()
      let optimizer = SGD(net.parameters, learningRate: 0.1)
      let x = Tensor([Float](repeating: 1, count: 6), shape: [2, 3])
      _ = net(x).floats
      #expect(net.mean.value.floats == [0, 0, 0], "inference leaves statistics alone")
      optimizer.step { meanSquaredError(net(x), Tensor.zeros([2, 1])) }
      expectClose(net.mean.value.doubles, [0.1, 0.1, 0.1], 1e-7, "one step")
      training { _ = net(x) }
      expectClose(net.mean.value.doubles, [0.19, 0.19, 0.19], 1e-7, "an open step")
    }
  }

  @Test func aLayerUsedTwiceChangesItsStatisticTwice() {
    alone {
      let net = Tracker()
      let optimizer = SGD(net.parameters + net.parameters, learningRate: 0.1)
      #expect(optimizer.parameters.count == 2)
      let x = Tensor([Float](repeating: 1, count: 6), shape: [2, 3])
      optimizer.step { (net(x) + net(x)).mean() }
      expectClose(net.mean.value.doubles, [0.19, 0.19, 0.19], 1e-7, "two uses")
    }
  }

  @Test func frozenParametersNeedNoPathAndStay() {
    alone {
      let (a, b) = (Linear(2, 1), Linear(2, 1))
      let optimizer = SGD(a.parameters + b.parameters, learningRate: 0.1)
      for parameter in b.parameters { parameter.isTrainable = false }
      let before = b.weight.value.floats
      optimizer.step { a(Tensor.zeros([1, 2])).mean() }
      #expect(b.weight.value.floats == before)
    }
  }

  @Test func aParameterKeepsItsTypeBesideOthers() {
    alone {
      let (a, b) = (Linear(2, 2, .float32), Linear(2, 1, .float64))
      let optimizer = Adam(a.parameters + b.parameters)
      optimizer.step { b(relu(a(Tensor.zeros([1, 2]))).cast(to: .float64)).mean() }
      #expect(a.weight.value.element == .float32)
      #expect(b.weight.value.element == .float64)
    }
  }

  @Test func theOpenFormTakesTheSameStep() throws {
    try alone {
      let nets = [Linear(3, 1), Linear(3, 1)]
      nets[1].weight.value = nets[0].weight.value
      nets[1].bias!.value = nets[0].bias!.value
      let optimizers = nets.map { SGD($0, learningRate: 0.1) }
      let x = Tensor.normal([4, 3], key: RandomKey(1))
      let loss = optimizers[0].step { meanSquaredError(nets[0](x), Tensor.zeros([4, 1])) }
      let (value, gradients) = valueAndGradient(of: nets[1]) {
        meanSquaredError(nets[1](x), Tensor.zeros([4, 1]))
      }
      try optimizers[1].tryStep(applying: gradients)
      #expect(value.item == loss.item)
      #expect(nets[0].weight.value.floats == nets[1].weight.value.floats)
    }
  }

  @Test func whatAStepReturnsHasDroppedItsInputs() {
    alone {
      let net = Linear(3, 1)
      let optimizer = SGD(net, learningRate: 0.1)
      let loss = optimizer.step { net(Tensor.zeros([2, 3])).mean() }
      #expect(loss.node.inputCount == 0)
      let x = Tensor([2.0], .float64)
      let y = x * x * x
      #expect(y.doubles == [8])
      #expect(gradient(of: y.sum(), withRespectTo: x).doubles == [12], "after reading")
    }
  }

  @Test func aParameterWithoutAPathIsNamed() {
    struct Forgetful: Module {
      let used = Linear(2, 1)
      let forgotten = Linear(2, 1)
      func forward(_ x: Tensor) -> Tensor { used(x) }
    }
    let net = Forgetful()
    let optimizer = SGD(net, learningRate: 0.1)
    let error = #expect(throws: GraphError.self) {
      try checked { _ = optimizer.step { net(Tensor.zeros([1, 2])).mean() } }
    }
    #expect(error?.description.contains("forgotten.weight") == true)
  }

  @Test func wrongOperationsInsideCheckedAreThrown() {
    let (a, b) = (Tensor.zeros([2, 3]), Tensor.zeros([4, 5]))
    let error = #expect(throws: GraphError.self) { try checked { _ = (matmul(a, b) + 1).floats } }
    #expect(error?.description == "matmul: inner dimensions differ: [2, 3] × [4, 5] (3 ≠ 4)")
    #expect(throws: GraphError.self) { try checked { _ = a + b } }
    #expect(throws: GraphError.self) { try checked { _ = a.reshaped([5]) } }
    #expect(throws: GraphError.self) { try checked { _ = convolution(a, b) } }
  }

  @Test func aFailedStepChangesNothing() {
    alone {
      let net = Linear(2, 3)
      let optimizer = Adam(net)
      let x = Tensor.normal([2, 2], key: RandomKey(1))
      optimizer.step { crossEntropy(net(x), Tensor([0, 1])) }
      let before = net.weight.value.floats
      #expect(throws: GraphError.self) {
        try optimizer.tryStep { crossEntropy(net(x), Tensor([0, 7])) }
      }
      #expect(net.weight.value.floats == before)
      optimizer.step { crossEntropy(net(x), Tensor([0, 1])) }
      #expect(net.weight.value.floats != before)
    }
  }

  @Test func theSameRunGivesTheSameBits() {
    let run = { () -> [UInt32] in
      alone {
        Initialization.seed(3)
        let net = MLP([30, 40, 10])
        let optimizer = Adam(net)
        let x = Tensor.normal([64, 30], key: RandomKey(2))
        let y = Tensor((0..<64).map { $0 % 10 })
        return (0..<20).map { _ in
          optimizer.step { crossEntropy(net(x), y) }.floats[0].bitPattern
        }
      }
    }
    #expect(run() == run())
  }

  @Test func eightTasksAtOnceAreRight() async {
    await withTaskGroup(of: Bool.self) { group in
      for task in 0..<8 {
        group.addTask {
          let x = Tensor([Double](repeating: Double(task), count: 10), .float64)
          var isRight = true
          for round in 0..<200 {
            let y = (x * x + Double(round)).sum()
            isRight = isRight && y.item == Double(10 * (task * task + round))
            let slope = gradient(of: (x * x).sum(), withRespectTo: x)
            isRight = isRight && slope.doubles == [Double](repeating: 2 * Double(task), count: 10)
          }
          return isRight
        }
      }
      for await isRight in group { #expect(isRight) }
    }
  }
}
