import Adjoint
import AdjointCPU
import AdjointGraph
import AdjointReference
import AdjointRuntime
import Testing

/// Systems and factorizations of the CPU engine against the plain ones, own kernels and a library alike: sizes
/// around every block, batches, right sides of all widths, matrices that lie transposed in memory.
@Suite struct MatrixKernelTests {
  /// The last is large enough for a second thread, and for a library.
  static let sizes = [1, 2, 3, 5, 16, 17, 31, 33, 65]
  static let elements: [ElementType] = [.float64, .float32]

  @Test(arguments: elements) func systems(element: ElementType) {
    for size in Self.sizes {
      let a = wellConditioned([size, size], element, seed: size)
      for columns in [1, 2, 20] {
        let b = Tensor.normal([size, columns], key: RandomKey(columns), element)
        for flags in 0..<8 {
          let (lower, transposed, unit) = (flags & 1 == 1, flags & 2 == 2, flags & 4 == 4)
          agreeClosely("triangle \(size) × \(columns) \(flags)", [a * (unit ? 0.1 : 1), b]) {
            triangularSolve(
              $0[0], $0[1], lower: lower, transposingA: transposed, unitDiagonal: unit)
          }
        }
        for transposed in [false, true] {
          agreeClosely("solve \(size) × \(columns)", [rowsExchanged(a), b]) {
            solve($0[0], $0[1], transposingA: transposed)
          }
          agreeClosely("strided \(size) × \(columns)", [a, b]) {
            solve($0[0].transposed, $0[1].transposed.transposed, transposingA: transposed)
          }
        }
      }
    }
  }

  @Test(arguments: elements) func batchesBroadcast(element: ElementType) {
    let a = wellConditioned([3, 1, 20, 20], element, seed: 1)
    let b = Tensor.normal([4, 20, 3], key: RandomKey(2), element)
    agreeClosely("solve", [a, b]) { solve($0[0], $0[1]) }
    agreeClosely("triangle", [a, b]) { triangularSolve($0[0], $0[1]) }
    let none = Tensor.zeros([0, 5, 5], element)
    agreeClosely("none", [none]) { cholesky($0[0]) }
    agreeClosely("none", [none, none]) { solve($0[0], $0[1]) }
    agreeClosely("empty", [Tensor.zeros([2, 0, 0], element)]) { determinant($0[0]) }
    for f in [cholesky, symmetricEigenvalues, { qr($0).q }, { svd($0).v }] {
      agreeClosely("empty", [Tensor.zeros([2, 0, 0], element)]) { f($0[0]) }
    }
  }

  @Test(arguments: elements) func factors(element: ElementType) {
    for size in Self.sizes {
      for batch in [1, 5] {
        let a = wellConditioned([batch, size, size], element, seed: size)
        let small = a / Double(size)
        agreeClosely("cholesky \(size)", [a]) { cholesky(matmul($0[0], $0[0].transposed)) }
        agreeClosely("determinant \(size)", [rowsExchanged(small)]) { determinant($0[0]) }
        agreeClosely("logarithm \(size)", [rowsExchanged(small)]) { logAbsDeterminant($0[0]) }
        agreeClosely("qr \(size)", [a]) { qr($0[0]).q }
        let tall = wellConditioned([batch, size + 9, size], element, seed: size)
        agreeClosely("tall qr \(size)", [tall]) { qr($0[0]).q }
        agreeClosely("wide qr \(size)", [tall.transposed]) { qr($0[0]).r }
      }
    }
  }

  @Test(arguments: elements) func vectors(element: ElementType) {
    for size in Self.sizes {
      // Eigenvalues at least 1 apart, so that vectors are determined well.
      let a = spread([2, size, size], element, seed: size)
      agreeClosely("eigenvalues \(size)", [a]) { symmetricEigenvalues($0[0]) / Double(size) }
      agreeClosely("eigenvectors \(size)", [a], factor: Double(size)) {
        symmetricEigen($0[0]).vectors
      }
      let tall = spread([2, size + 3, size], element, seed: size)
      agreeClosely("singular vectors \(size)", [tall], factor: Double(size)) { svd($0[0]).v }
    }
  }

  /// Where vectors are not unique: what must hold for any.
  @Test(arguments: elements) func vectorsOfEqualValues(element: ElementType) {
    let tolerance = element == .float64 ? 1e-13 : 5e-5
    let ones = Tensor.ones([40, 40], element)
    let line = Tensor.normal([40, 1], key: RandomKey(3), element)
    for a in [
      Tensor.zeros([9, 9], element), .unitMatrix(9, element), ones, line * line.transposed,
    ] {
      for device in testDevices {
        Devices.with(device) {
          let unit = Tensor.unitMatrix(a.shape[0], element).doubles
          let (values, v) = symmetricEigen(a)
          expectClose(matmul(v, v, transposingA: true).doubles, unit, tolerance, "Vᵀ V")
          expectClose(
            (matmul(a, v) / 40.0).doubles, (v * values / 40.0).doubles, tolerance, "A V")
          let (_, sizes, right) = svd(a)
          expectClose(matmul(right, right, transposingA: true).doubles, unit, tolerance, "Vᵀ V")
          let moved = matmul(a, right) / 40.0
          expectClose(
            matmul(moved, moved, transposingA: true).doubles,
            (Tensor.unitMatrix(a.shape[0], element) * sizes * sizes / 1600.0).doubles, tolerance,
            "orthogonal")
        }
      }
    }
  }

  /// [[2, 1], [1, 2]] has vectors whose elements are equally large: the first is positive on every engine.
  @Test(arguments: elements) func roundingDecidesNoSign(element: ElementType) {
    let a = Tensor([2, 1, 1, 2], shape: [2, 2], element)
    let half = 0.5.squareRoot()
    for device in testDevices {
      Devices.with(device) {
        let vectors = symmetricEigen(a).vectors.doubles
        expectClose(vectors, [half, half, -half, half], 1e-6, device.name)
        expectClose(svd(a).v.doubles, [half, half, half, -half], 1e-6, device.name)
      }
    }
  }

  @Test func numbersOfAllSizes() {
    for scale in [1e-300, 1e-160, 1, 1e160, 1e300] {
      let a = spread([12, 12], .float64, seed: 4)
      for device in testDevices {
        Devices.with(device) {
          let values = symmetricEigenvalues(a * scale) / scale
          expectClose(values.doubles, symmetricEigenvalues(a).doubles, 1e-13, "values \(scale)")
          if device !== ReferenceDevice.shared {
            expectClose(qr(a * scale).q.doubles, qr(a).q.doubles, 1e-13, "Q \(scale)")
          }
        }
      }
    }
  }

  @Test func theFirstWrongMatrixIsNamed() {
    var values = [Double](repeating: 0, count: 9 * 4)
    for batch in 0..<9 where batch % 4 != 3 { (values[batch * 4], values[batch * 4 + 3]) = (1, 1) }
    let a = Tensor(values, shape: [9, 2, 2], .float64)
    for threads in KernelTests.threads {
      Devices.with(CPUDevice(threads: threads)) {
        let error = #expect(throws: GraphError.self) { try checked { _ = cholesky(a).doubles } }
        #expect(error?.description == "cholesky: matrix 3 of 9 is not positive definite")
        let other = #expect(throws: GraphError.self) { try checked { _ = inverse(a).doubles } }
        #expect(other?.description == "solve: matrix 3 of 9 is singular")
      }
    }
  }

  /// Large enough for every block, for a second thread and for a library: what must hold for any factors.
  @Test func largeMatrices() {
    let a = spread([330, 330], .float64, seed: 9)
    let symmetric = (a + a.transposed) / 2
    let unit = Tensor.unitMatrix(330, .float64)
    for device in testDevices where device !== ReferenceDevice.shared {
      Devices.with(device) {
        let (values, v) = symmetricEigen(symmetric)
        expectClose(matmul(v, v, transposingA: true).doubles, unit.doubles, 1e-12, "Vᵀ V")
        expectClose((matmul(symmetric, v) / values).doubles, v.doubles, 1e-10, "A V")
        let right = svd(a).v
        expectClose(matmul(right, right, transposingA: true).doubles, unit.doubles, 1e-12, "Vᵀ V")
        let (q, r) = qr(a)
        expectClose((matmul(q, r) / 400.0).doubles, (a / 400.0).doubles, 1e-13, "Q R")
        expectClose(matmul(a, inverse(a)).doubles, unit.doubles, 1e-10, "inverse")
        let l = cholesky(matmul(a, a.transposed))
        expectClose(
          (matmul(l, l, transposingB: true) / 160_000.0).doubles,
          (matmul(a, a.transposed) / 160_000.0).doubles, 1e-12, "L Lᵀ")
      }
    }
  }

  private func wellConditioned(_ shape: Shape, _ element: ElementType, seed: Int) -> Tensor {
    let size = Double(max(shape[shape.rank - 1], 1))
    let x = Tensor.normal(shape, key: RandomKey(seed), element) * (0.3 / size.squareRoot())
    return x + diagonal(shape, element)
  }

  private func spread(_ shape: Shape, _ element: ElementType, seed: Int) -> Tensor {
    let x = Tensor.normal(shape, key: RandomKey(seed), element) * 0.05
    let size = shape[shape.rank - 1]
    return (x + diagonal(shape, element) * (Tensor.iota(size).cast(to: element) * 1.5 + 1))
      .evaluated()
  }

  private func diagonal(_ shape: Shape, _ element: ElementType) -> Tensor {
    let (rows, columns) = (shape[shape.rank - 2], shape[shape.rank - 1])
    return equal(Tensor.iota(rows).reshaped([rows, 1]), .iota(columns)).cast(to: element)
  }

  private func rowsExchanged(_ a: Tensor) -> Tensor {
    let size = a.shape[a.rank - 1]
    return a.gather(Tensor((0..<size).map { ($0 + 1) % size }), axis: a.rank - 2)
  }
}

/// As the plain kernels to rounding; own kernels give the same bits for any number of threads.
private func agreeClosely(
  _ name: String, _ inputs: [Tensor], factor: Double = 1, _ body: ([Tensor]) -> Tensor,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let given = inputs.map { $0.evaluated() }
  let oracle = Devices.with(ReferenceDevice.shared) {
    body(given.map { $0.cast(to: .float64) }).doubles
  }
  let tolerance = (inputs[0].element == .float64 ? 1e-12 : 1e-5) * max(factor, 10) / 2
  var first: [Double]?
  for threads in KernelTests.threads {
    let found = Devices.with(CPUDevice(threads: threads, usesLibrary: false)) {
      body(given).doubles
    }
    expectClose(
      found, oracle, tolerance, "\(name), \(threads) threads", sourceLocation: sourceLocation)
    #expect(first == nil || first == found, "\(name): other bits", sourceLocation: sourceLocation)
    first = found
  }
  let found = Devices.with(CPUDevice(threads: 2)) { body(given).doubles }
  expectClose(found, oracle, tolerance, "\(name), library", sourceLocation: sourceLocation)
}
