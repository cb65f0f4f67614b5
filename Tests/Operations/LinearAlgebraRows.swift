import Adjoint
import AdjointGraph

private typealias Row = OperationRow

/// The unit matrix of x's last axis.
func unit(_ x: Tensor, _ factor: Double = 1) -> Tensor {
  .unitMatrix(x.shape[x.rank - 1], x.element) * factor
}

/// A symmetric positive definite matrix made of any.
func definite(_ x: Tensor) -> Tensor { matmul(x, x, transposingB: true) + unit(x, 3) }

/// Any matrix made one whose eigenvalues and singular values are well apart.
func apart(_ x: Tensor) -> Tensor {
  let size = x.shape[x.rank - 1]
  let order = (Tensor.iota(size).cast(to: x.element) + 1) * .literal(1.5, x.element)
  let diagonal = equal(Tensor.iota(x.shape[x.rank - 2]).reshaped([-1, 1]), .iota(size))
  return x * 0.2 + diagonal.cast(to: x.element) * order
}

/// Systems and factorizations, of matrices made well conditioned here.
let linearAlgebraRows: [OperationRow] = [
  Row("triangularSolve", [([4, 4], .normal), ([4, 2], .normal)]) {
    triangularSolve($0[0] * 0.4 + unit($0[0], 3), $0[1])
  },
  Row("triangularSolve", [([3, 3], .normal), ([3, 3], .normal)]) {
    triangularSolve($0[0] * 0.4 + unit($0[0], 3), $0[1], transposingA: true)
  },
  Row("triangularSolve", [([2, 3, 3], .normal), ([3, 2], .normal)]) {
    triangularSolve($0[0] * 0.4 + unit($0[0], 3), $0[1], lower: false)
  },
  Row("triangularSolve", [([3, 3], .normal), ([2, 1, 3, 2], .normal)]) {
    triangularSolve($0[0] * 0.4, $0[1], lower: false, transposingA: true, unitDiagonal: true)
  },
  Row("triangularSolve", [([3, 3], .normal), ([3, 1], .normal)]) {
    triangularSolve($0[0] * 0.4, $0[1], unitDiagonal: true)
  },
  Row("cholesky", [([4, 4], .normal)]) { cholesky(definite($0[0])) },
  Row("cholesky", [([2, 3, 3], .normal)]) { cholesky(definite($0[0])) },
  Row("cholesky", [([3, 3], .normal)]) { cholesky($0[0] * 0.3 + unit($0[0], 3)) },
  Row("solve", [([4, 4], .normal), ([4, 2], .normal)]) {
    solve($0[0] * 0.4 + unit($0[0], 2), $0[1])
  },
  Row("solve", [([2, 3, 3], .normal), ([3, 2], .normal)]) {
    // The largest of each column is not on the diagonal: rows change places.
    solve(($0[0] * 0.3 + unit($0[0], 2)).gather(Tensor([1, 2, 0]), axis: 1), $0[1])
  },
  Row("solve", [([3, 3], .normal), ([2, 3, 1], .normal)]) {
    solve(
      ($0[0] * 0.3 + unit($0[0], 2)).gather(Tensor([1, 2, 0]), axis: 0), $0[1],
      transposingA: true)
  },
  Row("determinant", [([3, 3], .normal)]) { determinant($0[0] * 0.4 + unit($0[0])) },
  Row("determinant", [([2, 3, 3], .normal)]) {
    determinant(($0[0] * 0.3 + unit($0[0])).gather(Tensor([1, 0, 2]), axis: 1))
  },
  Row("logAbsDeterminant", [([2, 3, 3], .normal)]) {
    logAbsDeterminant(-($0[0] * 0.3 + unit($0[0], 2)))
  },
  Row("orthogonalFactor", [([4, 3], .normal)]) { qr(apart($0[0])).q },
  Row("orthogonalFactor", [([2, 3, 3], .normal)]) {
    let (q, r) = qr(-apart($0[0]))
    return q + r
  },
  Row("orthogonalFactor", [([3, 5], .normal)]) {
    let (q, r) = qr(apart($0[0]))
    return matmul(q, r * r)
  },
  Row("symmetricEigenvalues", [([4, 4], .normal)]) { symmetricEigenvalues(apart($0[0])) },
  Row("symmetricEigenvalues", [([2, 3, 3], .normal)]) {
    symmetricEigenvalues(apart($0[0]))
  },
  Row("symmetricEigenvectors", [([4, 4], .normal)]) {
    symmetricEigen(apart($0[0])).vectors
  },
  Row("symmetricEigenvectors", [([2, 3, 3], .normal)]) {
    let (values, vectors) = symmetricEigen(apart($0[0]))
    return vectors * values.reshaped([2, 1, 3])
  },
  Row("singularDecomposition", [([4, 3], .normal)]) {
    SingularDecomposition.shared.apply(apart($0[0]))
  },
  Row("singularDecomposition", [([2, 3, 5], .normal)]) {
    SingularDecomposition.shared.apply(apart($0[0]))
  },
  Row("singularDecomposition", [([3, 3], .normal)]) {
    let (u, values, v) = svd(apart($0[0]))
    return u + values + v * v
  },
  Row("luFactors", [([4, 4], .normal)]) {
    LUFactors.shared.apply(apart($0[0]).gather(Tensor([1, 3, 0, 2])))
  },
  Row("luFactors", [([2, 5, 3], .normal)]) {
    LUFactors.shared.apply(apart($0[0]).gather(Tensor([4, 1, 3, 0, 2]), axis: 1))
  },
  Row("luFactors", [([3, 5], .normal)]) {
    let (p, l, u) = lu(apart($0[0]).gather(Tensor([1, 2, 0])))
    return matmul(matmul(p, l * l), u)
  },
]
