import Adjoint
import AdjointGraph
import Testing

/// Residuals, edges and errors of systems and factorizations.
@Suite struct LinearAlgebraTests {
  static let square = Tensor.normal([3, 6, 6], key: RandomKey(1), .float64)
  static let tall = Tensor.normal([2, 7, 4], key: RandomKey(2), .float64)

  private func expectEqual(
    _ a: Tensor, _ b: Tensor, _ name: String, tolerance: Double = 1e-12,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(a.shape == b.shape, sourceLocation: sourceLocation)
    expectClose(a.doubles, b.doubles, tolerance, name, sourceLocation: sourceLocation)
  }

  private func eye(_ size: Int, like x: Tensor) -> Tensor {
    Tensor.unitMatrix(size, x.element).broadcast(to: [x.shape[0], size, size])
  }

  @Test func systems() {
    let a = Self.square
    let b = Tensor.normal([6, 2], key: RandomKey(3), .float64)
    let wide = b.broadcast(to: [3, 6, 2])
    expectEqual(matmul(a, solve(a, b)), wide, "solve")
    expectEqual(
      matmul(a, solve(a, b, transposingA: true), transposingA: true), wide, "transposed")
    expectEqual(matmul(a, inverse(a)), eye(6, like: a), "inverse")
    for lower in [true, false] {
      for transposed in [true, false] {
        let t = a * 0.3 + eye(6, like: a) * 2
        let kept = t.keepingTriangle(isLower: lower, includingDiagonal: true)
        let x = triangularSolve(t, b, lower: lower, transposingA: transposed)
        expectEqual(matmul(kept, x, transposingA: transposed), wide, "triangle \(lower)")
      }
    }
  }

  @Test func determinants() {
    let a = Self.square
    let factors = a.doubles
    var expected: [Double] = []
    for batch in 0..<3 {
      expected.append(byMinors(Array(factors[batch * 36..<(batch + 1) * 36]), 6))
    }
    expectClose(determinant(a).doubles, expected, 1e-12, "determinant")
    expectClose(
      exp(logAbsDeterminant(a)).doubles, expected.map { abs($0) }, 1e-12, "logarithm")
    let swapped = Tensor([0, 1, 1, 0], shape: [2, 2], .float64)
    #expect(determinant(swapped).item == -1)
    let singular = Tensor([1, 2, 2, 4], shape: [2, 2], .float64)
    #expect(determinant(singular).item == 0)
    #expect(logAbsDeterminant(singular).item == -.infinity)
    #expect(determinant(Tensor.zeros([0, 0])).item == 1)
  }

  /// By the first row's minors.
  private func byMinors(_ a: [Double], _ size: Int) -> Double {
    guard size > 0 else { return 1 }
    return (0..<size).reduce(0) { total, column in
      let minor = (size..<size * size).filter { $0 % size != column }.map { a[$0] }
      return total + (column % 2 == 0 ? 1 : -1) * a[column] * byMinors(minor, size - 1)
    }
  }

  @Test func choleskyFactors() {
    let a = definite(Self.square)
    let l = cholesky(a)
    expectEqual(matmul(l, l, transposingB: true), a, "L Lᵀ")
    expectEqual(l, l.keepingTriangle(isLower: true, includingDiagonal: true), "lower")
  }

  @Test func orthogonalFactors() {
    for a in [Self.tall, Self.square] {
      let (q, r) = qr(a)
      expectEqual(matmul(q, r), a, "Q R")
      expectEqual(matmul(q, q, transposingA: true), eye(a.shape[2], like: a), "Qᵀ Q")
      #expect(r.matrixDiagonal.doubles.allSatisfy { $0 > 0 })
    }
    let wide = Self.tall.transposed
    let (q, r) = qr(wide)
    #expect(q.shape == [2, 4, 4] && r.shape == [2, 4, 7])
    expectEqual(matmul(q, r), wide, "Q R of a wide matrix")
    expectEqual(matmul(q, q, transposingA: true), eye(4, like: wide), "Qᵀ Q of a wide matrix")
    expectEqual(
      r, r.keepingTriangle(isLower: false, includingDiagonal: true), "R of a wide matrix")
  }

  @Test func eigenvectors() {
    let a = Self.square + Self.square.transposed
    let (values, vectors) = symmetricEigen(a)
    expectEqual(matmul(a, vectors), vectors * values.reshaped([3, 1, 6]), "A V")
    expectEqual(matmul(vectors, vectors, transposingA: true), eye(6, like: a), "Vᵀ V")
    for batch in 0..<3 {
      let row = Array(values.doubles[batch * 6..<(batch + 1) * 6])
      #expect(row == row.sorted())
    }
    expectEqual(
      symmetricEigenvalues(Tensor.unitMatrix(4, .float64)), Tensor([1, 1, 1, 1], .float64), "1")
  }

  /// Equal eigenvalues have a gradient all the same: that of their sum.
  @Test func equalEigenvalues() {
    let a = Tensor.unitMatrix(3, .float64)
    let slope = gradient(of: symmetricEigenvalues(a).sum(), withRespectTo: a)
    #expect(slope.doubles == a.doubles)
  }

  @Test func notANumberSpreads() {
    let a = Tensor([1, .nan, .nan, 1], shape: [2, 2], .float64)
    #expect(symmetricEigenvalues(a).doubles.allSatisfy { $0.isNaN })
    #expect(singularValues(a).doubles.allSatisfy { $0.isNaN })
    #expect(qr(a).q.doubles.allSatisfy { $0.isNaN })
    #expect(determinant(a).item.isNaN)
  }

  static let singular = Tensor([1, 0, 0, 1, 1, 2, 2, 4], shape: [2, 2, 2], .float64)
  static let flat = Tensor.zeros([2, 3])
  static let calls: [BadInputTests.Call] = [
    BadInputTests.Call("solve: matrix 1 of 2 is singular") {
      _ = solve(singular, singular).doubles
    },
    BadInputTests.Call("solve: the matrix is singular") {
      _ = inverse(Tensor.zeros([2, 2])).floats
    },
    BadInputTests.Call("cholesky: matrix 1 of 2 is not positive definite") {
      _ = cholesky(singular).doubles
    },
    BadInputTests.Call("triangularSolve: the matrix is singular") {
      _ = triangularSolve(Tensor.zeros([2, 2]), Tensor.zeros([2, 1])).floats
    },
    BadInputTests.Call("orthogonalFactor: the matrix has columns that depend on others") {
      _ = qr(Tensor.zeros([3, 2])).r.floats
    },
    BadInputTests.Call("orthogonalFactor: the matrix has columns that depend on others") {
      _ = qr(flat).r.floats
    },
    BadInputTests.Call(
      "solve: takes a square floating-point matrix (or a batch), not float32 [2, 3]"
    ) {
      _ = solve(flat, flat)
    },
    BadInputTests.Call("solve: the right side, float32 [3, 1], does not fit float32 [2, 2]") {
      _ = solve(Tensor.zeros([2, 2]), Tensor.zeros([3, 1]))
    },
    BadInputTests.Call("cholesky: takes a square") { _ = cholesky(flat) },
    BadInputTests.Call("determinant: takes a square") { _ = determinant(Tensor([1, 2])) },
    BadInputTests.Call("symmetricEigenvalues: takes a square") { _ = symmetricEigen(flat) },
    BadInputTests.Call("orthogonalFactor: takes a floating-point matrix") {
      _ = qr(Tensor([1.0, 2]))
    },
    BadInputTests.Call(
      "singularDecomposition: takes a floating-point matrix (or a batch), not float32 [2]"
    ) { _ = svd(Tensor([1.0, 2])) },
    BadInputTests.Call("luFactors: takes a floating-point matrix") { _ = lu(Tensor([1.0, 2])) },
    BadInputTests.Call("luFactors: takes a floating-point matrix") { _ = lu(Tensor([[1, 2]])) },
    BadInputTests.Call("triangularSolve: the matrix is singular") {
      let a = Tensor.zeros([2, 2])
      _ = gradient(of: lu(a).u.sum(), withRespectTo: a).floats
    },
    BadInputTests.Call("inverse: takes a square floating-point matrix (or a batch), not float32 []")
    { _ = inverse(Tensor(1.0)) },
    BadInputTests.Call("inverse: takes a square floating-point matrix") { _ = inverse(flat) },
  ]

  @Test(arguments: calls) func wrongCallsAreNamed(call: BadInputTests.Call) {
    let error = #expect(throws: GraphError.self) { try checked { call.run() } }
    #expect(error?.description.contains(call.text) == true, "\(error?.description ?? "")")
  }
}

/// A factorization that fails changes nothing that a step would have written.
@Suite struct FailingFactorizationTests {
  @Test func aFailedStepChangesNothing() {
    alone {
      let net = Linear(2, 2)
      let optimizer = SGD(net, learningRate: 0.1)
      let before = net.weight.value.floats
      #expect(throws: GraphError.self) {
        try optimizer.tryStep { cholesky(net.weight.value - net.weight.value).sum() }
      }
      #expect(net.weight.value.floats == before)
    }
  }
}
