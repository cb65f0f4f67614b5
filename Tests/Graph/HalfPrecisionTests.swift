import Adjoint
import AdjointCPU
import AdjointGraph
import AdjointReference
import AdjointRuntime
import Testing

/// float16 and bfloat16 bit by bit, against Swift's `Float16` and against the definition of rounding, on every
/// instruction set.
@Suite(.serialized) struct HalfPrecisionTests {
  static let all: [UInt16] = Array(0...65535)

  /// Each way a number is converted: the functions themselves, the plain engine, the CPU by instruction set.
  static func onEveryEngine(_ body: (String) -> Void) {
    Devices.with(ReferenceDevice.shared) { body("reference") }
    for kernels in CPUDevice.Kernels.allCases {
      CPUDevice.shared.with(kernels) { body(CPUDevice.instructionSet) }
    }
  }

  @Test func instructionSetsAreLimited() {
    #expect(CPUDevice.shared.with(.portable) { CPUDevice.instructionSet } == "portable")
  }

  @Test func everyPatternComesBack() {
    for bits in HalfPrecisionTests.all {
      let half = Float16(bitPattern: bits)
      let wide = HalfPrecision.float(float16: bits)
      #expect(wide.isNaN ? half.isNaN : wide.bitPattern == Float(half).bitPattern)
      #expect(HalfPrecision.float16(wide) == quiet(bits, 0x7C00, 0x200))
      let upper = HalfPrecision.float(bfloat16: bits)
      #expect(upper.bitPattern == UInt32(bits) << 16)
      #expect(HalfPrecision.bfloat16(upper) == quiet(bits, 0x7F80, 0x40))
    }
  }

  @Test func everyPatternComesBackOnEveryEngine() {
    let halves = Tensor(HalfPrecisionTests.all.map { Float16(bitPattern: $0) })
    let brains = Tensor(HalfPrecisionTests.all.map { BFloat16(bitPattern: $0) })
    let wanted = HalfPrecisionTests.all.map { HalfPrecision.float(float16: $0) }
    let wantedBrains = HalfPrecisionTests.all.map { HalfPrecision.float(bfloat16: $0) }
    HalfPrecisionTests.onEveryEngine { engine in
      expectSame(halves.cast(to: .float32).floats, wanted, engine)
      expectSame(brains.cast(to: .float32).floats, wantedBrains, engine)
      let back = Tensor(wanted).cast(to: .float16).array(of: Float16.self).map { $0.bitPattern }
      let brainsBack = Tensor(wantedBrains).cast(to: .bfloat16).array(of: BFloat16.self)
      for bits in HalfPrecisionTests.all {
        let place = Int(bits)
        #expect(isSame(back[place], bits, 0x7C00), "\(engine)")
        #expect(isSame(brainsBack[place].bitPattern, bits, 0x7F80), "\(engine)")
      }
      // Read through strides, and out of order.
      let turned = halves.reshaped([256, 256]).transposed.cast(to: .float32) * 1
      expectSame(turned.transposed.flattened().floats, wanted, engine)
      let brainsTurned = brains.reshaped([256, 256]).transposed.cast(to: .float32) * 1
      expectSame(brainsTurned.transposed.flattened().floats, wantedBrains, engine)
    }
  }

  @Test func roundingIsSwifts() {
    var misses = 0
    for floats in HalfPrecisionTests.samples {
      for value in floats {
        let bits = HalfPrecision.float16(value)
        let own = Float16(value)
        if value.isNaN ? !own.isNaN : bits != own.bitPattern { misses += 1 }
        if !isNearest(HalfPrecision.bfloat16(value), to: value) { misses += 1 }
      }
    }
    #expect(misses == 0)
  }

  @Test func everyEngineRoundsTheSame() {
    let floats = HalfPrecisionTests.samples.flatMap { $0 }
    let given = Tensor(floats)
    let halves = floats.map { HalfPrecision.float16($0) }
    let brains = floats.map { HalfPrecision.bfloat16($0) }
    HalfPrecisionTests.onEveryEngine { engine in
      let found = given.cast(to: .float16).array(of: Float16.self)
      let brainsFound = given.cast(to: .bfloat16).array(of: BFloat16.self)
      var misses = 0
      for place in floats.indices {
        if !isSame(found[place].bitPattern, halves[place], 0x7C00) { misses += 1 }
        if !isSame(brainsFound[place].bitPattern, brains[place], 0x7F80) { misses += 1 }
      }
      #expect(misses == 0, "\(engine)")
    }
  }

  @Test func doublesRoundOnce() {
    // Just above the middle of 1 and its neighbour: rounding to Float first would lose the rest.
    let above = 1 + 0x1p-11 + 0x1p-40
    #expect(
      Tensor([above, -above], .float64).cast(to: .float16).doubles == [1 + 0x1p-10, -1 - 0x1p-10])
    let brain = 1 + 0x1p-8 + 0x1p-40
    #expect(Tensor([brain], .float64).cast(to: .bfloat16).doubles == [1 + 0x1p-7])
    for seed in 0..<200_000 {
      let key = RandomKey(11)
      let number = Double(
        bitPattern: UInt64(key.bits(at: seed)) & 0x83FF_FFFF_FFFF_FFFF | 0x3C00_0000_0000_0000)
      let small = number * 0x1p-12
      #expect(
        HalfPrecision.float16(HalfPrecision.roundedToOdd(number)) == Float16(number).bitPattern)
      #expect(HalfPrecision.float16(HalfPrecision.roundedToOdd(small)) == Float16(small).bitPattern)
    }
  }

  /// Two million patterns: any, near the middles between neighbours, small, at the overflow.
  static let samples: [[Float]] = {
    let key = RandomKey(77)
    let any = (0..<700_000).map { Float(bitPattern: UInt32(truncatingIfNeeded: key.bits(at: $0))) }
    let ties = (0..<65536).flatMap { (bits: Int) -> [Float] in
      let half = HalfPrecision.float(float16: UInt16(bits)).bitPattern
      let brain = UInt32(bits) << 16
      return [
        half | 0x1000, half | 0xFFF, half | 0x1001, brain | 0x8000, brain | 0x7FFF, brain | 0x8001,
      ]
      .map { Float(bitPattern: $0) }
    }
    let small = (0..<700_000).map { place in
      let bits = UInt32(truncatingIfNeeded: key.bits(at: place + 700_000))
      return Float(bitPattern: bits & 0x87FF_FFFF | 0x3000_0000)
    }
    let subnormal = (0..<4096).map { Float($0) * 0x1p-26 }
    let edge: [Float] = [
      0, -0.0, 65504, 65519.996, 65520, 65536, .infinity, -.infinity, .nan,
      .greatestFiniteMagnitude,
      0x1p-14, 0x1p-24, 0x1p-25, 0x1.000002p-25, 0x1p-133, 0x1p-134, .leastNonzeroMagnitude,
    ]
    return [any, ties, small, subnormal, edge, edge.map { -$0 }]
  }()
}

/// The same bits, or both NaN.
private func isSame(_ a: UInt16, _ b: UInt16, _ infinity: UInt16) -> Bool {
  a == b || (a & 0x7FFF > infinity && b & 0x7FFF > infinity)
}

/// A signalling NaN comes back quiet.
private func quiet(_ bits: UInt16, _ infinity: UInt16, _ bit: UInt16) -> UInt16 {
  bits & 0x7FFF > infinity ? bits | bit : bits
}

private func expectSame(_ found: [Float], _ wanted: [Float], _ engine: String) {
  let misses = zip(found, wanted).filter {
    $0.bitPattern != $1.bitPattern && !($0.isNaN && $1.isNaN)
  }
  #expect(misses.isEmpty && found.count == wanted.count, "\(engine)")
}

/// By definition: no neighbour is nearer, and of two as near the even one. Beyond the largest number the next one
/// there would be stands for infinity.
private func isNearest(_ bits: UInt16, to value: Float) -> Bool {
  if value.isNaN { return BFloat16(bitPattern: bits).float.isNaN }
  if bits >> 15 != (value.sign == .minus ? 1 : 0) { return false }
  let size = Double(value.magnitude)
  if value.isInfinite { return bits & 0x7FFF == 0x7F80 }
  func number(_ place: UInt16) -> Double {
    place >= 0x7F80 ? 0x1p128 : Double(Float(bitPattern: UInt32(place) << 16))
  }
  let place = bits & 0x7FFF
  let distance = abs(number(place) - size)
  let below = place == 0 ? Double.infinity : abs(number(place - 1) - size)
  let above = place >= 0x7F80 ? Double.infinity : abs(number(place + 1) - size)
  let isTie = distance == below || distance == above
  return distance <= below && distance <= above && (!isTie || place & 1 == 0)
}
