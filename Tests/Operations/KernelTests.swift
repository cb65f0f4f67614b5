import Adjoint
import AdjointCPU
import AdjointGraph
import AdjointReference
import AdjointRuntime
import Testing

/// The CPU engine's kernels against the plain ones, over random shapes and with every kind of number; and for
/// each number of threads the same bits.
@Suite struct KernelTests {
  static let threads = [1, 2, 3]
  static let elements: [ElementType] = [.float64, .float32, .int64]

  /// Lane cuts: rows of all lengths, columns, middle axes, empty and single ones, and some that are shared out.
  static let shapes: [(Shape, axis: Int)] = [
    ([7], 0), ([1], 0), ([0], 0), ([3, 0], 1), ([0, 3], 1), ([1, 9], 0), ([9, 1], 0), ([9, 1], 1),
    ([25], 0), ([300], 0), ([2, 3, 4], 1), ([5, 33, 3], 1), ([33, 70], 1), ([33, 70], 0),
    ([4, 300, 17], 1), ([19, 2051], 1), ([700, 90], 0), ([90, 700], 1), ([3, 40_000], 1),
  ]

  @Test(arguments: elements) func scans(element: ElementType) {
    for (index, (shape, axis)) in Self.shapes.enumerated() {
      for flags in 0..<4 {
        let (exclusive, reversed) = (flags & 1 == 1, flags & 2 == 2)
        let name = "\(shape) axis \(axis) \(flags)"
        // Factors near 1, so that products neither overflow nor vanish.
        let x = sample(shape, element, seed: index, special: flags == 3)
        agree("cumulativeSum \(name)", 0, [x]) {
          CumulativeSum(axis: axis, isExclusive: exclusive, isReversed: reversed).apply($0[0])
        }
        let factor = sample(shape, element, seed: index + 50, special: false)
        let near = element.isFloating ? factor * 0.01 + 1 : factor
        agree("cumulativeProduct \(name)", element.isFloating ? 1e-5 : 0, [near]) {
          CumulativeProduct(axis: axis, isExclusive: exclusive, isReversed: reversed).apply($0[0])
        }
        agree("recurrence \(name)", 0, [element.isFloating ? factor * 0.3 : factor, x]) {
          Recurrence(axis: axis, isReversed: reversed).apply($0[0], $0[1])
        }
      }
      agree("cumulativeMaximum \(shape)", 0, [sample(shape, element, seed: index, special: true)]) {
        CumulativeMaximum(axis: axis).apply($0[0])
      }
    }
  }

  /// The input lies transposed in memory.
  @Test func stridedInputs() {
    let x = sample([40, 30, 20], .float32, seed: 3, special: false)
    for axis in 0..<3 {
      agree("strided \(axis)", 0, [x]) { $0[0].transposed([2, 0, 1]).cumulativeSum(axis) }
      agree("strided \(axis)", 0, [x]) { $0[0].transposed([2, 0, 1]).argmax(axis) }
      agree("strided \(axis)", 0, [x]) {
        ArgSort(axis: axis, isDescending: false).apply($0[0].transposed([2, 0, 1]))
      }
    }
  }

  @Test(arguments: elements) func placesOfTheLargest(element: ElementType) {
    for (index, (shape, axis)) in Self.shapes.enumerated() where shape[axis] > 0 {
      for special in [false, true] {
        let x = sample(shape, element, seed: index, special: special)
        agree("argMax \(shape) axis \(axis)", 0, [x]) {
          ArgMax(axis: axis, keepsDimensions: false).apply($0[0])
        }
      }
    }
  }

  @Test(arguments: elements) func reductions(element: ElementType) {
    let cases: [(Shape, axes: [Int])] = [
      ([7], [0]), ([0], [0]), ([3, 0, 2], [1]), ([40, 50], [0]), ([40, 50], [1]),
      ([40, 50], [0, 1]),
      ([6, 5, 7], [0, 2]), ([6, 5, 7], [1]), ([300, 400], [0]), ([300, 400], [1]), ([9000], [0]),
      ([256, 1024], [0]), ([70_000, 3], [0]), ([2, 3, 4, 5], [1, 2]), ([4, 1, 3], [1]),
    ]
    for (index, (shape, axes)) in cases.enumerated() {
      let x = sample(shape, element, seed: index, special: index % 2 == 0)
      let near =
        element.isFloating ? sample(shape, element, seed: index, special: false) * 0.01 + 1 : x
      let set = axes.reduce(0) { $0 | 1 << UInt8($1) }
      for keeps in [false, true] {
        let name = "\(shape) over \(axes)"
        agree("product \(name)", element == .float32 ? 1e-3 : 1e-12, [near]) {
          Product(AxisSet(mask: UInt8(set)), keepsDimensions: keeps).apply($0[0])
        }
        agree("sum \(name)", element == .float32 ? 1e-3 : 1e-12, [x]) {
          $0[0].sum(axes, keepingDimensions: keeps)
        }
        guard element.isFloating else { continue }
        agree("maximum \(name)", 0, [x]) { $0[0].max(axes, keepingDimensions: keeps) }
      }
    }
    let x = sample([6, 5, 7], element, seed: 1, special: false)
    agree("transposed sum", 1e-5, [x]) { $0[0].transposed([2, 0, 1]).sum([1]) }
  }

  @Test(arguments: elements) func sorting(element: ElementType) {
    let long: [(Shape, axis: Int)] = [([140_000], 0), ([2, 50_000], 1), ([70_001, 1], 0)]
    for (index, (shape, axis)) in (Self.shapes + long).enumerated() {
      for descending in [false, true] {
        // Few different values: equal elements keep their order.
        let x = sample(shape, element, seed: index, special: index % 2 == 0)
        agree("argSort \(shape) axis \(axis) \(descending)", 0, [x]) {
          ArgSort(axis: axis, isDescending: descending).apply($0[0])
        }
      }
    }
  }

  @Test func sortingNumbersOfAllSizes() {
    let key = RandomKey(11)
    let doubles = (0..<20_000).map { Double(bitPattern: key.bits(at: $0)) }
    let integers = (0..<20_000).map { Int(truncatingIfNeeded: key.bits(at: $0)) }
    let floats = (0..<20_000).map {
      Float(bitPattern: UInt32(truncatingIfNeeded: key.bits(at: $0)))
    }
    for descending in [false, true] {
      let sort = ArgSort(axis: 0, isDescending: descending)
      agree("doubles", 0, [Tensor(doubles, .float64)]) { sort.apply($0[0]) }
      agree("integers", 0, [Tensor(integers)]) { sort.apply($0[0]) }
      agree("floats", 0, [Tensor(floats.map { Double($0) }, .float32)]) { sort.apply($0[0]) }
    }
  }

  @Test(arguments: elements) func searching(element: ElementType) {
    for (count, queries) in [(0, 5), (1, 5), (2, 9), (17, 300), (1000, 9000)] {
      let values = sample([queries], element, seed: queries, special: true)
      let list = sample([count], element, seed: count + 1, special: true)
      let sorted = Devices.with(ReferenceDevice.shared) { list.sorted().evaluated() }
      for right in [false, true] {
        agree("searchSorted \(count)", 0, [sorted, values]) {
          $0[0].searchSorted($0[1], right: right)
        }
      }
    }
  }

  @Test(arguments: elements) func indexing(element: ElementType) {
    let cases: [(Shape, axis: Int, count: Int)] = [
      ([5], 0, 9), ([5], 0, 0), ([1, 4], 0, 3), ([6, 4], 1, 5), ([3, 7, 2], 1, 11),
      ([200, 300], 0, 700), ([64, 1000], 1, 900), ([0, 4], 1, 3), ([4, 0], 0, 3),
      ([5000], 0, 90_000),
      ([2, 300, 64], 1, 999), ([10, 2000], 0, 300),
    ]
    for (index, (shape, axis, count)) in cases.enumerated() {
      let key = RandomKey(index)
      let list = Tensor((0..<count).map { Int(key.bits(at: $0) % UInt64(shape[axis])) })
      let x = sample(shape, element, seed: index, special: index % 2 == 0)
      agree("gather \(shape)", 0, [x, list]) { $0[0].gather($0[1], axis: axis) }
      let given = Shape((0..<shape.rank).map { $0 == axis ? count : shape[$0] })
      let rows = sample(given, element, seed: index + 9, special: false)
      agree("scatterAdd \(shape)", 0, [rows, list]) {
        ScatterAdd(axis: axis, length: shape[axis]).apply($0[0], $0[1])
      }
      agree("checkedIndices \(shape)", 0, [x, list]) {
        $0[0].gather(CheckedIndices(below: shape[axis]).apply($0[1]), axis: axis)
      }
      agree("checkedIndices alone \(shape)", 0, [list]) {
        CheckedIndices(below: shape[axis]).apply($0[0])
      }
      agree("lastWriter \(shape)", 0, [list]) { LastWriter(shape[axis]).apply($0[0]) }
    }
  }

  @Test(arguments: [0, 1, 2, 3]) func wrongIndicesAreNamed(place: Int) {
    var list = (0..<100_000).map { $0 % 7 }
    list[[0, 5, 50_000, 99_999][place]] = place % 2 == 0 ? 7 : -1
    list[99_999] = 9
    for threads in Self.threads {
      Devices.with(CPUDevice(threads: threads)) {
        let error = #expect(throws: GraphError.self) {
          try checked { _ = Tensor.zeros([7]).gather(Tensor(list)).floats }
        }
        let wrong = [7, -1, 7, 9][place]
        #expect(error?.description == "gather: index \(wrong) is outside an axis of 7")
      }
    }
  }

  /// Numbers among which many are equal; special ones are NaN, infinities and both zeros.
  private func sample(_ shape: Shape, _ element: ElementType, seed: Int, special: Bool) -> Tensor {
    let key = RandomKey(seed)
    guard element.isFloating else {
      return Tensor((0..<shape.count).map { Int(key.bits(at: $0) % 41) - 20 }, shape: shape)
    }
    let odd: [Double] = [.nan, .infinity, -.infinity, 0, -0.0]
    return Tensor(
      (0..<shape.count).map { place in
        let bits = key.bits(at: place)
        if special, bits % 11 == 0 { return odd[Int(bits >> 8) % odd.count] }
        return Double(Int(bits >> 20 & 1023) - 512) / 256
      }, shape: shape, element)
  }
}

/// The CPU engine with each number of threads, with and without libraries, gives what the plain kernels give
/// (exactly, where the tolerance is 0), and the same bits for any number of threads.
func agree(
  _ name: String, _ tolerance: Double, _ inputs: [Tensor], _ body: ([Tensor]) -> Tensor,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let given = inputs.map { $0.evaluated() }
  let oracle = Devices.with(ReferenceDevice.shared) { body(given).anyNumbers }
  var first: [Double]?
  for threads in KernelTests.threads {
    let found = Devices.with(CPUDevice(threads: threads)) { body(given).anyNumbers }
    expectClose(
      found, oracle, tolerance, "\(name), \(threads) threads", sourceLocation: sourceLocation)
    if let first {
      let isSame = zip(first, found).allSatisfy {
        $0.bitPattern == $1.bitPattern || ($0.isNaN && $1.isNaN)
      }
      #expect(isSame, "\(name): other bits with \(threads) threads", sourceLocation: sourceLocation)
    }
    first = found
  }
}

extension Tensor {
  /// All elements as doubles, whatever their type.
  fileprivate var anyNumbers: [Double] {
    element == .int64 ? integers.map { Double($0) } : doubles
  }
}
