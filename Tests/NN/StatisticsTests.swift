import Adjoint
import Testing

/// Statistics of layers inside functions that run on placeholders.
@Suite struct StatisticsTests {
  private let x = Tensor.normal([6, 3], key: RandomKey(5), .float64) * 2 + 1

  private func statistics(_ norm: BatchNorm) -> [Double] {
    norm.runningMean!.value.doubles + norm.runningVariance!.value.doubles
  }

  /// After a step in which `block` runs a layer twice: its statistics, and the loss.
  private func step(_ block: (Tensor, (Tensor) -> Tensor) -> Tensor) throws -> [Double] {
    let norm = BatchNorm(3, .float64)
    let optimizer = SGD(norm, learningRate: 0.1)
    let loss = try checked { () throws(GraphError) in
      optimizer.step { (block(x) { norm(norm($0 * $0)) } * x).mean() }
    }
    return statistics(norm) + [loss.item]
  }

  @Test func aRecomputedBlockTakesThemOnce() throws {
    let plain = try step { x, f in f(x) }
    #expect(try step { x, f in recomputed(x, f) } == plain)
    #expect(plain.allSatisfy { $0 != 0 })
  }

  @Test func aBlockWithAnOwnGradientTakesThem() {
    let (plain, own) = (BatchNorm(3, .float64), BatchNorm(3, .float64))
    training { _ = plain(x).sum().item }
    training { _ = withGradient([x], of: { own($0[0]) }, gradient: { [$2 * $0[0]] }).sum().item }
    #expect(statistics(own) == statistics(plain))
    #expect(statistics(own).prefix(3).allSatisfy { $0 != 0 })
  }

  @Test func aBatchOfFunctionsTakesNone() throws {
    let norm = BatchNorm(3)
    let before = norm.runningMean!.value.doubles
    let x = Tensor.normal([4, 6, 3], key: RandomKey(6))
    training { _ = vmap({ norm($0) }, x).sum().item }
    #expect(norm.runningMean!.value.doubles == before)
  }

  @Test func aScanRefusesThem() {
    let norm = BatchNorm(3)
    #expect(throws: GraphError.self) {
      try checked { () throws(GraphError) in
        training {
          _ =
            scan(Tensor.zeros([6, 3]), over: Tensor.ones([2, 6, 3])) { carry, x in
              (carry + norm(x), x)
            }.carry.doubles
        }
      }
    }
  }
}
