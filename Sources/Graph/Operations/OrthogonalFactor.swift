/// The factor Q of A = Q · R for a matrix with at least as many rows as columns: its columns are orthonormal,
/// R is upper triangular with a positive diagonal. Of each matrix of a batch.
package final class OrthogonalFactor: Operation, PlainOperation {
  package static let shared = OrthogonalFactor()
  package let name = "orthogonalFactor"
  package let signature = Signature.of("orthogonalFactor")
  package let kind = OperationKind.kernel

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.tallMatrix(name)
  }

  package func check(_ inputs: [TensorType]) -> (input: Int, bound: Int)? {
    (0, MatrixCheck.fullRank)
  }

  /// With M = Qᵀ G and s the strictly lower triangle: Ā = (G − Q M + Q s(M − Mᵀ)) R⁻ᵀ.
  package func reverse(_ step: Reverse) {
    let q = step.output
    let m = matmul(q, step.upstream, transposingA: true)
    let turn = strictlyLower(m - m.transposed)
    let flow = step.upstream - matmul(q, m - turn)
    let r = matmul(q, step.input(0), transposingA: true)
    step.add(to: 0, triangularSolve(r, flow.transposed, lower: false).transposed)
  }

  /// With W = dA R⁻¹ and C = Qᵀ W: dQ = W − Q C + Q (s(C) − s(C)ᵀ).
  package func forward(_ step: Forward) -> Tensor {
    let q = step.output
    let r = matmul(q, step.input(0), transposingA: true)
    let moved = step.tangent(0)!.transposed
    let w = triangularSolve(r, moved, lower: false, transposingA: true).transposed
    let c = matmul(q, w, transposingA: true)
    let turn = strictlyLower(c)
    return w - matmul(q, c - turn + turn.transposed)
  }

  package func batch(_ step: BatchStep) -> Tensor { step.transparent() }

  private func strictlyLower(_ x: Tensor) -> Tensor {
    x.keepingTriangle(isLower: true, includingDiagonal: false)
  }
}

/// A = Q · R for a matrix, or a batch of them: the columns of Q are orthonormal, as many as the shorter side, and
/// R = Qᵀ A is upper triangular (or trapezoidal, where A is wider than high) with a positive diagonal, which makes
/// both unique. A matrix among whose columns, the first ones of a wide matrix, one depends on those before it is
/// an error when it is evaluated.
public func qr(_ a: Tensor) -> (q: Tensor, r: Tensor) {
  let isWide = a.rank >= 2 && a.shape[a.rank - 2] < a.shape[a.rank - 1]
  let leading = isWide ? a.slice(axis: a.rank - 1, start: 0, length: a.shape[a.rank - 2]) : a
  let q = OrthogonalFactor.shared.apply(leading)
  guard !q.node.isPoisoned else { return (q, q) }
  let r = matmul(q, a, transposingA: true)
  return (q, r.keepingTriangle(isLower: false, includingDiagonal: true))
}
