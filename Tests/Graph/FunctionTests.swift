import Adjoint
import AdjointReference
import AdjointRuntime
import Glibc
import Testing

/// A function of one number on tensors, beside its formula.
struct FunctionCase: Sendable, CustomStringConvertible {
  let description: String
  /// What an error is relative to, at least: 0 where no digits may be lost anywhere.
  let floor: Double
  let apply: @Sendable (Tensor) -> Tensor
  let formula: @Sendable (Double) -> Double

  init(
    _ name: String, floor: Double = 0, _ apply: @escaping @Sendable (Tensor) -> Tensor,
    _ formula: @escaping @Sendable (Double) -> Double
  ) {
    description = name
    self.floor = floor
    self.apply = apply
    self.formula = formula
  }
}

/// Values of every function against the C library's, special values included, on the plain engine and the
/// fast one, in both floating types; and derivatives of first and second order.
@Suite struct FunctionTests {
  static let grid: [Double] = [
    0, -0.0, 1e-10, -1e-10, 1e-3, -1e-3, 0.25, -0.25, 0.5, -0.5, 0.9, -0.9, 1, -1, 1.5, -1.5, 2.5,
    -2.5, 3, -3, 5.5, -5.5, 6, 7.75, 20, -20, 60, 89, -89, 300, 709.5, 1000, -1000, 1e9,
    .infinity, -.infinity, .nan,
  ]

  @Test(arguments: functionCases) func valuesMatchTheFormula(row: FunctionCase) {
    for device in [ReferenceDevice.shared as any Device, CPUDevice.shared] {
      Devices.with(device) {
        let wide = row.apply(Tensor(FunctionTests.grid, .float64)).doubles
        for (x, y) in zip(FunctionTests.grid, wide) {
          check(y, row.formula(x), 2e-13, row.floor, "\(row)(\(x)) on \(device.name)")
        }
        let narrow = row.apply(Tensor(FunctionTests.grid, .float32)).doubles
        for (x, y) in zip(FunctionTests.grid, narrow) {
          let expected = Double(Float(row.formula(Double(Float(x)))))
          check(
            y, expected, 4e-6, max(row.floor, 1e-36), "\(row)(\(x)) in float32 on \(device.name)")
        }
      }
    }
  }

  /// Numbers of all sizes by chance. What is ill-conditioned somewhere is measured against 1.
  @Test(arguments: functionCases) func randomValuesMatchTheFormula(row: FunctionCase) {
    let key = RandomKey(17)
    let points = (0..<600).map { place in
      let size = Glibc.exp(10 * key.normal(at: 3 * place))
      let near = key.normal(at: 3 * place + 1)
      let x = place % 2 == 0 ? near * 3 : size
      return place % 4 == 1 ? -x : x
    }
    for device in [ReferenceDevice.shared as any Device, CPUDevice.shared] {
      let found = Devices.with(device) { row.apply(Tensor(points, .float64)).doubles }
      for (x, y) in zip(points, found) where x.magnitude < 1e9 {
        check(y, row.formula(x), 5e-13, max(row.floor, 1), "\(row)(\(x)) on \(device.name)")
      }
    }
  }

  @Test(arguments: functionCases) func derivativesMatchDifferences(row: FunctionCase) {
    let points = [-3.3, -1.7, -0.6, -0.2, 0.3, 0.8, 1.9, 4.1].filter {
      row.formula($0 - 2e-3).isFinite && row.formula($0 + 2e-3).isFinite
    }
    let first = slopes(row.apply, points)
    let second = slopes({ gradient(of: row.apply($0).sum(), withRespectTo: $0) }, points)
    for (index, x) in points.enumerated() {
      let slope = difference(row.formula, x)
      check(first[index], slope, 1e-7, 1, "\(row)'(\(x))")
      let bend = difference({ slopes(row.apply, [$0])[0] }, x)
      check(second[index], bend, 1e-7, 1, "\(row)''(\(x))")
    }
  }

  @Test func derivativesAtKinksAndFarOut() {
    expectSlope(abs, 0, 0)
    expectSlope(sign, 0, 0)
    expectSlope(relu, 0, 0)
    expectSlope(relu6, 0, 0)
    expectSlope(relu6, 6, 0)
    expectSlope({ clamp($0, -1, 1) }, 1, 1)
    expectSlope({ leakyReLU($0, slope: 0.25) }, 0, 0.25)
    expectSlope({ elu($0, alpha: 2) }, 0, 2)
    expectSlope(sigmoid, 0, 0.25)
    expectSlope(softplus, 0, 0.5)
    for far in [-1000.0, 1000] {
      let isRight = far > 0
      expectSlope(sigmoid, far, 0)
      expectSlope(softplus, far, isRight ? 1 : 0)
      expectSlope(logSigmoid, far, isRight ? 0 : 1)
      let smooth: [(Tensor) -> Tensor] = [
        { elu($0) }, selu, { celu($0) }, gelu, geluTanh, silu, mish,
      ]
      for f in smooth {
        let slope = slopes(f, [far])[0]
        let second = slopes({ gradient(of: f($0).sum(), withRespectTo: $0) }, [far])[0]
        #expect(slope.isFinite && (isRight ? slope >= 1 : slope.magnitude < 1e-9))
        #expect(second.magnitude < 1e-9)
      }
    }
  }

  private func expectSlope(
    _ f: (Tensor) -> Tensor, _ x: Double, _ expected: Double,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(slopes(f, [x])[0] == expected, sourceLocation: sourceLocation)
  }

  private func slopes(_ f: (Tensor) -> Tensor, _ points: [Double]) -> [Double] {
    let x = Tensor(points, .float64)
    let found = gradients(of: f(x).sum(), withRespectTo: [x])[0]
    return found?.doubles ?? [Double](repeating: 0, count: points.count)
  }

  private func difference(_ f: (Double) -> Double, _ x: Double) -> Double {
    let h = 1e-3
    return (8 * (f(x + h) - f(x - h)) - (f(x + 2 * h) - f(x - 2 * h))) / (12 * h)
  }
}

/// Within a tolerance relative to the expected size, or to `floor` where that is larger; equal where the
/// expected is infinite or NaN.
func check(
  _ found: Double, _ expected: Double, _ tolerance: Double, _ floor: Double, _ name: String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  if found.isNaN && expected.isNaN { return }
  if found == expected { return }
  let error = (found - expected).magnitude / max(expected.magnitude, floor)
  guard !expected.isFinite || !(error <= tolerance) else { return }
  Issue.record(
    "\(name) is \(found), not \(expected) (off by \(error))", sourceLocation: sourceLocation)
}
