import Adjoint
import AdjointGraph
import AdjointRuntime
import AdjointWorkloads
import Testing

/// A steady loop is steady: no node, no block and no page more after ten thousand steps than after a hundred.
@Suite struct MemoryTests {
  @Test(arguments: [Workload.tiny, .mlp]) func aSteadyLoopIsSteady(workload: Workload) {
    alone {
      // Nodes are counted by thread, and those of other tests may have been freed on this one.
      let outside = MemoryStatistics.current.liveNodes
      let step = workload.prepare()
      for index in 0..<100 { _ = step(index) }
      let (early, earlyBytes) = (MemoryStatistics.current, residentBytes())
      let reused = Engine.statistics.reusedBuffers
      for index in 100..<10_000 { _ = step(index) }
      let (late, lateBytes) = (MemoryStatistics.current, residentBytes())
      let (earlyNodes, lateNodes) = (early.liveNodes - outside, late.liveNodes - outside)
      #expect(earlyNodes > 0)
      #expect(Double(lateNodes) <= Double(earlyNodes) * 1.05)
      #expect(Double(lateBytes) <= Double(earlyBytes) * 1.05)
      #expect(late.systemAllocations == early.systemAllocations)
      let parametersAndStates = workload == .tiny ? 6 : 12
      #expect(Engine.statistics.reusedBuffers - reused == 9900 * parametersAndStates)
      print(
        "\(workload.rawValue): nodes \(earlyNodes) → \(lateNodes),",
        "resident \(earlyBytes >> 10) → \(lateBytes >> 10) KiB")
    }
  }

  @Test func aHiddenOldValueIsNeverOverwritten() {
    alone {
      let net = Linear(3, 2)
      let optimizer = SGD(net, learningRate: 0.5)
      let x = Tensor.normal([4, 3], key: RandomKey(3))
      let step = { _ = optimizer.step { meanSquaredError(net(x), Tensor.zeros([4, 2])) } }
      step()
      let hidden = net.weight.value
      let before = hidden.floats
      let pending = net.weight.value * 2
      let reused = Engine.statistics.reusedBuffers
      step()
      #expect(Engine.statistics.reusedBuffers - reused == 1, "the bias only")
      #expect(hidden.floats == before)
      #expect(pending.floats == before.map { $0 * 2 })
      #expect(net.weight.value.floats != before)
    }
  }

  @Test func aParameterIsReusedInPlaceWhenNobodyElseHoldsIt() {
    alone {
      let net = Linear(3, 2)
      let optimizer = SGD(net, learningRate: 0.5)
      let x = Tensor.normal([4, 3], key: RandomKey(3))
      let address = { net.weight.node.storage?.pointer }
      let first = address()
      for _ in 0..<5 {
        optimizer.step { meanSquaredError(net(x), Tensor.zeros([4, 2])) }
        #expect(address() == first)
      }
      // Its memory is shared with a plain tensor for one step, and alone again in the next.
      var hidden: Tensor? = net.weight.value
      optimizer.step { meanSquaredError(net(x), Tensor.zeros([4, 2])) }
      #expect(address() != first)
      #expect(hidden?.node.storage?.pointer == first)
      hidden = nil
      let second = address()
      optimizer.step { meanSquaredError(net(x), Tensor.zeros([4, 2])) }
      #expect(address() == second)
    }
  }

  @Test func updatesThatReadEachOtherAreRight() throws {
    try alone {
      let (p, q) = (Cell(Tensor([1.0, 2], .float64)), Cell(Tensor([10.0, 20], .float64)))
      for _ in 0..<3 {
        let (a, b) = (p.value.doubles, q.value.doubles)
        try exchange(p, q)
        let sums = zip(a, b).map { (x: Double, y: Double) -> Double in x + y }
        let differences = zip(a, b).map { (x: Double, y: Double) -> Double in y - x }
        #expect(p.value.doubles == sums)
        #expect(q.value.doubles == differences)
      }
      let matrix = Cell(Tensor([1.0, 2, 3, 4], shape: [2, 2], .float64))
      try transposeInto(matrix)
      #expect(matrix.value.doubles == [2, 5, 5, 8])
      try shift(matrix)
      #expect(matrix.value.doubles == [4, 10, 7, 13])
    }
  }

  @inline(never) private func exchange(_ p: Cell, _ q: Cell) throws {
    let (a, b) = (p.value, q.value)
    try Engine.commit([], [CellUpdate(p, a + b), CellUpdate(q, b - a)])
  }

  @inline(never) private func transposeInto(_ cell: Cell) throws {
    try Engine.commit([], [CellUpdate(cell, cell.value + cell.value.transposed)])
  }

  /// Every row plus the first: the first is read after it could have been written.
  @inline(never) private func shift(_ cell: Cell) throws {
    let first = cell.value.slice(start: 0, length: 1)
    try Engine.commit([], [CellUpdate(cell, cell.value + first)])
  }

  @Test func aMillionNodesBuildEvaluateDifferentiateAndAreFreed() {
    alone {
      let nodes = MemoryStatistics.current.liveNodes
      chain()
      #expect(MemoryStatistics.current.liveNodes == nodes)
      Engine.removePlans()
    }
  }

  @inline(never) private func chain() {
    let x = Tensor([1.0, 2], .float64)
    var y = x
    for _ in 0..<500_000 { y = (y + x) - x }
    #expect(y.doubles == [1, 2])
    var z = x
    for _ in 0..<1_000_000 { z = -z }
    let slope = gradient(of: z.sum(), withRespectTo: x)
    #expect(slope.doubles == [1, 1])
  }

  @Test func anEndlesslyAssignedCellIsCut() {
    alone {
      let cell = Cell(Tensor([0.0], .float64))
      let cut = Engine.statistics.cutCells
      for _ in 0..<25_000 { cell.value = cell.value + 1 }
      #expect(Engine.statistics.cutCells - cut == 2)
      #expect(cell.value.doubles == [25_000])
    }
  }
}
