import AdjointGraph
import AdjointReference
import AdjointRuntime
import CKernels

/// A product of matrices, or of batches of them.
final class MatrixProductKernel: Kernel {
  var summary: String {
    (isHalf ? "bfloat16 " : "")
      + "matmul \(m)×\(n)×\(k) \(transposesA == 1 ? "T" : "N")\(transposesB == 1 ? "T" : "N")"
  }
  private let a: Int
  private let b: Int
  private let output: Int
  private let transposesA: Int32
  private let transposesB: Int32
  private let m: Int64
  private let n: Int64
  private let k: Int64
  private let lda: Int64
  private let ldb: Int64
  private let isDouble: Bool
  private let isHalf: Bool
  private let usesLibrary: Bool
  /// oneDNN's primitive for products large enough to pay for it.
  private let primitive: OpaquePointer?
  private let threads: Int32
  /// Byte offsets of the matrices of each batch entry.
  private let batches: [(a: Int, b: Int, output: Int)]

  init(
    _ operation: MatMul, _ a: Location, _ b: Location, to output: Int, _ type: TensorType,
    _ device: CPUDevice
  ) {
    self.a = a.slot
    self.b = b.slot
    self.output = output
    isDouble = type.element == .float64
    isHalf = type.element == .bfloat16
    let rank = type.shape.rank
    m = Int64(type.shape[rank - 2])
    n = Int64(type.shape[rank - 1])
    let inner = a.shape[a.shape.rank - (operation.transposesA ? 2 : 1)]
    k = Int64(inner)
    let (flippedA, lda) = MatrixProductKernel.reading(a)
    let (flippedB, ldb) = MatrixProductKernel.reading(b)
    transposesA = flippedA != operation.transposesA ? 1 : 0
    transposesB = flippedB != operation.transposesB ? 1 : 0
    self.lda = lda
    self.ldb = ldb
    let work = Int(m) * Int(n) * inner
    usesLibrary = device.usesLibrary && !isDouble && work >= 16_384
    threads = Int32(work >= 200_000 ? device.threads : 1)
    batches = MatrixProductKernel.offsets(a, b, type)
    // The library's plain product is the faster one of the first matrix turned, but for ragged results.
    let isPlain = transposesA == 1 && n % 64 == 0
    let isLarge = usesLibrary && work >= 200_000 && min(m, n, k) >= 32
    primitive =
      isHalf || isLarge && !isPlain
      ? PlanningCost.library {
        [transposesA, transposesB, m, n, k, isHalf, threads] in
        adj_onednn_product_create(
          transposesA, transposesB, m, n, k, lda, ldb, n, isHalf ? 1 : 0, threads)
      } : nil
  }

  deinit {
    if let primitive { adj_onednn_product_destroy(primitive) }
  }

  /// Whether a product of bfloat16 is worth a primitive of the library's. What is not is computed in float32.
  static func paysInHalves(_ operation: MatMul, _ inputs: [TensorType]) -> Bool {
    let (a, b) = (inputs[0].shape, inputs[1].shape)
    let (m, k) = (a[a.rank - 2], a[a.rank - 1])
    let n = b[b.rank - (operation.transposesB ? 2 : 1)]
    return min(m, n, k) >= 8 && m * n * k >= 200_000
  }

  /// Whether the memory holds the matrix transposed, and its leading dimension.
  private static func reading(_ place: Location) -> (isFlipped: Bool, leading: Int64) {
    let rank = place.shape.rank
    let (rows, columns) = (place.shape[rank - 2], place.shape[rank - 1])
    let (row, column) = (place.strides[rank - 2], place.strides[rank - 1])
    if (column == 1 || columns == 1) && (row >= columns || rows == 1) {
      return (false, Int64(max(rows == 1 ? columns : row, 1)))
    }
    return (true, Int64(max(columns == 1 ? rows : column, 1)))
  }

  private static func offsets(
    _ a: Location, _ b: Location, _ type: TensorType
  ) -> [(a: Int, b: Int, output: Int)] {
    let shape = type.shape.dropLast(2)
    let size = type.element.byteCount
    let matrix = type.shape[type.shape.rank - 2] * type.shape[type.shape.rank - 1]
    var result: [(a: Int, b: Int, output: Int)] = []
    var place = [Int](repeating: 0, count: shape.rank)
    for batch in 0..<shape.count {
      result.append(
        (offset(a, place, size), offset(b, place, size), batch * matrix * size))
      var axis = shape.rank - 1
      while axis >= 0 {
        place[axis] += 1
        if place[axis] < shape[axis] { break }
        place[axis] = 0
        axis -= 1
      }
    }
    return result
  }

  private static func offset(_ location: Location, _ place: [Int], _ size: Int) -> Int {
    var offset = 0
    let own = location.shape.rank - 2
    for axis in 0..<own where location.shape[axis] != 1 {
      offset += place[place.count - own + axis] * location.strides[axis] * size
    }
    return offset
  }

  func run(_ slots: Slots) throws(GraphError) {
    if usesLibrary { adj_set_library_threads(threads) }
    let (a, b, c) = (slots[a], slots[b], slots[output])
    for batch in batches {
      let failed = multiply(a + batch.a, b + batch.b, c + batch.output)
      guard failed == 0 else { throw GraphError("matmul", "oneDNN refused the product") }
    }
  }

  @inline(__always)
  private func multiply(
    _ a: UnsafeMutableRawPointer, _ b: UnsafeMutableRawPointer, _ c: UnsafeMutableRawPointer
  ) -> Int32 {
    if let primitive { return adj_onednn_product_run(primitive, a, b, c) }
    if isHalf { return 1 }
    if isDouble {
      adj_matmul_f64(
        transposesA, transposesB, m, n, k, a.assumingMemoryBound(to: Double.self), lda,
        b.assumingMemoryBound(to: Double.self), ldb, c.assumingMemoryBound(to: Double.self), n,
        threads)
      return 0
    }
    let (a, b, c) = (
      a.assumingMemoryBound(to: Float.self), b.assumingMemoryBound(to: Float.self),
      c.assumingMemoryBound(to: Float.self)
    )
    if usesLibrary {
      return adj_onednn_matmul(transposesA, transposesB, m, n, k, a, lda, b, ldb, c, n)
    }
    adj_matmul_f32(transposesA, transposesB, m, n, k, a, lda, b, ldb, c, n, threads)
    return 0
  }
}
