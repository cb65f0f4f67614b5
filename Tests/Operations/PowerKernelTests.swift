import Adjoint
import AdjointCPU
import AdjointGraph
import AdjointReference
import AdjointRuntime
import Testing

/// Powers and remainders in vector registers, over numbers of all sizes and all pairs of special ones.
@Suite struct PowerKernelTests {
  static let special: [Double] = [
    .nan, .infinity, -.infinity, 0, -0.0, 1, -1, 2, -2, 0.5, -0.5, 3, -3, 1e10, 1e-40, -1e-40,
    3.4e38,
    8_388_609, 4_194_304, 4_194_305, 2_097_152.5, -7, 1e-45, 0.25,
  ]

  /// Bases from 1e-38 to 1e38 and near 1, some negative with whole exponents, then all special pairs.
  private static func pairs() -> (x: Tensor, y: Tensor) {
    let (count, key) = (40_000, RandomKey(8))
    var (logarithms, exponents): ([Double], [Double]) = ([], [])
    for place in 0..<count {
      let isNear = place % 2 == 0
      let uniform = Double(key.bits(at: place) >> 11) / 0x1p53
      logarithms.append(isNear ? (uniform - 0.5) / 100 : uniform * 175 - 87)
      let exponent = key.normal(at: count + place) * [0.1, 1, 10, isNear ? 3000 : 100][place % 4]
      exponents.append(place < count / 8 ? exponent.rounded() : exponent)
    }
    let sizes = exp(Tensor(logarithms, .float64)).doubles
    let bases = sizes.indices.map { $0 < count / 8 || $0 % 50 == 1 ? -sizes[$0] : sizes[$0] }
    let rows = special.flatMap { a in special.map { _ in a } }
    let columns = special.flatMap { _ in special }
    return (
      Tensor(bases + rows, .float32).evaluated(),
      Tensor(exponents + columns, .float32).evaluated()
    )
  }

  @Test func powersAreRight() {
    let (x, y) = Devices.with(ReferenceDevice.shared) { Self.pairs() }
    let exact = Devices.with(ReferenceDevice.shared) {
      pow(x.cast(to: .float64), y.cast(to: .float64)).doubles
    }
    let found = Devices.with(CPUDevice(threads: 2)) { pow(x, y).floats }
    let (bases, exponents) = (x.floats, y.floats)
    var worst = 0.0
    for place in exact.indices {
      let (value, nearest) = (found[place], Float(exact[place]))
      let name = "\(bases[place]) to the power \(exponents[place]) is \(value), not \(nearest)"
      guard nearest.isFinite, nearest != 0, value.isFinite else {
        let isSame = value == nearest && value.sign == nearest.sign || value.isNaN && nearest.isNaN
        #expect(isSame, "\(name)")
        continue
      }
      let error = abs(Double(value) - exact[place]) / Double(nearest.ulp)
      worst = max(worst, error)
      #expect(error <= 0.51, "\(name)")
    }
    print("powers: at most \(worst) units in the last place")
  }

  @Test(arguments: [ElementType.float32, .float64]) func remaindersAreExact(element: ElementType) {
    let (x, y) = Devices.with(ReferenceDevice.shared) { Self.pairs() }
    let (a, b) = (x.cast(to: element).evaluated(), (y * 3.3).cast(to: element).evaluated())
    agree("remainder", 0, [a, b]) { remainder($0[0], $0[1]) }
    agree("whole multiples", 0, [a, b]) { remainder($0[1] * floor($0[0]), $0[1]) }
    agree("floorDivide", 0, [a, b]) { floorDivide($0[0], $0[1]) }
  }
}
