import Adjoint
import AdjointCPU
import AdjointGraph
import AdjointReference
import AdjointRuntime
import Testing

/// Operations on narrow element types: each computes in the wide type and rounds or wraps once.
@Suite struct ElementTypeTests {
  /// The narrow types with fractions, with a few units in the last place: a row may round several times.
  static let halves: [(element: ElementType, tolerance: Double)] = [
    (.float16, 0x1p-8), (.bfloat16, 0x1p-5),
  ]
  static let integers: [ElementType] = [.int64, .int32, .int16, .int8, .uint8]

  // MARK: every row of the table

  @Test(arguments: operationTable) func halvesAreNearFloat64(row: OperationRow) {
    for (element, tolerance) in ElementTypeTests.halves {
      let inputs = row.makeInputs(element)
      let oracle = Devices.with(ReferenceDevice.shared) {
        row.apply(inputs.map { $0.element == element ? $0.cast(to: .float64) : $0 }).doubles
      }
      for device in testDevices {
        let value = Devices.with(device) { row.apply(inputs) }
        let isOwn = value.element == element || !value.element.isFloating || row.operation == "cast"
        #expect(isOwn, "\(row) gives \(value.element.name) of \(element.name)")
        let found = Devices.with(device) { value.doubles }
        expectClose(found, oracle, tolerance, "\(row) \(element.name) on \(device.name)")
      }
    }
  }

  @Test(arguments: operationTable) func integersAreExact(row: OperationRow) {
    for element in ElementTypeTests.integers {
      guard let wanted = ElementTypeTests.result(row, .int64, of: element, ReferenceDevice.shared)
      else { continue }
      for device in [ReferenceDevice.shared, CPUDevice.shared] as [any Device] {
        guard let found = ElementTypeTests.result(row, element, of: element, device) else {
          Issue.record("\(row) takes int64 but not \(element.name)")
          continue
        }
        let same = found.element.isInteger ? wanted.cast(to: found.element) : wanted
        // What a row makes fractions of is as near as float32 is.
        let tolerance = found.element.isFloating ? 2e-5 : 0
        expectClose(
          found.doubles, same.doubles, tolerance, "\(row) \(element.name) on \(device.name)")
      }
    }
  }

  @Test func manyRowsTakeIntegers() {
    let taken = operationTable.filter {
      ElementTypeTests.result($0, .int64, of: .int8, ReferenceDevice.shared) != nil
    }
    #expect(taken.count > 80, "\(taken.count) of \(operationTable.count)")
    let operations = Set(taken.map { $0.operation })
    let wanted: Set = [
      "add", "maximum", "pairMaximum", "argMax", "argSort", "floorDivide", "remainder", "shiftLeft",
      "cumulativeSum", "gather", "concatenate", "sign", "absolute", "greater", "searchSorted",
    ]
    #expect(wanted.subtracting(operations).isEmpty, "\(wanted.subtracting(operations))")
  }

  /// A row over small integers that both types hold; nil where it does not take integers.
  private static func result(
    _ row: OperationRow, _ element: ElementType, of narrow: ElementType, _ device: any Device
  ) -> Tensor? {
    Devices.with(device) {
      try? checked { () throws(GraphError) in
        let inputs = row.makeInputs(.float64).enumerated().map { index, input in
          guard input.element == .float64 else { return input }
          let key = RandomKey(index)
          let numbers = (0..<input.count).map { Double(key.integer(at: $0, below: 9)) }
          let isSigned = narrow != .uint8 && !isPositive(row.inputs[index].1)
          return Tensor(
            numbers.map { isSigned ? $0 - 4 : $0 + 1 }, shape: input.shape, element)
        }
        return try row.apply(inputs).tryEvaluated()
      }
    }
  }

  private static func isPositive(_ fill: Fill) -> Bool {
    if case .positive = fill { return true }
    return false
  }

  // MARK: wrapping and rounding

  typealias Pair = @Sendable (Tensor, Tensor) -> Tensor
  static let pairs: [(String, Pair)] = [
    ("+", { $0 + $1 }), ("-", { $0 - $1 }), ("*", { $0 * $1 }), ("/", { $0 / $1 }),
    ("floorDivide", { floorDivide($0, $1) }), ("remainder", { remainder($0, $1) }),
    ("maximum", { maximum($0, $1) }), ("minimum", { minimum($0, $1) }),
    ("greater", { greater($0, $1) }), ("lessEqual", { lessEqual($0, $1) }),
    ("equal", { equal($0, $1) }), ("and", { bitwiseAnd($0, $1) }), ("or", { bitwiseOr($0, $1) }),
    ("xor", { bitwiseXor($0, $1) }), ("abs", { x, _ in abs(x) }), ("sign", { x, _ in sign(x) }),
    ("negate", { x, _ in -x }), ("clamp", { x, _ in clamp(x, 3, 90) }),
    ("shiftLeft", { shiftLeft($0, remainder($1, Tensor(9, $1.element))) }),
    ("shiftRight", { shiftRight($0, remainder($1, Tensor(9, $1.element))) }),
  ]

  /// All pairs of bytes: the operation in 64 bits, wrapped.
  @Test(arguments: pairs.indices) func bytesWrap(index: Int) {
    let (name, operation) = ElementTypeTests.pairs[index]
    for element in [ElementType.int8, .uint8] {
      let all = Tensor.iota(256).cast(to: element)
      let (a, b) = (all.reshaped([256, 1]), all.reshaped([1, 256]))
      let wide = operation(a.cast(to: .int64), b.cast(to: .int64))
      for device in [ReferenceDevice.shared, CPUDevice.shared] as [any Device] {
        let found = Devices.with(device) { operation(a, b).evaluated() }
        if wide.element == .int64 { #expect(found.element == element, "\(name)") }
        expectClose(
          found.doubles, wide.cast(to: found.element).doubles, 0,
          "\(name) of \(element.name) on \(device.name)")
      }
    }
  }

  @Test func fractionsAreCutThenWrapped() {
    let x = Tensor([3.9, -3.9, 300, -1, 40000, .nan, 1e30, -0.5], .float64)
    let wanted: [(ElementType, [Int])] = [
      (.uint8, [3, 253, 44, 255, 64, 0, 255, 0]), (.int8, [3, -3, 44, -1, 64, 0, -1, 0]),
      (.int16, [3, -3, 300, -1, -25536, 0, -1, 0]), (.int32, [3, -3, 300, -1, 40000, 0, -1, 0]),
    ]
    for (element, numbers) in wanted {
      for device in testDevices {
        Devices.with(device) {
          #expect(x.cast(to: element).integers == numbers, "\(element.name)")
          #expect(x.cast(to: .float32).cast(to: element).integers == numbers)
        }
      }
      #expect(Tensor(x.doubles, element).integers == numbers)
    }
    let large = Tensor([Int.max, 9_007_199_254_740_993, -1])
    #expect(large.cast(to: .int32).integers == [-1, 1, -1])
  }

  @Test func sumsOfIntegersHaveRoom() {
    for element in [ElementType.bool, .uint8, .int8, .int16, .int32, .int64] {
      let ones = Tensor.ones([300], element)
      #expect(ones.sum().element == .int64)
      #expect(ones.sum().item == 300)
      #expect(ones.cumulativeSum().integers.last == 300)
      #expect(ones.product().element == .int64)
      #expect(ones.mean().element == .float32)
      #expect(ones.mean().item == 1)
    }
    #expect(Tensor([UInt8](repeating: 2, count: 40)).product().integers == [1 << 40])
    #expect(Tensor.full([100_000], 1, .float16).mean().item == 1)
    #expect(Tensor.full([4], 60000, .float16).mean().doubles == [60000])
  }

  @Test func largestAndSmallestOfIntegers() throws {
    for element in ElementTypeTests.integers {
      let x = Tensor([7, 3, 5, 0, 100, 2], shape: [2, 3]).cast(to: element)
      #expect(x.max().integers == [100])
      #expect(x.min([1]).integers == [3, 0])
      #expect(x.min().element == element)
      #expect(x.argmax(1).integers == [0, 1])
      #expect(x.argmin(1).integers == [1, 0])
      #expect(x.sorted(axis: 1).integers == [3, 5, 7, 0, 2, 100])
      #expect(x.sorted(axis: 1).element == element)
      #expect(throws: GraphError.self) {
        try checked { _ = Tensor.zeros([0], element).max() }
      }
    }
    #expect(Tensor([Int.min, Int.max]).min().integers == [Int.min])
    #expect(Tensor([Int8.min, 0]).argmin().integers == [0])
    #expect(Tensor([UInt8.max, 0]).argmin().integers == [1])
  }

  @Test func numbersTakeTheTensorsType() {
    for element in ElementType.allCases where element.isInteger {
      let x = Tensor.ones([2], element)
      #expect((x * 2).element == element)
      #expect((3 - x).integers == [2, 2])
      #expect((x + 0.5).element == .float32)
      #expect((x * 2.0).element == .float32)
      #expect((x / 2).element == .float32)
    }
    for element in ElementType.allCases where element.isFloating {
      let x = Tensor.ones([2], element)
      #expect((x * 2).element == element)
      #expect((x + 0.5).element == element)
      #expect((x / 2).doubles == [0.5, 0.5])
    }
    let truth = Tensor([true, false])
    #expect((truth * 2).element == .int64)
    #expect((truth * 0.5).element == .float32)
    let large = 9_007_199_254_740_993
    #expect((Tensor([0]) + large).integers == [large])
  }

  /// A fused chain gives the bits of its single operations.
  @Test func fusionChangesNoBits() {
    for element in [ElementType.float16, .bfloat16] {
      let x = Tensor.normal([7, 333], key: RandomKey(1), element)
      let y = Tensor.uniform([333], 0.5, 2, key: RandomKey(2), element)
      for device in testDevices {
        Devices.with(device) {
          let steps: [(Tensor) -> Tensor] = [
            { $0 * y }, { $0 + x }, { tanh($0) }, { $0 / y }, { exp($0) * 0.3 }, { sqrt(abs($0)) },
            { $0 - y * x }, { select(greater($0, y), $0 * $0, x) },
            { $0.cast(to: .float32).cast(to: element) }, { 1 / $0 }, { $0 * 300 },
          ]
          var (fused, single) = (x, x)
          for step in steps {
            fused = step(fused)
            single = step(single).evaluated().detached.evaluated()
          }
          let last = (y * x).evaluated()
          #expect(bits(fused + y * x) == bits((single + last).evaluated()), "\(element.name)")
        }
      }
    }
  }

  @Test func gradientsAndRandomNumbersHaveTheirType() {
    for element in [ElementType.float16, .bfloat16] {
      let x = Tensor.normal([4, 3], key: RandomKey(3), element)
      let w = Tensor.uniform([3, 2], key: RandomKey(4), element)
      let slopes = gradients(of: tanh(matmul(x, w)).sum(), withRespectTo: [x, w])
      #expect(slopes.allSatisfy { $0?.element == element })
      let (wideX, wideW) = (x.cast(to: .float64), w.cast(to: .float64))
      let exact = gradients(of: tanh(matmul(wideX, wideW)).sum(), withRespectTo: [wideX, wideW])
      for (found, wanted) in zip(slopes, exact) {
        expectClose(found!.doubles, wanted!.doubles, 0x1p-4, "gradient in \(element.name)")
      }
      let many = Tensor.uniform([20000], 0.25, 1, key: RandomKey(5), element).doubles
      #expect(many.allSatisfy { $0 >= 0.25 && $0 < 1 })
      #expect(many.max()! > 0.98)
      for device in testDevices {
        Devices.with(device) {
          let key = RandomKey(9)
          let drawn = Tensor.uniform([20000], key: key.operand, element)
          #expect(drawn.element == element)
          #expect(drawn.doubles == Tensor.uniform([20000], key: key, element).doubles)
          #expect(Tensor.normal([5], key: key.operand, element).element == element)
          #expect(dropout(drawn, key: key).element == element)
        }
      }
    }
  }

  /// A kernel that runs a region whole gives what its body gives; a function is the operations in it.
  @Test func regionsRoundOnce() {
    for element in [ElementType.float16, .bfloat16] {
      let logits = Tensor.normal([64, 10], deviation: 3, key: RandomKey(6), element)
      let targets = Tensor((0..<64).map { Int32($0 % 10) })
      let wide = crossEntropy(logits.cast(to: .float32), targets).cast(to: element)
      for device in testDevices {
        Devices.with(device) {
          let loss = crossEntropy(logits, targets)
          #expect(loss.element == element)
          #expect(loss.doubles == wide.doubles, "\(element.name) on \(device.name)")
          let slope = gradient(of: loss, withRespectTo: logits)
          #expect(slope.element == element)
        }
      }
    }
  }

  @Test func layersTrain() {
    for element in [ElementType.float16, .bfloat16] {
      let layer = Linear(3, 2, element)
      let x = Tensor.normal([8, 3], key: RandomKey(8), element)
      let optimizer = SGD(layer, learningRate: 0.125, momentum: 0.5)
      let losses = (0..<20).map { _ in
        optimizer.step { square(layer(x) - 1).mean() }.item
      }
      #expect(losses[19] < losses[0] / 2, "\(element.name): \(losses)")
      #expect(layer(x).element == element)
    }
  }

  @Test func movementKeepsBits() {
    // Every float16 there is, signalling NaNs among them.
    let all = Tensor((0..<65536).map { Float16(bitPattern: UInt16($0)) }, shape: [256, 256])
    let narrow = Tensor([5, 0] as [Int32])
    for device in testDevices {
      Devices.with(device) {
        let every: [UInt16] = Array(0...65535)
        #expect(bits(all.transposed.evaluated().transposed.flattened()) == every)
        let turned = bits(all.transposed.slice(start: 3, length: 2).flattened())
        let columns = (0..<512).map { (place: Int) in UInt16(place % 256 * 256 + place / 256 + 3) }
        #expect(turned == columns)
        let rows = all.gather(narrow)
        let joined = bits(concatenated([rows, all.slice(start: 1, length: 1)]))
        let places: [Int] = Array(1280..<1536) + Array(0..<512)
        #expect(joined == places.map { UInt16($0) })
      }
    }
  }

  // MARK: arrays, printing

  @Test func arraysInAndOut() {
    #expect(Tensor([1, -2] as [Int8]).array(of: Int8.self) == [1, -2])
    #expect(Tensor([1, 200] as [UInt8]).array(of: UInt8.self) == [1, 200])
    #expect(Tensor([1, -300] as [Int16]).array(of: Int16.self) == [1, -300])
    #expect(Tensor([1, -70000] as [Int32]).array(of: Int32.self) == [1, -70000])
    #expect(Tensor([1, 0.1] as [Float16]).array(of: Float16.self) == [1, 0.1])
    let small = [BFloat16(0.1), BFloat16(-3)]
    #expect(Tensor(small).array(of: BFloat16.self) == small)
    #expect(Tensor(small).floats == [0.10009765625, -3])
    for element in ElementType.allCases {
      let x = Tensor([0, 1, 1], element)
      #expect(x.doubles == [0, 1, 1])
      #expect(x.floats == [0, 1, 1])
      #expect(x.integers == [0, 1, 1])
      #expect(x.booleans == [false, true, true])
      #expect(Tensor(1, element).item == 1)
      #expect(x.byteCountInMemory == 3 * element.byteCount)
    }
  }

  @Test func printing() {
    #expect(Tensor([1, -20] as [Int8]).description == "[  1 -20]")
    #expect(
      Tensor([0.1, 2, 65504] as [Float16]).description == "[1.0000e-01 2.0000e+00 6.5504e+04]")
    #expect(Tensor([0.1, 2.5] as [Float16]).description == "[0.1 2.5]")
    #expect(Tensor([BFloat16(0.1), BFloat16(2)]).description == "[0.1 2. ]")
    #expect(BFloat16(3.14159).description == "3.14")
  }
}

/// The memory of a tensor of two-byte elements.
private func bits(_ x: Tensor) -> [UInt16] {
  let value = x.evaluated().node
  let memory = value.storage!.pointer.assumingMemoryBound(to: UInt16.self)
  return Array(UnsafeBufferPointer(start: memory, count: value.shape.count))
}

extension Tensor {
  fileprivate var byteCountInMemory: Int { evaluated().type.byteCount }
}
