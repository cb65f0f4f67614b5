import Adjoint
import AdjointGraph
import AdjointRuntime
import Testing

/// What people write in brackets.
@Suite struct SubscriptTests {
  static let x = Tensor((0..<24).map { Double($0) }, shape: [2, 3, 4], .float64)

  @Test func integersAndRanges() {
    let x = Self.x
    #expect(x[1].shape == [3, 4])
    #expect(x[-1, -1, -1].item == 23)
    #expect(x[0, 1..<3].doubles == [4, 5, 6, 7, 8, 9, 10, 11])
    #expect(x[0, 1...].shape == [2, 4])
    #expect(x[.all, 2].doubles == [8, 9, 10, 11, 20, 21, 22, 23])
    #expect(x[0, 0, ..<2].doubles == [0, 1])
    #expect(x[0, 0, ...2].doubles == [0, 1, 2])
    #expect(x[0, 0, 1...2].doubles == [1, 2])
    #expect(x[0, 0, .from(-2)].doubles == [2, 3])
    #expect(x[0, 0, .from(0, to: -1)].doubles == [0, 1, 2])
    #expect(x[0, 0, 2..<2].shape == [0])
    #expect(x.at([0, TensorIndex(1..<2)]).shape == [1, 4])
  }

  @Test func steps() {
    let x = Self.x
    #expect(x[0, 0, .every(2)].doubles == [0, 2])
    #expect(x[0, 0, .every(-1)].doubles == [3, 2, 1, 0])
    #expect(x[0, 0, .from(1, by: 2)].doubles == [1, 3])
    #expect(x[0, 0, .from(-1, to: 0, by: -2)].doubles == [3, 1])
    #expect(x[.every(-1), 0, .every(3)].doubles == [12, 15, 0, 3])
    #expect((x[.all, .every(2), .every(2)] * 2).doubles == [0, 4, 16, 20, 24, 28, 40, 44])
  }

  @Test func newAxesAndEllipses() {
    let x = Self.x
    #expect(x[.newAxis].shape == [1, 2, 3, 4])
    #expect(x[.ellipsis, 0].doubles == [0, 4, 8, 12, 16, 20])
    #expect(x[0, .ellipsis, .newAxis].shape == [3, 4, 1])
    #expect(x[0, .ellipsis, 1, 2].item == 6)
  }

  @Test func tensorsAndMasks() {
    let x = Self.x
    let list = Tensor([2, 0])
    #expect(x[.all, list].shape == [2, 2, 4])
    #expect(x[1, list, 1].doubles == [21, 13])
    #expect(x[0, list, Tensor([3, 1])].doubles == [11, 1])
    #expect(x[0, Tensor([2, 0], shape: [2, 1]), list].doubles == [10, 8, 2, 0])
    #expect(x[greater(x, Tensor(20.5))].doubles == [21, 22, 23])
    #expect(x[1, Tensor([true, false, true]), 0].doubles == [12, 20])
    #expect(x[greater(x, Tensor(99))].shape == [0])
    #expect(x[Tensor([true, false]), 1, .all].doubles == [4, 5, 6, 7])
  }

  @Test func settingParts() {
    var x = Tensor.zeros([2, 3], .float64)
    x[0] = Tensor([1.0, 2, 3])
    #expect(x.doubles == [1, 2, 3, 0, 0, 0])
    x[.all, .every(2)] = Tensor(7.0)
    #expect(x.doubles == [7, 2, 7, 7, 0, 7])
    x[-1, 1] = x[-1, 1] + 5
    #expect(x.doubles == [7, 2, 7, 7, 5, 7])
    x[greater(x, Tensor(6))] = Tensor(0.0)
    #expect(x.doubles == [0, 2, 0, 0, 5, 0])
    x[Tensor([false, true])] = Tensor(4.0)
    #expect(x.doubles == [0, 2, 0, 4, 4, 4])
    x[Tensor([false, true])] = Tensor([[0.0, 5, 0]].flatMap { $0 }, shape: [1, 3])
    #expect(x.doubles == [0, 2, 0, 0, 5, 0])
    let indices: [TensorIndex] = [0, TensorIndex(Tensor([1, 1]))]
    #expect(x.adding(indices, Tensor([1.0, 2])).doubles == [0, 5, 0, 0, 5, 0])
    #expect(x.updating(indices, with: Tensor([1.0, 2])).doubles == [0, 2, 0, 0, 5, 0])
  }

  @Test func aNumberUnderAMaskReadsNothing() {
    let x = Tensor([1.0, -2, 3, -4], shape: [2, 2])
    let clipped = vmap({ $0.updating([TensorIndex(greater($0, Tensor(0)))], with: Tensor(0)) }, x)
    #expect(clipped.floats == [0, -2, 0, -4])
  }

  @Test func anotherPlaceIsTheSamePlan() {
    alone {
      Engine.removePlans()
      let x = Tensor.normal([10, 4], key: RandomKey(1), .float64).evaluated()
      let all = x.doubles
      let before = Engine.statistics.plans
      for step in 0..<10 {
        #expect((x[step] * 2).doubles == all[(4 * step)..<(4 * step + 4)].map { $0 * 2 })
      }
      #expect(Engine.statistics.plans - before == 1)
      for step in 0..<8 { _ = (x[step..<(step + 2), 1] * 3).evaluated() }
      #expect(Engine.statistics.plans - before == 2)
      for step in 0..<8 { _ = x.updating([TensorIndex(step)], with: x[0] * 2).evaluated() }
      #expect(Engine.statistics.plans - before == 3)
    }
  }

  /// Figures by NumPy.
  @Test func indexTensorsCountFromTheEndAndMayStandApart() {
    let x = Tensor.range(0, 24).reshaped([2, 3, 4])
    #expect(
      x[.all, Tensor([0, -1])].integers
        == [0, 1, 2, 3, 8, 9, 10, 11, 12, 13, 14, 15, 20, 21, 22, 23])
    let apart = x[Tensor([0, 1, -1]), .all, Tensor([3, -2, 0])]
    #expect(apart.shape == [3, 3] && apart.integers == [3, 7, 11, 14, 18, 22, 12, 16, 20])
    let broadcast = x[Tensor([[0], [1]]), .all, Tensor([3, -2])]
    #expect(broadcast.shape == [2, 2, 3])
    #expect(broadcast.integers == [3, 7, 11, 2, 6, 10, 15, 19, 23, 14, 18, 22])
    var changed = x
    changed[Tensor([-1]), .all, Tensor([0])] = Tensor([[7, 8, 9]])
    #expect(changed[1, .all, 0].integers == [7, 8, 9] && changed[0].integers == x[0].integers)
  }
}
