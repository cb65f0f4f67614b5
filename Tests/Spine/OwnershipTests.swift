import Adjoint
import AdjointGraph
import AdjointReference
import AdjointRuntime
import Testing

/// Who may overwrite what, and what is kept alive: the cases in which it once went wrong.
@Suite struct OwnershipTests {
  private func onEachDevice(_ body: () throws -> Void) rethrows {
    for device in testDevices { try alone(on: device, body) }
  }

  private func cell(_ numbers: [Double]) -> Cell { Cell(Tensor(numbers, .float64)) }

  @Test func aGroupThatReadsItsTargetThroughASlice() throws {
    try onEachDevice {
      let c = Cell(Tensor([Double](repeating: 1, count: 16_000), shape: [4000, 4], .float64))
      try Engine.commit([], plusFirstRow(c))
      #expect(c.value.doubles.allSatisfy { $0 == 2 })
    }
  }

  @inline(never) private func plusFirstRow(_ c: Cell) -> [CellUpdate] {
    [CellUpdate(c, c.value + c.value.slice(start: 0, length: 1))]
  }

  @Test func anOldValueHandedOnWhileItsCellIsOverwritten() throws {
    try onEachDevice {
      let (c, p) = (cell([1, 2]), cell([0, 0]))
      try Engine.commit([], [CellUpdate(c, c.value * 2), CellUpdate(p, c.value.detached)])
      #expect(c.value.doubles == [2, 4])
      #expect(p.value.doubles == [1, 2])
    }
  }

  @Test func cellsThatSwap() throws {
    try onEachDevice {
      let (a, b) = (cell([1, 2]), cell([3, 4]))
      for _ in 0..<3 { try swap(a, b) }
      #expect(a.value.doubles == [3, 4])
      #expect(b.value.doubles == [1, 2])
    }
  }

  @inline(never) private func swap(_ a: Cell, _ b: Cell) throws {
    try Engine.commit([], [CellUpdate(a, b.value.detached), CellUpdate(b, a.value.detached)])
  }

  @Test func aCellUpdatedTwiceHoldsTheLast() throws {
    try onEachDevice {
      let a = cell([0, 0])
      let v = Tensor([1.0, 1], .float64)
      try Engine.commit([], [CellUpdate(a, v + 10), CellUpdate(a, v * 1.0)])
      #expect(a.value.doubles == [1, 1])
      try Engine.commit([], [CellUpdate(a, Tensor([5.0, 5], .float64)), CellUpdate(a, v * 2.0)])
      #expect(a.value.doubles == [2, 2])
    }
  }

  @Test func aStatisticReadInTheForwardPassSurvivesAFailure() {
    alone {
      let net = Linear(3, 3)
      let mean = Cell(Tensor.zeros([3]))
      let optimizer = SGD(net, learningRate: 0.1)
      let x = Tensor([Float](repeating: 1, count: 6), shape: [2, 3])
      let step = { (targets: [Int]) throws(GraphError) in
        _ = try optimizer.tryStep {
          let m = mean.value * 0.9 + x.mean([0]) * 0.1
          StepScope.record(mean) { _ in m }
          return crossEntropy(net(x - m), Tensor(targets))
        }
      }
      #expect(throws: GraphError.self) { try step([0, 9]) }
      #expect(mean.value.floats == [0, 0, 0])
    }
  }

  @Test func noGradientFlowsThroughCommittedStatistics() {
    alone {
      let w = Parameter(Tensor([2.0], .float64))
      let s = cell([0])
      training { StepScope.record(s) { _ in w.value * 3 } }
      let slope = gradient(of: (w.value * s.value).sum(), withRespectTo: w.value)
      #expect(slope.doubles == [6])
    }
  }

  @Test func aLossReadInsideItsStepKeepsNoGraph() {
    alone {
      let net = Linear(3, 1)
      let optimizer = SGD(net, learningRate: 0.1)
      let x = Tensor.zeros([2, 3])
      var losses: [Tensor] = []
      let nodes = MemoryStatistics.current.liveNodes
      for _ in 0..<50 {
        losses.append(
          optimizer.step {
            let loss = net(x).mean()
            _ = loss.item
            return loss
          })
      }
      #expect(MemoryStatistics.current.liveNodes - nodes < 60)
    }
  }

  @Test func aCellThatIsAssignedAndReadForEverDoesNotGrow() {
    alone {
      let c = cell([0])
      let nodes = MemoryStatistics.current.liveNodes
      for _ in 0..<2000 {
        c.value = c.value + 1
        _ = c.value.item
      }
      #expect(c.value.item == 2000)
      #expect(MemoryStatistics.current.liveNodes - nodes < 10)
    }
  }

  @Test func plansShareTheirIntermediateMemory() {
    alone {
      Engine.removePlans()
      let net = MLP([64, 64, 64, 8])
      let optimizer = SGD(net, learningRate: 0.01)
      let live = MemoryStatistics.current.liveBytes
      for rows in 100..<200 {
        let y = Tensor([Int](repeating: 1, count: rows))
        optimizer.step { crossEntropy(net(Tensor.zeros([rows, 64])), y) }
      }
      // One batch's intermediates are some 300 KB; a hundred plans' would be 30 MB.
      #expect(MemoryStatistics.current.liveBytes - live < 3 << 20)
      Engine.removePlans()
    }
  }

  @Test func outOfMemoryIsThrownAndLeavesNothingBehind() {
    alone {
      let small = Tensor([1.0, 2]) + 1
      let huge = Tensor.zeros([1]).broadcast(to: [1 << 25, 1 << 25]) + 1
      #expect(throws: GraphError.self) { try Engine.evaluate([small, huge]) }
      let other = Tensor((0..<64).map { Float($0) }) + 1
      #expect(other.floats == (1...64).map { Float($0) })
    }
  }

  @Test func groupsOfTwoTypesDoNotWaitForEachOther() {
    alone {
      let (a, b) = (Tensor([1.0, 5]), Tensor([2.0, 3]))
      let (x, y, z) = (
        Tensor([1.0, 1], .float64), Tensor([9.0, 9], .float64), Tensor([4.0, 4], .float64)
      )
      let d = select(greater(a, b), x, y)
      let e = greater(d, z)
      #expect(select(e, a * 2, b * 3).floats == [2, 9])
    }
  }

  @Test func emptyBroadcastsWriteNothing() {
    onEachDevice {
      let x = Tensor.zeros([2000, 0])
      let slope = gradient(of: exp(x.sum([1])).sum(), withRespectTo: x)
      #expect(slope.shape == [2000, 0])
      #expect(slope.floats.isEmpty)
    }
  }

  @Test func tasksThatStepOneModelAreRight() async {
    let net = Linear(2, 1, .float64)
    net.weight.value = Tensor.zeros([1, 2], .float64)
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<4 {
        group.addTask {
          let optimizer = SGD(net, learningRate: 1)
          let x = Tensor([1.0, 1], shape: [1, 2], .float64)
          for _ in 0..<50 { optimizer.step { net(x).mean() } }
        }
      }
    }
    #expect(net.weight.value.doubles == [-200, -200])
  }

  @Test func averagesStartWhenAParameterIsUnfrozen() {
    alone {
      let (a, b) = (Linear(1, 1, .float64), Linear(1, 1, .float64))
      let optimizer = Adam(a.parameters + b.parameters, learningRate: 0.01)
      let x = Tensor([1.0], shape: [1, 1], .float64)
      let step = { _ = optimizer.step { (a(x) + b(x)).mean() } }
      b.weight.isTrainable = false
      for _ in 0..<100 { step() }
      let before = b.weight.value.item
      b.weight.isTrainable = true
      step()
      expectClose([before - b.weight.value.item], [0.01], 1e-9, "the first move")
    }
  }

  @Test func smallCorners() {
    onEachDevice {
      #expect((1 / Tensor.literal(-0.0, .float32)).item == -.infinity)
      let pooled = Tensor.zeros([1, 1, 0, 4]).maxPool2d(2, stride: 1, padding: 1)
      #expect(pooled.floats.allSatisfy { $0 == -.infinity })
      let kernels = Tensor.zeros([4, 3, 3, 2])
      let none = vmap({ convolution($0, kernels) }, Tensor.zeros([0, 2, 3, 6, 5]))
      #expect(none.shape == [0, 2, 4, 4, 4])
    }
  }

  @Test func wrongTargetsAreNamedOnEveryDevice() {
    for device in testDevices {
      Devices.with(device) {
        let logits = Tensor.zeros([2, 3])
        #expect(throws: GraphError.self) {
          try softmaxCrossEntropy(logits, Tensor([0, 7])).tryEvaluated()
        }
        #expect(throws: GraphError.self) {
          try SoftmaxCrossEntropy.shared.body([logits, Tensor([0, 7])]).tryEvaluated()
        }
      }
    }
  }
}
