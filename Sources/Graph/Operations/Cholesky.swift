/// The lower triangular L with L · Lᵀ = A for a symmetric positive definite matrix, or a batch of them. What
/// is factored is (A + Aᵀ) / 2, so that the gradient is symmetric.
package final class Cholesky: Operation, PlainOperation {
  package static let shared = Cholesky()
  package let name = "cholesky"
  package let signature = Signature.of("cholesky")
  package let kind = OperationKind.kernel

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.squareMatrix(name)
  }

  package func check(_ inputs: [TensorType]) -> (input: Int, bound: Int)? {
    (0, MatrixCheck.positiveDefinite)
  }

  /// Ā = sym(L⁻ᵀ Φ(Lᵀ G) L⁻¹), where Φ takes the lower triangle and half the diagonal.
  package func reverse(_ step: Reverse) {
    let l = step.output
    let inner = half(matmul(l, step.upstream, transposingA: true))
    let left = triangularSolve(l, inner, transposingA: true)
    step.add(to: 0, triangularSolve(l, left.transposed, transposingA: true).symmetric)
  }

  /// dL = L Φ(L⁻¹ sym(dA) L⁻ᵀ).
  package func forward(_ step: Forward) -> Tensor {
    let l = step.output
    let left = triangularSolve(l, step.tangent(0)!.symmetric)
    return matmul(l, half(triangularSolve(l, left.transposed)))
  }

  package func batch(_ step: BatchStep) -> Tensor { step.transparent() }

  private func half(_ x: Tensor) -> Tensor {
    let lower = x.keepingTriangle(isLower: true, includingDiagonal: true)
    let strict = x.keepingTriangle(isLower: true, includingDiagonal: false)
    return (lower + strict) * .literal(0.5, x.element)
  }
}

/// The lower triangular L with L · Lᵀ = A for a symmetric positive definite matrix, or a batch of them. A matrix
/// that is not positive definite is an error when it is evaluated.
public func cholesky(_ a: Tensor) -> Tensor { Cholesky.shared.apply(a) }

extension Tensor {
  /// (A + Aᵀ) / 2
  var symmetric: Tensor { (self + transposed) * .literal(0.5, element) }
}
