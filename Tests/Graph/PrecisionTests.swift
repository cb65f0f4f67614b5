import Adjoint
import AdjointCPU
import AdjointGraph
import AdjointRuntime
import AdjointWorkloads
import Testing

/// Products and convolutions in a scope of bfloat16.
@Suite struct PrecisionTests {
  private static let engines: [any Device] = [
    ReferenceDevice.shared, CPUDevice.shared, CPUDevice(usesLibrary: false),
  ]

  /// What bfloat16 holds of a tensor.
  private func rounded(_ x: Tensor) -> Tensor { x.cast(to: .bfloat16).cast(to: .float64) }

  /// Every element within one rounding to bfloat16 of what float64 makes of rounded operands, wherever it is computed.
  private func expectNear(_ found: Tensor, _ exact: Tensor, _ what: String) {
    #expect(found.element == .float32, "\(what)")
    #expect(found.shape == exact.shape, "\(what)")
    let size = exact.doubles.reduce(0) { Swift.max($0, Swift.abs($1)) }
    for (a, b) in zip(found.doubles, exact.doubles) {
      let isNear = Swift.abs(a - b) <= Swift.abs(b) * 0x1p-8 + size * 1e-5
      #expect(isNear, "\(what): \(a), not \(b)")
      if !isNear { return }
    }
  }

  @Test(arguments: [(64, 96, 80), (3, 5, 7), (200, 10, 128)])
  func productsRoundTheirOperandsAndTheirResult(m: Int, n: Int, k: Int) {
    for (ta, tb) in [(false, false), (false, true), (true, false), (true, true)] {
      let a = Tensor.normal(ta ? [k, m] : [m, k], key: RandomKey(1))
      let b = Tensor.normal(tb ? [n, k] : [k, n], key: RandomKey(2))
      let exact = matmul(rounded(a), rounded(b), transposingA: ta, transposingB: tb)
      for engine in PrecisionTests.engines {
        Devices.with(engine) {
          let found = withPrecision(.bfloat16) {
            matmul(a, b, transposingA: ta, transposingB: tb)
          }
          expectNear(found, exact, "\(engine.name) \(m)×\(n)×\(k) \(ta) \(tb)")
        }
      }
    }
  }

  @Test func batchesOfProductsToo() {
    let a = Tensor.normal([3, 80, 72], key: RandomKey(1))
    let b = Tensor.normal([3, 72, 64], key: RandomKey(2))
    for engine in PrecisionTests.engines {
      Devices.with(engine) {
        let found = withPrecision(.bfloat16) { matmul(a, b) }
        expectNear(found, matmul(rounded(a), rounded(b)), engine.name)
      }
    }
  }

  @Test(arguments: [(3, 16, 1), (16, 32, 2), (32, 8, 1)])
  func convolutionsAndTheirGradients(channels: Int, results: Int, stride: Int) {
    let x = Tensor.normal([2, channels, 9, 9], key: RandomKey(1))
    let k = Tensor.normal([results, channels, 3, 3], key: RandomKey(2))
    let upstream = Tensor.normal(
      convolution(x, k, stride: stride, padding: 1).shape, key: RandomKey(3))
    func values(_ x: Tensor, _ k: Tensor, _ upstream: Tensor) -> [Tensor] {
      let y = convolution(x, k, stride: stride, padding: 1)
      let slopes = gradient(of: (y * upstream).sum(), withRespectTo: [x, k])
      return [y] + slopes
    }
    let exact = values(rounded(x), rounded(k), rounded(upstream))
    for engine in PrecisionTests.engines {
      Devices.with(engine) {
        let found = withPrecision(.bfloat16) { values(x, k, upstream) }
        for (place, pair) in zip(found, exact).enumerated() {
          expectNear(pair.0, pair.1, "\(engine.name) \(place)")
        }
      }
    }
  }

  /// 3×3 windows that move by one round the 16 numbers of a patch too, so an element is as near as the typical size of
  /// results allows, not as near as its own.
  @Test(arguments: [(16, 32, 9, 1), (32, 16, 12, 0), (48, 48, 7, 2), (64, 64, 8, 1)])
  func convolutionsByWinogradsAlgorithm(channels: Int, results: Int, size: Int, padding: Int) {
    let x = Tensor.normal([7, channels, size, size], key: RandomKey(1))
    let k = Tensor.normal([results, channels, 3, 3], key: RandomKey(2))
    let upstream = Tensor.normal(convolution(x, k, padding: padding).shape, key: RandomKey(3))
    func values(_ x: Tensor, _ k: Tensor, _ upstream: Tensor) -> [[Double]] {
      let y = convolution(x, k, padding: padding)
      let slopes = gradient(of: (y * upstream).sum(), withRespectTo: [x, k])
      return ([y] + slopes).map { $0.doubles }
    }
    let exact = values(rounded(x), rounded(k), rounded(upstream))
    for engine in PrecisionTests.engines {
      Devices.with(engine) {
        let found = withPrecision(.bfloat16) { values(x, k, upstream) }
        for (place, (a, b)) in zip(found, exact).enumerated() {
          let usual = (b.reduce(0) { $0 + $1 * $1 } / Double(b.count)).squareRoot()
          let errors = zip(a, b).map { Swift.abs($0 - $1) }
          let error = (errors.reduce(0) { $0 + $1 * $1 } / Double(b.count)).squareRoot()
          #expect(error < 0.005 * usual, "\(engine.name) \(place): \(error / usual)")
          let farthest = errors.max() ?? 0
          #expect(farthest < 0.04 * usual, "\(engine.name) \(place): \(farthest / usual)")
        }
      }
    }
  }

  @Test func attentionOfHeadsIsNearThatOfFloat32() {
    let parts = (0..<3).map { Tensor.normal([2, 3, 70, 64], key: RandomKey($0)) }
    func attend() -> Tensor {
      scaledDotProductAttention(parts[0], parts[1], parts[2], causal: true)
    }
    let (exact, found) = (attend(), withPrecision(.bfloat16) { attend() })
    #expect(found.element == .float32)
    for (a, b) in zip(found.doubles, exact.doubles) { #expect(Swift.abs(a - b) < 0.05) }
    #expect(found.doubles != exact.doubles)
  }

  @Test(arguments: [(70, 3, 3, 20), (33, 4, 2, 32), (128, 2, 2, 64)], [true, false])
  func selfAttentionIsNearThatOfFloat64(form: (Int, Int, Int, Int), causal: Bool) {
    let (places, heads, keyHeads, width) = form
    let rows = Tensor.normal([2, places, (heads + 2 * keyHeads) * width], key: RandomKey(1))
    let upstream = Tensor.normal([2, places, heads * width], key: RandomKey(2))
    func values(_ rows: Tensor, _ upstream: Tensor) -> [[Double]] {
      let y = selfAttention(rows, heads: heads, keyHeads: keyHeads, causal: causal)
      return [y.doubles, gradient(of: (y * upstream).sum(), withRespectTo: rows).doubles]
    }
    let exact = values(rows.cast(to: .float64), upstream.cast(to: .float64))
    for engine in PrecisionTests.engines {
      Devices.with(engine) {
        let found = withPrecision(.bfloat16) { values(rows, upstream) }
        for (a, b) in zip(found, exact) {
          let size = b.reduce(0) { Swift.max($0, Swift.abs($1)) }
          let error = zip(a, b).reduce(0) { Swift.max($0, Swift.abs($1.0 - $1.1)) }
          #expect(error < 0.02 * size, "\(engine.name): \(error) of \(size)")
          #expect(error > 1e-5 * size, "\(engine.name) rounded nothing")
        }
      }
    }
  }

  /// The scope belongs to where a product is written: not to where its gradient is taken or its value is read.
  @Test func theScopeIsThatOfTheProduct() {
    let a = Tensor.normal([40, 50], key: RandomKey(1))
    let b = Tensor.normal([50, 30], key: RandomKey(2))
    func slope(_ y: Tensor) -> [Double] {
      gradient(of: (y * y).sum(), withRespectTo: a).doubles
    }
    let (plain, lowered) = (matmul(a, b), withPrecision(.bfloat16) { matmul(a, b) })
    let (slopeOfPlain, slopeOfLowered) = (slope(matmul(a, b)), slope(lowered))
    #expect(withPrecision(.bfloat16) { slope(plain) } == slopeOfPlain)
    #expect(withPrecision(.bfloat16) { slope(lowered) } == slopeOfLowered)
    #expect(slopeOfPlain != slopeOfLowered)
    #expect(
      withPrecision(.bfloat16) { withPrecision(.float32) { matmul(a, b).doubles } }
        == matmul(a, b).doubles)
  }

  /// With the instructions for it, the library multiplies bfloat16 itself, and nothing in the step is copied for that.
  @Test func largeProductsRunAsBfloat16() {
    let summaries = alone {
      let step = Workload.mlp.prepare(as: WorkloadVariant(precision: .bfloat16))
      _ = step(0)
      Profile.set(true)
      _ = step(1)
      defer { Profile.set(false) }
      return Profile.entries.map { $0.summary }
    }
    let products = summaries.filter { $0.contains("matmul") }
    #expect(!products.isEmpty)
    guard CPUDevice.multipliesBfloat16 else { return }
    #expect(products.contains { $0.hasPrefix("bfloat16 matmul 64×128×784") })
  }

  @Test func convolutionsRunAsBfloat16() {
    let x = Tensor.normal([8, 16, 8, 8], key: RandomKey(1))
    let k = Tensor.normal([32, 16, 3, 3], key: RandomKey(2))
    let summaries = alone {
      Profile.set(true)
      defer { Profile.set(false) }
      _ = withPrecision(.bfloat16) { convolution(x, k, padding: 1) }.doubles
      return Profile.entries.map { $0.summary }
    }
    guard CPUDevice.multipliesBfloat16 else { return }
    #expect(summaries.contains("bfloat16 winograd forward 8×16×8×8 to 32"), "\(summaries)")
  }

  @Test func otherTypesStayAsTheyAre() {
    let whole = Tensor([[1, 2], [3, 4]])
    let double = Tensor.normal([4, 4], key: RandomKey(1)).cast(to: .float64)
    withPrecision(.bfloat16) {
      #expect(matmul(whole, whole).element == .int64)
      #expect(matmul(double, double).element == .float64)
    }
    #expect(
      withPrecision(.bfloat16) { matmul(double, double).doubles } == matmul(double, double).doubles)
  }

  @Test func wrongCallsAreSaidAsElsewhere() {
    #expect(throws: GraphError.self) {
      try checked { withPrecision(.bfloat16) { matmul(.zeros([2, 3]), .zeros([2, 3])) } }
    }
  }

  /// Parameters, their gradients and the loss are of float32, and losses near those of float32.
  @Test(arguments: [Workload.mlp, .lenet])
  func trainingFollowsFloat32(workload: Workload) {
    let (found, exact) = alone {
      let exact = workload.prepare()
      let found = workload.prepare(as: WorkloadVariant(precision: .bfloat16))
      return ((0..<10).map { found($0) }, (0..<10).map { exact($0) })
    }
    for (a, b) in zip(found, exact) {
      #expect(a.element == .float32)
      #expect(Swift.abs(a.item - b.item) < 0.02 * b.item)
    }
  }
}
