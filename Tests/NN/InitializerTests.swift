import Adjoint
import Testing

/// Initialisers have the moments and bounds that their papers give.
@Suite struct InitializerTests {
  private static let shape: Shape = [60, 40, 3, 3]
  private static let (fanIn, fanOut) = (360.0, 540.0)

  private func numbers(_ initializer: Initializer, _ shape: Shape = shape) -> [Double] {
    initializer.make(shape, RandomKey(3), .float64).doubles
  }

  @Test func deviationsAndBounds() {
    let cases: [(Initializer, deviation: Double, isUniform: Bool)] = [
      (.xavierUniform(gain: 2), 2 * (2 / (Self.fanIn + Self.fanOut)).squareRoot(), true),
      (.xavierNormal(), (2 / (Self.fanIn + Self.fanOut)).squareRoot(), false),
      (.heUniform(), (2 / Self.fanIn).squareRoot(), true),
      (.heUniform(byFanOut: true), (2 / Self.fanOut).squareRoot(), true),
      (.heNormal(), (2 / Self.fanIn).squareRoot(), false),
      (.heNormal(byFanOut: true), (2 / Self.fanOut).squareRoot(), false),
      (.lecunUniform, (1 / Self.fanIn).squareRoot(), true),
      (.lecunNormal, (1 / Self.fanIn).squareRoot(), false),
      (.uniform(-3, 3), 3.0.squareRoot(), true), (.normal(deviation: 2), 2, false),
    ]
    for (place, (initializer, deviation, isUniform)) in cases.enumerated() {
      let values = numbers(initializer)
      let mean = values.reduce(0, +) / Double(values.count)
      let found = (values.reduce(0) { $0 + $1 * $1 } / Double(values.count)).squareRoot()
      #expect(abs(mean) < 0.03 * deviation, "\(place)")
      #expect(abs(found / deviation - 1) < 0.02, "\(place): \(found), not \(deviation)")
      let largest = values.map { abs($0) }.max()! / deviation
      #expect(isUniform ? (1.72...1.7321).contains(largest) : largest > 3, "\(place): \(largest)")
    }
  }

  @Test func constantsAndTruncation() {
    #expect(numbers(.constant(2.5), [3]) == [2.5, 2.5, 2.5])
    #expect(numbers(.zeros, [2]) == [0, 0] && numbers(.ones, [2]) == [1, 1])
    let values = numbers(.truncatedNormal(mean: 1, deviation: 0.5, limit: 2))
    #expect(values.allSatisfy { abs($0 - 1) <= 1 } && values.contains { abs($0 - 1) > 0.9 })
  }

  @Test func orthogonalRowsOrColumns() throws {
    for (shape, side) in [([4, 3, 2], 4), ([8, 3], 3), ([5, 5], 5)] {
      let w = Initializer.orthogonal(gain: 2).make(Shape(shape), RandomKey(1), .float64)
        .flattened(from: 1)
      let isWide = w.shape[0] < w.shape[1]
      let square = matmul(w, w, transposingA: !isWide, transposingB: isWide)
      #expect(square.shape == [side, side])
      expectClose(square.doubles, (Tensor.identity(side, .float64) * 4).doubles, 1e-12, "WWᵀ")
    }
    #expect(throws: GraphError.self) {
      try checked { _ = Initializer.orthogonal().make([3], RandomKey(0), .float32) }
    }
  }

  @Test func aSeedMakesTheSameLayers() {
    alone {
      let nets = [5, 5, 6].map { seed in
        Initialization.seed(seed)
        return GRU(3, 4, layers: 2)
      }
      let values = nets.map { $0.parameters.map { $0.value.floats } }
      #expect(values[0] == values[1] && values[0] != values[2])
      #expect(Set(values[0].map { $0[0] }).count == values[0].count, "no two alike")
    }
  }
}
