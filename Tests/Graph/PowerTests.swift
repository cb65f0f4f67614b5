import Adjoint
import Glibc
import Testing

@Suite struct PowerTests {
  static let points = [-2.5, -1, 0, 0.5, 3, .nan, .infinity]

  @Test(arguments: [-7, -2, -1, 0, 1, 2, 3, 5, 10])
  func valuesAndDerivatives(_ n: Int) throws {
    let x = Tensor(PowerTests.points, .float64)
    let values = power(x, n).doubles
    let slopes = gradient(of: power(x, n).sum(), withRespectTo: x).doubles
    let along = Tensor([Double](repeating: 1, count: x.count), .float64)
    let moved = valueAndDerivative({ power($0, n) }, at: x, along: along).derivative.doubles
    for (index, point) in PowerTests.points.enumerated() {
      expectEqual(values[index], Glibc.pow(point, Double(n)))
      let slope = n == 0 ? 0 : Double(n) * Glibc.pow(point, Double(n - 1))
      expectEqual(slopes[index], slope)
      expectEqual(moved[index], slope)
    }
  }

  @Test func higherOrdersAndBatches() {
    let x = Tensor([2.0, -3.0], .float64)
    let first = gradient(of: power(x, 4).sum(), withRespectTo: x)
    #expect(gradient(of: first.sum(), withRespectTo: x).doubles == [48, 108])
    #expect(vmap({ power($0, 3) }, x).doubles == [8, -27])
  }

  @Test func wholeNumbersHaveNoReciprocals() {
    #expect(power(Tensor([1, -2]), 3).integers == [1, -8])
    #expect(throws: GraphError.self) { try checked { power(Tensor([1, 2]), -2) } }
  }

  private func expectEqual(
    _ value: Double, _ expected: Double, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let isClose = value == expected || abs(value - expected) <= 1e-14 * abs(expected)
    #expect(
      isClose || value.isNaN && expected.isNaN, "\(value) is not \(expected)",
      sourceLocation: sourceLocation)
  }
}
