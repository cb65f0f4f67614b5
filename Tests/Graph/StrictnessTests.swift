import Adjoint
import AdjointGraph
import Testing

/// What used to pass without a word, or to stop the process inside `checked`.
@Suite struct StrictnessTests {
  struct Call: Sendable, CustomTestStringConvertible {
    let text: String
    let run: @Sendable () -> Void
    init(_ text: String, _ run: @escaping @Sendable () -> Void) {
      self.text = text
      self.run = run
    }
    var testDescription: String { text }
  }

  private static let m = Tensor([[1.0, 2, 3], [4, 5, 6]])
  private static let v = Tensor([1.0, 2, 3])

  static let calls = [
    Call("flattened: axis 2 is outside [2, 3]") { _ = m.flattened(from: 2) },
    Call("slice: 1 places from 3 on leave axis 0 of [3]") { _ = v.slice(start: 3, length: 1) },
    Call("slice: 2 places from -1 on leave axis 0 of [3]") { _ = v.slice(start: -1, length: 2) },
    Call("placed: [3] from 5 on leaves an axis 0 of 6 places") { _ = v.placed(start: 5, in: 6) },
    Call("withGradient: the rule gives 1 gradients for 2 inputs") {
      let y = withGradient([v, v * 3], of: { $0[0] * $0[1] }) { x, _, flow in [flow * x[1]] }
      _ = gradient(of: y.sum(), withRespectTo: v)
    },
    Call("withGradient: the rule's gradient of input 0 is float32 [], the input float32 [3]") {
      let y = withGradient([v], of: { $0[0] * 2 }) { _, _, flow in [flow.sum()] }
      _ = gradient(of: y.sum(), withRespectTo: v)
    },
    Call("scaledDotProductAttention: drops weights only with a dropoutKey") {
      let q = Tensor.zeros([1, 2, 2])
      _ = scaledDotProductAttention(q, q, q, dropoutProbability: 0.5)
    },
    Call("meanSquaredError: predictions [2, 3] and targets [3] differ") {
      _ = meanSquaredError(m, v)
    },
    Call("class: 3 at place 0 is not from 0 to 2") { _ = Tensor([3]).oneHot(3).floats },
    Call("oneHot: takes integer classes") { _ = v.oneHot(3) },
    Call("tensordot: cannot sum over -1 axes") { _ = tensordot(m, m, -1) },
    Call("uniform: there are no numbers from 3.0 to 1.0") {
      _ = Tensor.uniform([2], 3, 1, key: RandomKey(0))
    },
    Call("bernoulli: a probability lies from 0 to 1, not at 2.0") {
      _ = Tensor.bernoulli([2], probability: 2, key: RandomKey(0))
    },
    Call("MLP: has no layers") { _ = MLP([])(v) },
    Call("range: cannot count from 0 to 35184372088832 by 1") { _ = Tensor.range(0, 1 << 45) },
    Call("range: cannot count from 0.0 to -inf by 1.0") { _ = Tensor.range(0.0, -.infinity) },
    Call("range: cannot count from 0.0 to 1.0 by -0.0") { _ = Tensor.range(0.0, 1.0, by: -0.0) },
    Call("diagonalMatrix: the offset") { _ = v.diagonalMatrix(offset: .max) },
    Call("matmul: inner dimensions differ") {
      _ = recomputed(m) { matmul($0, Tensor.ones([2, 3])) }.sum().item
    },
    Call("matmul: inner dimensions differ") {
      let y = withGradient([m], of: { matmul($0[0], Tensor.ones([2, 3])) }) { _, _, flow in [flow] }
      _ = y.floats[0]
    },
    Call("chunked: [2, 3] has no 3 pieces along axis 7") { _ = m.chunked(3, axis: 7)[2] },
    Call("matmul: inner dimensions differ") { _ = matmul(m, m).chunked(3, axis: -1)[1] },
    Call("vmap: every input needs an axis 0") { _ = vmap({ [$0[0], $0[1]] }, [m, v])[1] },
    Call("matmul: inner dimensions differ") {
      _ =
        scan([v], over: [m]) { carries, inputs in
          (carries, [inputs[0], matmul(m, m), inputs[0]])
        }.outputs[2]
    },
  ]

  @Test(arguments: calls) func isThrownWithItsText(call: Call) {
    let error = #expect(throws: GraphError.self) { try checked { call.run() } }
    #expect(
      error?.description.hasPrefix(call.text) == true,
      "\(error?.description ?? "nothing thrown")")
  }

  @Test func theFirstErrorIsTheReason() {
    let error = #expect(throws: GraphError.self) {
      try checked { () throws(GraphError) in
        var y = Self.v
        y[7] = Tensor(1.0)
        return try y.tryEvaluated()
      }
    }
    #expect(error?.description.contains("place 7 is outside") == true)
  }

  @Test func checkedTakesBodiesThatThrowOtherErrors() {
    struct Other: Error {}
    #expect(throws: Other.self) { try checked { throw Other() } }
    #expect(throws: GraphError.self) {
      try checked {
        _ = matmul(Self.m, Self.m)
        throw Other()
      }
    }
    #expect(throws: Never.self) { try checked { try Self.m.tryEvaluated() } }
  }

  @Test func negativeAxesCountFromTheEnd() {
    #expect(Tensor.zeros([2, 3, 4]).flattened(from: -2).shape == [2, 12])
    #expect(Self.m.shape[-1] == 3 && Self.m.shape[-2] == 2)
    #expect(Tensor.zeros([]).flattened().shape == [1])
  }

  @Test func clampAgreesWithNumPyWhereTheEndsAreSwapped() {
    #expect(clamp(Tensor([0.0, 1.5, 3]), 2, 1).floats == [1, 1, 1])
  }
}

/// Scattering the largest and the smallest; signs and logarithms of determinants.
@Suite struct ScatterExtremaTests {
  /// Figures by PyTorch's scatter_reduce, ties left out.
  @Test func theLargestAndTheSmallestWin() {
    let x = Tensor([[1.0, 9], [5, 5], [7, 2]], .float64)
    let values = Tensor([[4.0, 1], [8, 6], [3, 10]], .float64)
    let index = Tensor([0, 2, 0])
    let high = x.scatteringMaximum(index, values)
    let low = x.scatteringMinimum(index, values)
    #expect(high.doubles == [4, 10, 5, 5, 8, 6] && low.doubles == [1, 1, 5, 5, 7, 2])
    let weights = Tensor([[1.0, 2], [3, 4], [5, 6]], .float64)
    let slopes = gradients(of: (high * weights).sum(), withRespectTo: [x, values])
    #expect(slopes[0]?.doubles == [0, 0, 3, 4, 0, 0])
    #expect(slopes[1]?.doubles == [1, 0, 5, 6, 0, 2])
  }

  @Test func notANumberWins() {
    let values = Tensor([1.0, .nan, 3], .float64)
    let x = Tensor([0.0, 0], .float64)
    #expect(x.scatteringMaximum(Tensor([0, 0, 1]), values).doubles[0].isNaN)
    #expect(x.scatteringMinimum(Tensor([0, 0, 1]), values).doubles[0].isNaN)
  }

  @Test func alongAnyAxisAgainstALoop() {
    let x = Tensor.normal([3, 4, 2], key: RandomKey(0), .float64)
    let index = Tensor([[0, 3], [3, 1]])
    let values = Tensor.normal([3, 2, 2, 2], key: RandomKey(1), .float64)
    var expected = x.doubles
    let (numbers, places) = (values.doubles, index.integers)
    for a in 0..<3 {
      for (which, place) in places.enumerated() {
        for c in 0..<2 {
          let target = a * 8 + place * 2 + c
          expected[target] = max(expected[target], numbers[a * 8 + which * 2 + c])
        }
      }
    }
    #expect(x.scatteringMaximum(index, values, axis: 1).doubles == expected)
  }

  @Test func signsOfDeterminants() {
    let large = Tensor.identity(3, .float64) * 1e200
    let (sign, size) = signAndLogDeterminant(-large)
    #expect(sign.item == -1 && abs(size.item - 3 * 200 * 2.302585092994046) < 1e-9)
    let singular = signAndLogDeterminant(Tensor([[1.0, 2], [2, 4]], .float64))
    #expect(singular.sign.item == 0 && singular.logarithm.item == -.infinity)
    let batch = stacked([Tensor([[0.0, 1], [1, 0]], .float64), Tensor.identity(2, .float64)])
    #expect(signAndLogDeterminant(batch).sign.doubles == [-1, 1])
  }
}

/// Numbers that came out wrong at ordinary inputs.
@Suite struct MendedNumberTests {
  /// d Σσ / dA = U Vᵀ, which of an orthogonal matrix is the matrix itself.
  @Test func singularValuesThatCoincide() {
    for size in [3, 4] {
      let q = qr(Tensor.normal([size, size], key: RandomKey(4), .float64)).q.evaluated()
      let slope = gradient(of: singularValues(q).sum(), withRespectTo: q)
      #expect((slope - q).norm(.infinity).item < 1e-12)
      let v = Tensor.normal(q.shape, key: RandomKey(5), .float64)
      let moved = valueAndDerivative({ singularValues($0).sum() }, at: q, along: v).derivative
      #expect(abs(moved.item - (q * v).sum().item) < 1e-11)
      let squares = gradient(of: (singularValues(q) * singularValues(q)).sum(), withRespectTo: q)
      #expect((squares - q * 2).norm(.infinity).item < 1e-11)
    }
    let a = Tensor.normal([2, 5, 3], key: RandomKey(6), .float64)
    checkGradient([a], 0, "singularValues") { singularValues($0[0]) }
    checkGradient([a], 0, "second order") {
      let y = singularValues($0[0])
      return gradient(of: (y * y * y).sum(), withRespectTo: $0[0])
    }
  }

  @Test func halvesWhoseStepsOverflow() {
    let x = Tensor.range(0, 100).cast(to: .float16) * 10
    #expect(abs(x.standardDeviation().item - 288.75) < 0.5)
    #expect(Tensor.zeros([100_000], .float16).softmax().floats[7] > 9e-6)
    #expect(Tensor.full([1, 1, 16, 16], 1000, .float16).averagePool(16).item == 1000)
    #expect(abs(Tensor.ones([100_000], .float16).norm().item - 316.2) < 0.3)
    let small = Tensor.full([10_000], 1e-4, .float16)
    #expect(abs(dot(small, small).item - 1e-4) < 1e-6)
    #expect(log2(Tensor([32.0, 128], .float16)).floats == [5, 7])
    #expect(abs(gelu(Tensor([-3.0], .bfloat16)).item + 0.00405) < 2e-5)
  }

  @Test func integersBetweenBounds() {
    #expect(clamp(Tensor([200, 100, 50] as [UInt8]), -5, 150).integers == [150, 100, 50])
    #expect(clamp(Tensor([200, 3, 255] as [UInt8]), 0, 400).integers == [200, 3, 255])
    #expect(clamp(Tensor([1, -100] as [Int8]), -300, 300).integers == [1, -100])
    #expect(clamp(Tensor([1, 2, 3] as [Int32]), 1.5, 2.5).doubles == [1.5, 2, 2.5])
    let ends = Tensor([Int64.min, .max])
    #expect(clamp(ends, -.infinity, 5).array(of: Int64.self) == [.min, 5])
  }

  @Test func chancesOfHalves() {
    let even = Tensor.full([20_000, 2], 100, .bfloat16)
    let share = Tensor.categorical(even, key: RandomKey(3)).cast(to: .float64).mean().item
    #expect(abs(share - 0.5) < 0.015)
  }

  @Test func ownGradientsAreFollowedForward() {
    let x = Tensor([0.2, 1.7, -0.4], .float64)
    func straight(_ x: Tensor) -> Tensor {
      withGradient([x], of: { round($0[0]) }) { _, _, flow in [flow] }
    }
    #expect(jacobian(of: straight, at: x, mode: .forward).doubles == [1, 0, 0, 0, 1, 0, 0, 0, 1])
    #expect(
      hessian(of: { square(straight($0)).sum() }, at: x).doubles == [2, 0, 0, 0, 2, 0, 0, 0, 2])
  }

  @Test func aMillionSmallTerms() {
    let x = Tensor.full([1_000_000], 0.1)
    let last = x.cumulativeSum(0)[-1].item
    #expect(abs(last - 100_000) < 0.1)
  }

  @Test func derivativesAtTheOrigin() {
    let zero = Tensor(0, .float64)
    let slopes = gradients(of: atan2(zero, zero * 1), withRespectTo: [zero])
    #expect(slopes[0]?.item == 0)
    let x = Tensor([0.0], .float64)
    var y = pow(x, Tensor([1.0], .float64)).sum()
    for _ in 0..<3 { y = gradient(of: y, withRespectTo: x).sum() }
    #expect(y.item == 0)
  }
}
