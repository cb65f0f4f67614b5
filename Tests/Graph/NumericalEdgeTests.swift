import Adjoint
import AdjointCPU
import AdjointGraph
import AdjointReference
import AdjointRuntime
import Glibc
import Testing

/// Where functions have exact values, and where they meet infinities, bounds and sizes that nothing holds.
@Suite(.serialized) struct NumericalEdgeTests {
  private static func onEveryEngine(_ body: (String) -> Void) {
    Devices.with(ReferenceDevice.shared) { body("reference") }
    for kernels in CPUDevice.Kernels.allCases {
      CPUDevice.shared.with(kernels) { body(CPUDevice.instructionSet) }
    }
  }

  @Test func logarithmsOfPowersAreExact() {
    let doubles = (-1074...1023).map { Double($0) }
    let twos = Tensor(doubles.map { Glibc.exp2($0) }, .float64)
    let floats = (-149...127).map { Float($0) }
    let floatTwos = Tensor(floats.map { Glibc.exp2f($0) })
    let tens = (-307...308).map { Double($0) }
    let powers = Tensor(tens.map { Double("1e\(Int($0))")! }, .float64)
    let floatTens = (-37...38).map { Float($0) }
    let floatPowers = Tensor(floatTens.map { Float("1e\(Int($0))")! })
    Self.onEveryEngine { name in
      #expect(log2(twos).doubles == doubles, "\(name)")
      #expect(log2(floatTwos).floats == floats, "\(name)")
      #expect(log10(powers).doubles == tens, "\(name)")
      #expect(log10(floatPowers).floats == floatTens, "\(name)")
      #expect(log10(Tensor([1, 10, 100, 1000, 10000], .float16)).floats == [0, 1, 2, 3, 4])
      #expect(log2(Tensor([0.25, 1, 1024], .bfloat16)).floats == [-2, 0, 10])
    }
    let below: [Float] = [1.9999998, 3.999999, 1023.9995, 999.9995]
    Self.onEveryEngine { name in
      let found = log2(Tensor(below)).floats.prefix(3) + log10(Tensor(below)).floats.suffix(1)
      #expect(zip(found, [1, 2, 10, 3] as [Float]).allSatisfy { $0 < $1 }, "\(name): \(found)")
    }
    #expect(
      log10(Tensor([0, -1, .infinity, .nan], .float64)).doubles.map { "\($0)" } == [
        "-inf", "nan", "inf", "nan",
      ])
  }

  /// Beside a power nothing is lost but a few units in the last place, and slopes are those of logarithms.
  @Test func logarithmsBesidePowers() {
    let key = RandomKey(4)
    let near = (0..<4000).map { place in
      Glibc.pow(10, Double(place % 40 - 20)) * (1 + key.normal(at: place) * 1e-15)
    }
    let wide = (0..<4000).map { Glibc.exp(key.normal(at: $0) * 100) }
    let numbers = near + wide
    for (function, exact) in [
      (log2, { Glibc.log2($0) }), (log10, { Glibc.log10($0) }),
    ] as [((Tensor) -> Tensor, (Double) -> Double)] {
      let x = Tensor(numbers, .float64)
      for (found, number) in zip(function(x).doubles, numbers) {
        let wanted = exact(number)
        let room = max(wanted.ulp, 0x1p-52 * abs(wanted)) * 4 + 1e-16
        #expect(abs(found - wanted) <= room, "\(number)")
      }
    }
    let x = Tensor([1000.0, 8, 5], .float64)
    let slopes = gradient(of: log10(x).sum(), withRespectTo: x)
    expectClose(
      slopes.doubles, [1000, 8, 5].map { 1 / ($0 * Glibc.log(10)) }, 1e-15, "slopes of log10")
  }

  @Test func hypotenusesBesideInfinity() {
    let (i, n) = (Double.infinity, Double.nan)
    let (a, b) = ([i, n, -i, n, i, 3, n, 0], [n, i, n, 1, -i, 4, n, -0.0])
    for element in [ElementType.float32, .float64, .float16] {
      Self.onEveryEngine { name in
        let found = hypot(Tensor(a, element), Tensor(b, element)).doubles
        for (place, value) in found.enumerated() {
          let wanted = Glibc.hypot(a[place], b[place])
          #expect(value == wanted || value.isNaN && wanted.isNaN, "\(a[place]) \(b[place]) \(name)")
        }
      }
    }
  }

  @Test func integersBetweenIntegers() {
    let (low, high) = (2, 1 << 60 | 1)
    let x = Tensor([Int64.min, 0, 5, .max])
    #expect(clamp(x, low, high).array(of: Int64.self) == [2, 2, 5, 1 << 60 | 1])
    #expect(clamp(x, Int.min, Int.max).array(of: Int64.self) == x.array(of: Int64.self))
    let small = Tensor([1, 5, 9] as [Int32])
    let bounded = clamp(small, Tensor([2, 2, 2] as [Int32]), Tensor([4, 6, 8] as [Int32]))
    #expect(bounded.element == .int32 && bounded.integers == [2, 5, 8])
    let promoted = clamp(small, Tensor([2, 2, 2]), Tensor([4, 4, 4]))
    #expect(promoted.element == .int64 && promoted.integers == [2, 4, 4])
    #expect(clamp(small, 2, 4.5).doubles == [2, 4.5, 4.5])
    let bytes = clamp(Tensor([0, 200] as [UInt8]), -7, 1_000)
    #expect(bytes.element == .uint8 && bytes.integers == [0, 200])
    #expect(clamp(Tensor([0.5, 3]), 1, 2).floats == [1, 2])
    #expect(clamp(Tensor([true, false]), 0, 5).integers == [1, 0])
  }

  @Test func averagePooling() {
    let x = Tensor.range(0, 100).cast(to: .float32).reshaped([1, 1, 10, 10])
    let row = x.averagePool2d(3, stride: 2, padding: 1)[0, 0, 0].floats
    #expect(zip(row, [2.4444, 4.6667, 6, 7.3333, 8.6667]).allSatisfy { abs($0 - $1) < 1e-3 })
    #expect(x.averagePool2d(2).shape == [1, 1, 5, 5])
    #expect(x.averagePool2d(2).floats == x.averagePool(2).floats)
  }

  static let calls: [BadInputTests.Call] = [
    BadInputTests.Call("no tensor has the shape [2, … a size beyond 32 bits]") {
      _ = Tensor.zeros([2, 1 << 40])
    },
    BadInputTests.Call("[… a size beyond 32 bits]") { _ = Tensor.zeros([Int.min]) },
    BadInputTests.Call("interpolated: the factors make images of [1, 1, 4, 4] too large") {
      _ = Tensor.zeros([1, 1, 4, 4]).interpolated(scale: 0x1p30, mode: .linear)
    },
    BadInputTests.Call("averagePool2d: takes images [N, C, H, W], not float32 [3, 4, 5]") {
      _ = Tensor.zeros([3, 4, 5]).averagePool2d(2)
    },
  ]

  @Test(arguments: calls) func noSentinelInTexts(call: BadInputTests.Call) {
    do {
      try checked { call.run() }
      Issue.record("nothing was thrown")
    } catch {
      #expect(error.description.contains(call.text), "\(error.description)")
      #expect(!error.description.contains("2147483"), "\(error.description)")
    }
  }
}
