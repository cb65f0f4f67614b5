import Adjoint
import AdjointCPU
import AdjointGraph
import AdjointReference
import AdjointRuntime
import Testing

/// Integers and truth values in C tiles, on every instruction set: the plain kernels' results, bit for bit.
@Suite(.serialized) struct IntegerKernelTests {
  typealias Pair = @Sendable (Tensor, Tensor) -> Tensor
  static let integers: [ElementType] = [.int64, .int32, .int16, .int8, .uint8]

  static let pairs: [(String, Pair)] =
    ElementTypeTests.pairs.filter { $0.0 != "/" } + arithmetic + mixtures

  private static let arithmetic: [(String, Pair)] = [
    ("quotient", { Divide.shared.apply($0, $1) }), ("less", { less($0, $1) }),
    ("notEqual", { notEqual($0, $1) }), ("greaterEqual", { greaterEqual($0, $1) }),
    ("cube", { x, _ in power(x, 3) }), ("power 0", { x, _ in power(x, 0) }),
    ("relu", { x, _ in relu(x) }), ("floor", { x, _ in floor(x) + ceil(x) }),
    ("round", { x, y in round(x) - trunc(y) }), ("not", { x, _ in bitwiseNot(x) }),
    ("isFinite", { x, _ in isFinite(x) }),
    ("any shift left", { shiftLeft($0, $1) }), ("any shift right", { shiftRight($0, $1) }),
  ]

  private static let mixtures: [(String, Pair)] = [
    ("isNaN", { (x: Tensor, y: Tensor) -> Tensor in isNaN(x).cast(to: y.element) + y }),
    ("select", { (x: Tensor, y: Tensor) -> Tensor in select(greater(x, y), x * y, y - x) }),
    (
      "truth",
      { (x: Tensor, y: Tensor) -> Tensor in
        let either: Tensor = logicalOr(equal(x, y), less(x, y))
        return logicalXor(x.cast(to: .bool), either)
      }
    ),
    (
      "choice of truth",
      { (x: Tensor, y: Tensor) -> Tensor in
        select(less(x, y), equal(x, y), greater(x, -y))
      }
    ),
    (
      "chain",
      { (x: Tensor, y: Tensor) -> Tensor in
        let sum: Tensor = (x + y) * x - y
        let size: Tensor = abs(y) + Tensor.literal(1, y.element)
        return remainder(sum, size) * floorDivide(x, y)
      }
    ),
    ("update", { (x: Tensor, y: Tensor) -> Tensor in x + x * y }),
  ]

  /// Both ends, their neighbours, powers of two and what is near them, shifts, small numbers, and random bits.
  static func numbers(_ count: Int, seed: Int) -> [Int] {
    let key = RandomKey(seed)
    let ends = [Int.min, .min + 1, .max, .max - 1, 0, -1, 1, 2, -2, 63, 64, -63, -64, 65, 127, 128]
    return (0..<count).map { place in
      let bits = key.bits(at: place)
      switch bits >> 3 % 8 {
      case 0: return ends[Int(bits >> 16 & 15)]
      case 1: return Int(bits >> 16 & 255) - 128
      case 2: return (1 << Int(bits >> 16 & 63)) &+ Int(bits >> 24 & 3) &- 1
      default: return Int(truncatingIfNeeded: bits) >> Int(bits >> 58)
      }
    }
  }

  static func sample(_ shape: Shape, _ element: ElementType, seed: Int) -> Tensor {
    Tensor(numbers(shape.count, seed: seed), shape: shape).cast(to: element)
  }

  /// Whole vectors and broken ones, broadcasts, and what lies transposed.
  static let shapes: [(Shape, Shape, isTurned: Bool)] = [
    ([2051], [2051], false), ([3000], [], false), ([], [33], false), ([], [], false),
    ([40, 61], [61], false), ([40, 61], [40, 1], false), ([19, 40], [40, 19], true),
    ([0], [], false), ([70_000], [70_000], false),
  ]

  @Test(arguments: pairs.indices) func operationsAreExact(index: Int) {
    let (name, operation) = Self.pairs[index]
    for element in Self.integers {
      for (place, (shape, other, isTurned)) in Self.shapes.enumerated() {
        if place == 8, element != .int64 { continue }
        let (x, y) = (
          Self.sample(shape, element, seed: place).evaluated(),
          Self.sample(other, element, seed: place + 50).evaluated()
        )
        expectSameIntegers("\(name) of \(element.name) \(shape) and \(other)") {
          operation(x, isTurned ? y.transposed : y)
        }
      }
    }
  }

  @Test func keysAreThePlainOnes() {
    let (keys, parts) = (Self.sample([3001], .int64, seed: 1), Self.sample([3001], .int64, seed: 2))
    expectSameIntegers("splitKey") { SplitKey.shared.apply(keys, parts) }
    let found = SplitKey.shared.apply(keys, parts).integers
    for place in [0, 1, 77, 3000] {
      let key = RandomKey(bits: UInt64(bitPattern: Int64(keys.integers[place])))
      #expect(
        UInt64(bitPattern: Int64(found[place])) == key.split(parts.integers[place]).bits)
    }
  }

  @Test func rowsOfTheTableAreExact() {
    for row in operationTable {
      for element in Self.integers {
        let inputs = row.makeInputs(.float64).enumerated().map { index, input in
          input.element == .float64
            ? Self.sample(input.shape, element, seed: index).evaluated() : input
        }
        let result = Devices.with(ReferenceDevice.shared) {
          try? checked { () throws(GraphError) in try row.apply(inputs).tryEvaluated() }
        }
        guard let result, !result.element.isFloating else { continue }
        expectSameIntegers("\(row) of \(element.name)") { row.apply(inputs) }
      }
    }
  }

  /// Every type to every other: whole vectors and broken ones, one number, and what lies transposed.
  @Test(arguments: ElementType.allCases) func casts(from: ElementType) {
    for (place, shape) in ([[2051], [], [37, 41]] as [Shape]).enumerated() {
      let x = Self.fractions(shape, seed: place, from).evaluated()
      for to in ElementType.allCases where to != from {
        let name = "\(from.name) \(shape) to \(to.name)"
        expectSame(name) { x.cast(to: to) }
        if shape.rank == 2 {
          expectSame("\(name), transposed") { x.transposed.cast(to: to) }
          expectSame("\(name), repeated") {
            x.slice(start: 3, length: 1).broadcast(to: [9, 41]).cast(to: to)
          }
        }
      }
    }
  }

  /// Numbers of all sizes in a type, with what no integer holds among those that have it.
  private static func fractions(_ shape: Shape, seed: Int, _ element: ElementType) -> Tensor {
    let whole = numbers(shape.count, seed: seed)
    guard element.isFloating else { return Tensor(whole, shape: shape).cast(to: element) }
    let odd: [Double] = [.nan, .infinity, -.infinity, -0.0, 0.5, -1.5, 1e300, 65519.99, 0x1p-1060]
    let ends: [Double] = [0x1p63, -0x1p63, 0x1p63.nextDown, (-0x1p63).nextUp, 0x1p62, 65520]
    let key = RandomKey(seed + 9)
    let values = whole.indices.map { place in
      let bits = key.bits(at: place)
      switch bits % 8 {
      case 0: return odd[Int(bits >> 8) % odd.count]
      case 1: return ends[Int(bits >> 8) % ends.count]
      case 2: return Double(bitPattern: bits)
      case 3: return Double(whole[place])
      default: return Double(Int(bits >> 20 & 0xFFFFF) - 0x80000) / 256
      }
    }
    return Tensor(values, shape: shape, element)
  }

  @Test func integersRoundOnce() {
    // Between two floats; one more goes up, though a double does not hold it.
    let tie = 1 << 60 | 1 << 36
    let whole =
      [tie, tie + 1, tie - 1, -tie - 1, 1 << 24 | 1, Int.max, .min] + Self.numbers(9000, seed: 4)
    let brainTie = 1 << 62 | 1 << 54
    let exact: [(Int, Float)] = [
      (brainTie, 0x1p62), (brainTie + 1, 0x1p62 + 0x1p55), (-brainTie - 1, -0x1p62 - 0x1p55),
      (1 << 30 | 1 << 22 | 1, 0x1p30 + 0x1p23), (1 << 30 | 1 << 22, 0x1p30),
    ]
    HalfPrecisionTests.onEveryEngine { engine in
      let found = Tensor(whole).cast(to: .float32).floats
      #expect(found == whole.map { Float($0) }, "\(engine)")
      let wide = Tensor(whole).cast(to: .float64).doubles
      #expect(wide == whole.map { Double($0) }, "\(engine)")
      let brains = Tensor(exact.map { $0.0 }).cast(to: .bfloat16).floats
      #expect(brains == exact.map { $0.1 }, "\(engine)")
      let small = Tensor(exact.suffix(2).map { $0.0 }).cast(to: .int32)
      #expect(small.cast(to: .bfloat16).floats == [0x1p30 + 0x1p23, 0x1p30], "\(engine)")
      let double = Tensor([1 + 0x1p-11, 1 + 0x1p-11 + 0x1p-40], .float64)
      #expect(double.cast(to: .float16).floats == [1, 1 + 0x1p-10], "\(engine)")
    }
  }

  /// Where types meet: what one group makes, another reads.
  @Test func mixedChains() {
    let (i, j) = (Self.sample([37, 61], .int64, seed: 1), Self.sample([61], .int32, seed: 2))
    let x = Tensor.normal([37, 61], key: RandomKey(3))
    let mask = Self.sample([37, 1], .uint8, seed: 5).cast(to: .bool)
    let zero = Tensor.literal(0, .float32)
    let chains: [(String, () -> Tensor)] = [
      ("floats compared with integers", { less(x * 10, i.cast(to: .float32)) }),
      (
        "floats chosen by integers",
        { select(equal(remainder(i, Tensor([3])), Tensor([0])), x, -x * x) }
      ),
      ("integers chosen by floats", { select(greater(x, zero), i + j, i * j) }),
      ("there and back", { ((i + j).cast(to: .float64) * 0.5).cast(to: .int16) * 3 }),
      (
        "truth alone",
        { logicalAnd(logicalOr(mask, less(j, Tensor.literal(0, .int32))), logicalNot(mask)) }
      ),
      ("truth of both", { logicalAnd(greater(x, zero), logicalXor(less(i, j), mask)) }),
      (
        "counting",
        { (greater(x, zero).cast(to: .int64) + mask.cast(to: .int8)).cast(to: .float16) }
      ),
      ("wide and narrow", { (x.cast(to: .float64) * x.cast(to: .float64)).cast(to: .float32) }),
      ("one hot", { remainder(i, Tensor([5])).oneHot(5) * 2 }),
      ("both halves", { i.cast(to: .bfloat16) + i.cast(to: .float32).cast(to: .bfloat16) }),
    ]
    for (name, chain) in chains { expectSame(name, chain) }
  }

  /// A counter that a step moves on ends in the memory where it was.
  @Test func countersMoveOnInPlace() throws {
    for element in Self.integers {
      for count in [1, 5, 70_001] {
        let cell = Cell(Tensor.zeros([count], element).evaluated())
        let reused = try alone { () throws -> Int in
          let before = Engine.statistics.reusedBuffers
          for _ in 0..<3 { try Engine.commit([], [CellUpdate(cell, cell.value * 3 + 100)]) }
          return Engine.statistics.reusedBuffers - before
        }
        let wanted = Tensor(1300).cast(to: element).integers[0]
        #expect(cell.value.integers == [Int](repeating: wanted, count: count), "\(element.name)")
        #expect(reused == 3, "\(element.name)")
      }
    }
  }

  // MARK: comparing

  private func expectSameIntegers(_ name: String, _ body: () -> Tensor) {
    let wanted = Devices.with(ReferenceDevice.shared) { body().integers }
    for kernels in CPUDevice.Kernels.allCases {
      let found = CPUDevice.shared.with(kernels) { body().integers }
      let wrong = wanted.indices.first { wanted[$0] != found[$0] }
      if let wrong {
        Issue.record(
          "\(name), \(kernels): \(found[wrong]), not \(wanted[wrong]) at \(wrong)")
      }
    }
  }

  private func expectSame(_ name: String, _ body: () -> Tensor) {
    let result = Devices.with(ReferenceDevice.shared) { body().evaluated() }
    guard result.element.isFloating else { return expectSameIntegers(name, body) }
    let wanted = result.doubles
    for kernels in CPUDevice.Kernels.allCases {
      let found = CPUDevice.shared.with(kernels) { body().doubles }
      let wrong = wanted.indices.first { place in
        wanted[place].bitPattern != found[place].bitPattern
          && !(wanted[place].isNaN && found[place].isNaN)
      }
      if let wrong {
        Issue.record(
          "\(name), \(kernels): \(found[wrong]), not \(wanted[wrong]) at \(wrong)")
      }
    }
  }
}
