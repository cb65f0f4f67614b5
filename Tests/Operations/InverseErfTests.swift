import Adjoint
import AdjointCPU
import AdjointGraph
import AdjointReference
import AdjointRuntime
import Glibc
import Testing

/// The inverse of the error function over the whole range, on every engine and instruction set, by how far it lies
/// from the true value in units in the last place.
@Suite(.serialized) struct InverseErfTests {
  /// What is promised of float32 and float64.
  static let mostUnits = 5.0

  /// Numbers from 0 to 1: a sample of all exponents, denser near 1, and the last 30,000 before 1 one by one.
  static let floats: [Float] = {
    let (half, nearOne, one): (UInt32, UInt32, UInt32) = (0x3F00_0000, 0x3F7F_8AD0, 0x3F80_0000)
    let patterns =
      Array(stride(from: 1, to: half, by: 9973)) + stride(from: half, to: nearOne, by: 97)
      + Array(nearOne..<one)
    return patterns.map { Float(bitPattern: $0) }
  }()

  /// x and erfinv x from a computation with 60 digits.
  static let exact: [(x: Double, y: Double)] = [
    (0x0.0000000000001p-1022, 0x0.0000000000001p-1022),
    (0x0.012688b70e62bp-1022, 0x0.01050624d5cedp-1022),
    (0x1.0000000000000p-1022, 0x0.e2dfc48da77b6p-1022),
    (0x1.87e92154ef7acp-665, 0x1.5b5260685db94p-665),
    (0x1.4484bfeebc2a0p-100, 0x1.1f98da3d27727p-100),
    (0x1.12e0be826d695p-30, 0x1.e7355a02875c3p-31),
    (0x1.4f8b588e368f1p-17, 0x1.295e50302c8ddp-17),
    (0x1.0624dd2f1a9fcp-10, 0x1.d0a36543e1fd3p-11),
    (0x1.999999999999ap-4, 0x1.6bf442539fd74p-4),
    (0x1.0000000000000p-2, 0x1.cd70681d5ff70p-3),
    (0x1.3333333333333p-2, 0x1.1700774485ed2p-2),
    (0x1.ffffffffffffep-2, 0x1.e861fbb24c008p-2),
    (0x1.0000000000000p-1, 0x1.e861fbb24c00ap-2),
    (0x1.0000000000001p-1, 0x1.e861fbb24c00cp-2),
    (0x1.051eb851eb852p-1, 0x1.f3d6444db0a4ap-2),
    (0x1.199999999999ap-1, 0x1.117d4cc97e098p-1),
    (0x1.3333333333333p-1, 0x1.30b30e164d845p-1),
    (0x1.6666666666666p-1, 0x1.773a9da42b44fp-1),
    (0x1.8000000000000p-1, 0x1.a07890f6b2ba1p-1),
    (0x1.999999999999ap-1, 0x1.cff8a2529bab5p-1),
    (0x1.b333333333333p-1, 0x1.04954184f8aa5p+0),
    (0x1.ccccccccccccdp-1, 0x1.29c0146770651p+0),
    (0x1.dc28f5c28f5c3p-1, 0x1.47fda973ab425p+0),
    (0x1.e666666666666p-1, 0x1.62ca97d0fbb2ap+0),
    (0x1.f0a3d70a3d70ap-1, 0x1.88d40cb9b7afap+0),
    (0x1.f5c28f5c28f5cp-1, 0x1.a51d2ba8948b8p+0),
    (0x1.fae147ae147aep-1, 0x1.d2466082bb20ep+0),
    (0x1.fd70a3d70a3d7p-1, 0x1.fc209c8de8e7dp+0),
    (0x1.ff7ced916872bp-1, 0x1.29d311405cdb4p+1),
    (0x1.fff2e48e8a71ep-1, 0x1.6022dcb01ea50p+1),
    (0x1.fff8000000000p-1, 0x1.6ad52a4a63e03p+1),
    (0x1.ffff000000000p-1, 0x1.950f7c439dad0p+1),
    (0x1.ffffe00000000p-1, 0x1.bb95ab2ef976fp+1),
    (0x1.fffffc0000000p-1, 0x1.df38cf0476ddep+1),
    (0x1.ffffff8000000p-1, 0x1.0043b261dc000p+2),
    (0x1.fffffff000000p-1, 0x1.0ff3c9cdc32ebp+2),
    (0x1.fffffffe00000p-1, 0x1.1ed2bef15a0b5p+2),
    (0x1.ffffffffc0000p-1, 0x1.2cfdd31385fb6p+2),
    (0x1.fffffffff8000p-1, 0x1.3a8c12b93c759p+2),
    (0x1.ffffffffff000p-1, 0x1.4790074eb88eep+2),
    (0x1.ffffffffffe00p-1, 0x1.5418dbe470875p+2),
    (0x1.fffffffffffc0p-1, 0x1.6033292357ff2p+2),
    (0x1.ffffffffffff8p-1, 0x1.6be9874412264p+2),
    (0x1.fffffffffffffp-1, 0x1.7744f8f74e94ap+2),
    (0x1.ffffa00000000p-1, 0x1.a7a2a23555dd4p+1),
    (0x1.ffffffe800000p-1, 0x1.0cf628eb1fc0ap+2),
    (0x1.fffffffffa000p-1, 0x1.3c60e75731cb1p+2),
    (0x1.fffffffffffe8p-1, 0x1.65c54bd5a1a27p+2),
    (0x1.fffffffffffffp-1, 0x1.7744f8f74e94ap+2),
    (0x1.fffffe0000000p-1, 0x1.ea8f95ae0aca8p+1),
  ]

  private static func onEveryEngine(_ body: (String) -> Void) {
    Devices.with(ReferenceDevice.shared) { body("reference") }
    for kernels in CPUDevice.Kernels.allCases {
      CPUDevice.shared.with(kernels) { body(CPUDevice.instructionSet) }
    }
  }

  /// (erf y − x) / erf′ y, from 1/2 on by erfc, which keeps the digits that 1 − x has.
  private static func error(_ y: Double, _ x: Double) -> Double {
    let residual = x < 0.5 ? Glibc.erf(y) - x : (1 - x) - Glibc.erfc(y)
    return residual * 0.5 * Double.pi.squareRoot() * Glibc.exp(y * y)
  }

  @Test func floatsAreRight() {
    let x = Tensor(Self.floats)
    Self.onEveryEngine { name in
      let (found, mirrored) = (erfinv(x).floats, erfinv(-x).floats)
      var (worst, at) = (0.0, Float(0))
      for (place, y) in found.enumerated() {
        let units = abs(Self.error(Double(y), Double(Self.floats[place]))) / Double(y.ulp)
        if !(units <= worst) { (worst, at) = (units, Self.floats[place]) }
        if mirrored[place] != -y { worst = .infinity }
      }
      print("erfinv of floats on \(name): at most \(worst) units in the last place")
      #expect(worst <= Self.mostUnits, "\(name) at \(at)")
    }
  }

  @Test func doublesAreRight() {
    let x = Tensor(Self.exact.map { $0.x }, .float64)
    Self.onEveryEngine { name in
      for (found, pair) in zip(erfinv(x).doubles, Self.exact) {
        let units = abs(found - pair.y) / pair.y.ulp
        #expect(units <= Self.mostUnits, "\(pair.x) on \(name): \(found), not \(pair.y)")
      }
    }
  }

  @Test(arguments: [ElementType.float32, .float64, .float16, .bfloat16])
  func endsAndBeyond(element: ElementType) {
    let x = Tensor([1, -1, 1.5, -2, .infinity, -.infinity, .nan, 0, -0.0], element)
    Self.onEveryEngine { name in
      let y = erfinv(x).doubles
      #expect(y[0] == .infinity && y[1] == -.infinity, "\(name)")
      #expect(y[2..<7].allSatisfy { $0.isNaN }, "\(name)")
      #expect(y[7] == 0 && y[7].sign == .plus && y[8] == 0 && y[8].sign == .minus, "\(name)")
    }
    // The gradient at the ends is infinite, as the slope is.
    let ends = Tensor([1, -1], element)
    #expect(
      gradient(of: erfinv(ends).sum(), withRespectTo: ends).doubles == [.infinity, .infinity])
  }
}
