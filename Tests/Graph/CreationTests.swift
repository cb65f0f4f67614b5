import Adjoint
import AdjointGraph
import AdjointRuntime
import Testing

/// Tensors from a rule, and from chance.
@Suite struct CreationTests {
  @Test func ranges() {
    #expect(Tensor.range(2, 9, by: 3).integers == [2, 5, 8])
    #expect(Tensor.range(3, 0, by: -1).integers == [3, 2, 1])
    #expect(Tensor.range(0, 3).element == .int64)
    #expect(Tensor.range(0.0, 1.0, by: 0.25).floats == [0, 0.25, 0.5, 0.75])
    #expect(Tensor.range(1.0, 0.0).shape == [0])
    #expect(Tensor.linspace(1, 2, count: 5, .float64).doubles == [1, 1.25, 1.5, 1.75, 2])
    #expect(Tensor.linspace(1, 2, count: 1).floats == [1])
    #expect(Tensor.linspace(0, 0.1, count: 11, .float64).doubles.last == 0.1)
  }

  @Test func matrices() {
    #expect(Tensor.identity(2).floats == [1, 0, 0, 1])
    #expect(Tensor.eye(2, 3, offset: 1).floats == [0, 1, 0, 0, 0, 1])
    #expect(Tensor.eye(3, 2, offset: -1).floats == [0, 0, 1, 0, 0, 1])
    #expect(Tensor.eye(2, 0).shape == [2, 0])
    #expect(Tensor.ones([2], .int64).integers == [1, 1])
    let like = Tensor.full(like: Tensor.zeros([2], .float64), 3)
    #expect(like.type == TensorType([2], .float64))
    #expect(like.doubles == [3, 3])
    #expect(Tensor.ones(like: like).doubles == [1, 1])
    #expect(Tensor.zeros(like: like).type == like.type)
  }

  @Test func permutationsHoldEveryNumberOnce() {
    let a = Tensor.permutation(100, key: RandomKey(1)).integers
    #expect(a.sorted() == Array(0..<100))
    #expect(a != Array(0..<100))
    #expect(a == Tensor.permutation(100, key: RandomKey(1)).integers)
    #expect(a != Tensor.permutation(100, key: RandomKey(2)).integers)
    var firsts = [Int](repeating: 0, count: 4)
    for seed in 0..<4000 { firsts[Tensor.permutation(4, key: RandomKey(seed)).integers[0]] += 1 }
    #expect(firsts.allSatisfy { abs($0 - 1000) < 150 })
  }

  @Test func integersAndTruthValues() {
    let dice = Tensor.randomIntegers([6000], -2, 4, key: RandomKey(1)).integers
    for side in -2..<4 { #expect(abs(dice.filter { $0 == side }.count - 1000) < 150) }
    #expect(dice.allSatisfy { $0 >= -2 && $0 < 4 })
    let coins = Tensor.bernoulli([10_000], probability: 0.3, key: RandomKey(1))
    #expect(coins.element == .bool)
    #expect(abs(coins.booleans.filter { $0 }.count - 3000) < 200)
    let each = Tensor.bernoulli(Tensor([0.0, 1, 0, 1]), key: RandomKey(1))
    #expect(each.booleans == [false, true, false, true])
  }

  @Test func truncatedNormalsStayInside() {
    let x = Tensor.truncatedNormal(
      [20_000], mean: 1, deviation: 2, limit: 1, key: RandomKey(1), .float64)
    let all = x.doubles
    #expect(all.allSatisfy { abs($0 - 1) <= 2 })
    let mean = all.reduce(0, +) / 20_000
    let variance = all.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / 20_000
    #expect(abs(mean - 1) < 0.03)
    // The variance of a normal cut at one deviation is 0.2911.
    #expect(abs(variance / 4 - 0.2911) < 0.01)
  }

  @Test func categoriesComeWithTheirProbabilities() {
    let logits = log(Tensor([0.1, 0.6, 0.3], .float64)).broadcast(to: [10_000, 3])
    let drawn = Tensor.categorical(logits, key: RandomKey(3))
    #expect(drawn.shape == [10_000])
    let all = drawn.integers
    for (place, expected) in [1000, 6000, 3000].enumerated() {
      #expect(abs(all.filter { $0 == place }.count - expected) < 200)
    }
  }
}
