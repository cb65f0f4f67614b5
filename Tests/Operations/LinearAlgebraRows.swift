import Adjoint
import AdjointGraph

private typealias Row = OperationRow

/// The unit matrix of x's last axis.
func unit(_ x: Tensor, _ factor: Double = 1) -> Tensor {
  .unitMatrix(x.shape[x.rank - 1], x.element) * factor
}

/// A symmetric positive definite matrix made of any.
func definite(_ x: Tensor) -> Tensor { matmul(x, x, transposingB: true) + unit(x, 3) }

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
]
