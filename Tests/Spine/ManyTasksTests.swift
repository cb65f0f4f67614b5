import Adjoint
import AdjointGraph
import AdjointReference
import AdjointRuntime
import Testing

/// Eight tasks at once: graphs of their own, the same plans, the same cells.
@Suite struct ManyTasksTests {
  private static let count = 8

  /// Every task grows the graphs of all seeds, so that some meet in a plan, and starts at another one.
  @Test func randomGraphsAreRight() async {
    let seeds = 0..<24
    let expected = seeds.map { seed in
      alone(on: ReferenceDevice.shared) {
        var graph = RandomGraph(seed)
        return graph.run()
      }
    }
    await withTaskGroup(of: Void.self) { group in
      for task in 0..<Self.count {
        group.addTask {
          for turn in seeds {
            let seed = (turn + task / 2 * 5) % seeds.count
            var graph = RandomGraph(seed)
            for (a, b) in zip(graph.run(), expected[seed]) {
              expectClose(a, b, 1e-10, "task \(task), random graph \(seed)")
            }
            await Task.yield()
          }
        }
      }
    }
  }

  /// Half of the tasks train one model, the others read it: no update is lost, and none is seen in part.
  @Test func sharedCellsAreRight() async {
    let net = Linear(64, 1, .float64)
    net.weight.value = Tensor.zeros([1, 64], .float64)
    await withTaskGroup(of: Void.self) { group in
      for task in 0..<Self.count {
        group.addTask {
          let optimizer = SGD(net, learningRate: 1)
          let x = Tensor.ones([1, 64], .float64)
          var before = 0.0
          for _ in 0..<40 {
            if task % 2 == 0 {
              optimizer.step { net(x).mean() }
            } else {
              let now = net.weight.value.doubles
              #expect(Set(now).count == 1, "a value that is half old, half new")
              #expect(now[0] <= before, "an older value after a newer one")
              before = now[0]
            }
            await Task.yield()
          }
        }
      }
    }
    #expect(net.weight.value.doubles == [Double](repeating: -160, count: 64))
  }

  /// One node, evaluated by all tasks at once.
  @Test func oneTensorIsEvaluatedOnceForAll() async {
    for round in 0..<20 {
      let x = Tensor.uniform([300], 0.5, 1.5, key: RandomKey(round), .float64)
      let y = log(exp(x) * 2).sum()
      let found = await withTaskGroup(of: UInt64.self) { group in
        for _ in 0..<Self.count { group.addTask { y.item.bitPattern } }
        return await group.reduce(into: Set<UInt64>()) { $0.insert($1) }
      }
      #expect(found.count == 1)
    }
  }
}
