import Adjoint
import AdjointGraph
import AdjointRuntime
import Testing

/// Indices, derivatives of functions, and functions of integers, as people first try them.
@Suite struct ConvenienceTests {
  @Test func numbersAreAssigned() {
    var y = Tensor([[1.0, 2], [3, 4]])
    let n = 7
    y[0] = 9
    #expect(y.floats == [9, 9, 3, 4])
    y[1, 0] = Tensor(n)
    y[..., 1] = Tensor(Float(0.5))
    #expect(y.floats == [9, 0.5, 7, 0.5])
    y[y > 5] = 0
    #expect(y.floats == [0, 0.5, 0, 0.5] && y.element == .float32)
    y[0, 0..<2] = 3.5
    #expect(y[0].floats == [3.5, 3.5])
    y[..., 0] = -1
    #expect(y.floats == [-1, 3.5, -1, 0.5])
    var k = Tensor([1, 2, 3])
    k[1] = 2.9
    k[0] = Tensor([4.0])[0]
    k[2] += 1
    #expect(k.integers == [4, 2, 4] && k.element == .int64)
  }

  @Test func arraysAndDotsAreIndices() {
    let x = Tensor((0..<24).map { $0 }, shape: [2, 3, 4])
    #expect(x[[0, 1, 0]].shape == [3, 3, 4])
    #expect(x[0, [2, 0]].shape == [2, 4] && x[0, [2, 0]][0].integers == [8, 9, 10, 11])
    #expect(x[[false, true]].shape == [1, 3, 4])
    #expect(x[..., 0].integers == [0, 4, 8, 12, 16, 20])
    #expect(x[1, ...].shape == [3, 4] && x[1, ..., 2].integers == [14, 18, 22])
    #expect(x[..., 0, 0].integers == [0, 12] && x[...].shape == x.shape)
    let deep = Tensor.zeros([1, 1, 1, 1, 1, 1, 2, 3])
    #expect(deep[0, 0, 0, 0, 0, 0, 1, 2].shape.isScalar && deep[0, 0, 0, 0, 0].shape == [1, 2, 3])
    #expect(x[0, 1, 2].item + 1.0 == 7)
    let next = x[0, 1, 2] + 1
    let half = x[0, 1, 2] / 2.0
    #expect(next.integers == [7] && half.element == .float32)
  }

  @Test func derivativesOfFunctions() {
    let x = Tensor([1.0, 2, 3])
    #expect(gradient(of: { ($0 * $0).sum() }, at: x).floats == [2, 4, 6])
    let slopes = gradient(of: { ($0[0] * $0[1]).sum() }, at: [x, x + 1])
    #expect(slopes[0].floats == [3, 5, 7] && slopes[1].floats[0] == 1)
    let (a, b) = gradient(of: { a, b in (a * b).sum() }, at: x, Tensor([4.0, 5, 6]))
    #expect(a.floats == [4, 5, 6] && b.floats == [1, 2, 3])
    let (p, q, r) = gradient(
      of: { (a: Tensor, b: Tensor, c: Tensor) in (a * b * c).sum() }, at: Tensor(2.0), Tensor(3.0),
      Tensor(4.0))
    #expect([p.item, q.item, r.item] == [12, 8, 6])
    let (value, slope) = valueAndGradient(of: { power($0, 2).sum() }, at: x)
    #expect(value.item == 14 && slope.floats == [2, 4, 6])
    let weighted = vectorJacobian(of: { $0 * $0 }, at: x, along: Tensor([1.0, 0, 2]))
    #expect(weighted.floats == [2, 0, 12])
    #expect(jacobianVector(of: { $0 * $0 }, at: x, along: Tensor.ones([3])).floats == [2, 4, 6])
    #expect(valueAndDerivative(of: { $0 * 2 }, at: x, along: x).derivative.floats == [2, 4, 6])
    #expect(vmap(of: { $0.sum() }, over: Tensor([[1.0, 2], [3, 4]])).floats == [3, 7])
    #expect(vmap({ dot($0, $1) }, Tensor([[1.0, 2]]), Tensor([[3.0, 4]])).floats == [11])
    #expect(vmap({ $0 + $1 * $2 }, x, x, x).floats == [2, 6, 12])
    // Gradients of gradients follow.
    let second = gradient(of: { y in gradient(of: { power($0, 3).sum() }, at: y).sum() }, at: x)
    #expect(second.floats == [6, 12, 18])
  }

  @Test func derivativesSayWhatTheyTake() throws {
    let x = Tensor([1.0, 2, 3])
    #expect(throws: GraphError.self) { try checked { _ = gradient(of: { $0 * 2 }, at: x) } }
    #expect(throws: GraphError.self) { try checked { _ = gradient(of: { $0 * 2 }, at: Tensor(3)) } }
    try checkGradients(of: { exp($0[0]).sum() }, at: [x])
    let error = #expect(throws: GraphError.self) { try checkGradients(of: { $0[0] }, at: [x]) }
    #expect(error?.description.contains("must give one number, not float64 [3]") == true)
    #expect(throws: GradientMismatch.self) {
      try checkGradients(of: { ($0[0] * $0[0].detached).sum() }, at: [x])
    }
    #expect(throws: GraphError.self) {
      try checkGradients(of: { $0[0].cast(to: .float32).sum() }, at: [x])
    }
  }

  @Test(arguments: [false, true]) func productsOfIntegers(_ usesReference: Bool) throws {
    let a = Tensor([[1, 2], [3, 4]])
    Devices.with(usesReference ? testDevices[0] : testDevices[1]) {
      #expect(matmul(a, a).integers == [7, 10, 15, 22])
      #expect(matmul(a, a, transposingA: true, transposingB: true).integers == [7, 15, 10, 22])
      #expect(matmul(a, Tensor([1, 1])).integers == [3, 7])
      #expect(matmul(Tensor([[Int.max, 2]]), Tensor([[2], [1]])).integers == [0])
      #expect(einsum("ij,jk->ik", a, a).integers == [7, 10, 15, 22])
      let small = Tensor([[100, 2]] as [[Int8]])
      #expect(matmul(small, Tensor([[2], [1]] as [[Int8]])).array(of: Int8.self) == [-54])
      #expect(matmul(Tensor([[0.5, 1.0]]), Tensor([[2.0], [4]], .float64)).doubles == [5])
      #expect(matmul(a, Tensor([[1.0], [0.5]])).floats == [2, 5])
    }
  }

  @Test func functionsOfRealNumbersTakeIntegers() {
    let k = Tensor([0, 1, 4])
    #expect(sqrt(k).floats == [0, 1, 2] && sqrt(k).element == .float32)
    #expect(exp(Tensor([true, false])).floats[1] == 1)
    #expect(atan2(k, Tensor([1, 1, 1])).element == .float32)
    let floats = k.cast(to: .float32)
    let functions: [@Sendable (Tensor) -> Tensor] = [
      { log2($0) }, { log10($0) }, { exp2($0) }, { gelu($0) }, { geluTanh($0) }, { silu($0) },
      { mish($0) }, { elu($0) }, { selu($0) }, { celu($0) }, { leakyReLU(-$0) }, { hardSwish($0) },
      { hardSigmoid($0) }, { tan($0) }, { sigmoid($0) }, { softplus($0) }, { rsqrt($0 + 1) },
      { reciprocal($0 + 1) }, { erf($0) }, { logSigmoid($0) }, { pow($0, 0.5) },
    ]
    for (place, function) in functions.enumerated() {
      #expect(function(k).element == .float32, "function \(place)")
      #expect(function(k).floats == function(floats).floats, "function \(place)")
    }
  }

  @Test func extremesOfTruthValues() {
    let truth = Tensor([[true, false], [true, true]])
    #expect(truth.max().booleans == [true] && truth.min().booleans == [false])
    #expect(truth.min(1).booleans == [false, true] && truth.max(0).element == .bool)
    #expect(truth.sum(0).integers == [2, 1])
  }
}
