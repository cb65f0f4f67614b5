import Adjoint
import AdjointReference
import AdjointRuntime
import Glibc
import Testing

/// Functions of two numbers, of truth values and of integers, special values included.
@Suite struct PairTests {
  static let grid: [Double] = [
    0, -0.0, 0.5, -0.5, 1, -1, 2, -2, 3, -3, 7.25, -7.25, 1000, -1000, 1e9, .infinity, -.infinity,
    .nan,
  ]

  @Test func valuesMatchTheFormula() {
    compare("pow", { pow($0, $1) }, { Glibc.pow($0, $1) })
    compare("atan2", { atan2($0, $1) }, { Glibc.atan2($0, $1) })
    compare("remainder", { remainder($0, $1) }, floorRemainder)
    compare("floorDivide", { floorDivide($0, $1) }, floorQuotient)
    compare("maximum", { maximum($0, $1) }, { $0.isNaN || $1.isNaN ? .nan : max($0, $1) })
    compare("minimum", { minimum($0, $1) }, { $0.isNaN || $1.isNaN ? .nan : min($0, $1) })
    compare("hypot", { hypot($0, $1) }, { Glibc.hypot($0, $1) })
    compare("greaterEqual", { greaterEqual($0, $1) }, { $0 >= $1 ? 1 : 0 })
    compare("lessEqual", { lessEqual($0, $1) }, { $0 <= $1 ? 1 : 0 })
    compare("less", { less($0, $1) }, { $0 < $1 ? 1 : 0 })
    compare("notEqual", { notEqual($0, $1) }, { $0 != $1 ? 1 : 0 })
    compare("isNaN", { a, _ in isNaN(a) }, { a, _ in a.isNaN ? 1 : 0 })
    compare("isFinite", { a, _ in isFinite(a) }, { a, _ in a.isFinite ? 1 : 0 })
    compare("isInfinite", { a, _ in isInfinite(a) }, { a, _ in a.isInfinite ? 1 : 0 })
  }

  @Test func polygammaMatchesKnownValues() {
    for device in [ReferenceDevice.shared as any Device, CPUDevice.shared] {
      Devices.with(device) {
        let x = Tensor([1, 0.25, -1.5, -200.3, 1e10, 0, -2], .float64)
        let known: [Double] = [
          -0.57721566490153286, -4.2274535333762654, 0.70315664064524319, 7.5848110896981833,
          23.025850929890457, -.infinity, .nan,
        ]
        for (y, expected) in zip(digamma(x).doubles, known) {
          check(y, expected, 1e-13, 0, "digamma on \(device.name)")
        }
        check(polygamma(1, x).doubles[0], 1.6449340668482264, 1e-13, 0, "trigamma 1")
        check(polygamma(1, x).doubles[3], 15.074433633412854, 1e-13, 0, "trigamma −200.3")
        let third = polygamma(3, Tensor([5.5], .float64)).doubles[0]
        check(third, 0.015690592675882818, 1e-13, 0, "polygamma 3")
      }
    }
  }

  @Test func inverseErrorFunctionInverts() {
    let y: [Double] = [-2.5, -1, -0.3, -1e-9, 0, 1e-9, 0.1, 0.7, 1.8, 3]
    for device in [ReferenceDevice.shared as any Device, CPUDevice.shared] {
      Devices.with(device) {
        let found = erfinv(Tensor(y.map { Glibc.erf($0) }, .float64)).doubles
        for (a, b) in zip(found, y) { check(a, b, 1e-11, 0, "erfinv on \(device.name)") }
        let ends = erfinv(Tensor([-1, 1, 1.5, .nan], .float64)).doubles
        #expect(ends[0] == -.infinity && ends[1] == .infinity && ends[2].isNaN && ends[3].isNaN)
      }
    }
  }

  @Test func signsOfZeroAreKept() {
    let zeros = Tensor([0, -0.0], .float64)
    let odd: [(Tensor) -> Tensor] = [
      floor, ceil, round, trunc, expm1, log1p, atan, asin, sinh, asinh, atanh, erf, erfinv, cbrt,
    ]
    for device in [ReferenceDevice.shared as any Device, CPUDevice.shared] {
      Devices.with(device) {
        for (index, f) in odd.enumerated() {
          let signs = f(zeros).doubles.map { $0.sign }
          #expect(signs == [.plus, .minus], "function \(index) on \(device.name)")
        }
      }
    }
  }

  @Test func tiesShareTheGradient() {
    let a = Tensor([1, 2, 3], .float64)
    let b = Tensor([1, 3, 2], .float64)
    let cases: [((Tensor, Tensor) -> Tensor, [Double])] = [
      (maximum, [0.5, 0, 1]), (minimum, [0.5, 1, 0]),
    ]
    for (f, expected) in cases {
      let slopes = gradient(of: f(a, b).sum(), withRespectTo: [a, b]).map { $0.doubles }
      #expect(slopes == [expected, expected.map { 1 - $0 }])
    }
  }

  @Test func powersHaveDerivativesAtZero() {
    let a = Tensor([0, 0, 0, 2], .float64)
    let b = Tensor([0, 1, 2, 0], .float64)
    let slopes = gradient(of: pow(a, b).sum(), withRespectTo: [a, b]).map { $0.doubles }
    #expect(slopes[0] == [0, 1, 0, 0])
    #expect(Array(slopes[1].prefix(3)) == [0, 0, 0])
    check(slopes[1][3], Glibc.log(2), 1e-14, 0, "2⁰ along the exponent")
  }

  @Test func integers() {
    let a = Tensor([7, -7, 7, -7, 5, Int.min])
    let b = Tensor([3, 3, -3, -3, 0, -1])
    #expect(remainder(a, b).integers == [1, 2, -2, -1, 0, 0])
    #expect(floorDivide(a, b).integers == [2, -3, -3, 2, 0, Int.min])
    #expect(abs(Tensor([-4, 0, 9])).integers == [4, 0, 9])
    #expect(sign(Tensor([-4, 0, 9])).integers == [-1, 0, 1])
    #expect(floor(Tensor([Int.max])).integers == [Int.max])
    #expect(maximum(Tensor([1, 5]), Tensor([3, 2])).integers == [3, 5])
    let x = Tensor([0b1100, -1])
    let y = Tensor([0b1010, 4])
    #expect(bitwiseAnd(x, y).integers == [0b1000, 4])
    #expect(bitwiseOr(x, y).integers == [0b1110, -1])
    #expect(bitwiseXor(x, y).integers == [0b0110, -5])
    #expect(bitwiseNot(x).integers == [-13, 0])
    #expect(shiftLeft(x, Tensor([2, 1])).integers == [0b110000, -2])
    #expect(shiftRight(x, Tensor([2, 1])).integers == [0b11, -1])
  }

  @Test func truthTables() {
    let a = Tensor([false, false, true, true])
    let b = Tensor([false, true, false, true])
    #expect(logicalAnd(a, b).booleans == [false, false, false, true])
    #expect(logicalOr(a, b).booleans == [false, true, true, true])
    #expect(logicalXor(a, b).booleans == [false, true, true, false])
    #expect(logicalNot(a).booleans == [true, true, false, false])
  }

  @Test func wrongTypesAreRefused() {
    let (numbers, integers, truths) = (Tensor([1.5]), Tensor([1]), Tensor([true]))
    #expect(throws: GraphError.self) { try checked { bitwiseAnd(numbers, numbers) } }
    #expect(throws: GraphError.self) { try checked { logicalAnd(numbers, numbers) } }
    #expect(erf(integers).element == .float32 && atan2(integers, integers).element == .float32)
    #expect(throws: GraphError.self) { try checked { abs(truths) } }
    #expect(throws: GraphError.self) { try checked { polygamma(-1, numbers) } }
  }

  /// Many inputs, results and constants at once: a group must not need more registers than there are.
  @Test func manyOfThemFuse() throws {
    let functions: [(Tensor) -> Tensor] = [
      asinh, acosh, cbrt, sinh, { polygamma(3, $0) }, { polygamma(4, $0) }, { polygamma(5, $0) },
      { polygamma(6, $0) }, { polygamma(7, $0) }, { polygamma(8, $0) }, { polygamma(9, $0) },
      erfinv,
    ]
    func all(_ device: any Device) throws -> [Double] {
      try Devices.with(device) {
        let results = (0..<48).map { index in
          functions[index % 12](Tensor.uniform([5], 0.1, 0.9, key: RandomKey(index), .float64))
        }
        try Engine.evaluate(results)
        return results.flatMap { $0.doubles }
      }
    }
    expectClose(try all(CPUDevice.shared), try all(ReferenceDevice.shared), 1e-11, "at once")
  }

  private func compare(
    _ name: String, _ f: (Tensor, Tensor) -> Tensor, _ formula: (Double, Double) -> Double
  ) {
    let grid = PairTests.grid
    for device in [ReferenceDevice.shared as any Device, CPUDevice.shared] {
      for (element, tolerance) in [(ElementType.float64, 2e-13), (.float32, 4e-6)] {
        let found = Devices.with(device) {
          f(
            Tensor(grid, shape: [grid.count, 1], element).broadcast(to: [grid.count, grid.count]),
            Tensor(grid, element)
          ).doubles
        }
        for (place, y) in found.enumerated() {
          let (a, b) = (grid[place / grid.count], grid[place % grid.count])
          let exact = formula(a, b)
          let expected = element == .float32 ? Double(Float(exact)) : exact
          check(y, expected, tolerance, 0, "\(name)(\(a), \(b)) \(element.name) on \(device.name)")
        }
      }
    }
  }
}
