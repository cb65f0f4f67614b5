/// The eigenvalues of a symmetric matrix, ascending; of each matrix of a batch. What is decomposed is
/// (A + Aᵀ) / 2.
package final class SymmetricEigenvalues: Operation, PlainOperation {
  package static let shared = SymmetricEigenvalues()
  package let name = "symmetricEigenvalues"
  package let signature = Signature.of("symmetricEigenvalues")
  package let kind = OperationKind.kernel

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    let a = try inputs.squareMatrix(name)
    return TensorType(a.shape.dropLast(1), a.element)
  }

  package func check(_ inputs: [TensorType]) -> (input: Int, bound: Int)? {
    (0, MatrixCheck.convergent)
  }

  /// Ā = V diag(g) Vᵀ.
  package func reverse(_ step: Reverse) {
    let v = SymmetricEigenvectors.shared.apply(step.input(0))
    step.add(to: 0, matmul(v * step.upstream.asRows, v, transposingB: true))
  }

  /// dλ_i = v_iᵀ dA v_i.
  package func forward(_ step: Forward) -> Tensor {
    let v = SymmetricEigenvectors.shared.apply(step.input(0))
    return (v * matmul(step.tangent(0)!.symmetric, v)).sum([-2])
  }

  package func batch(_ step: BatchStep) -> Tensor { step.transparent() }
}

/// The eigenvectors of a symmetric matrix as columns, in the order of ascending eigenvalues, each of length 1
/// with the first of its largest elements positive (those within a thousandth count as equal, so that rounding
/// does not decide); of each matrix of a batch.
package final class SymmetricEigenvectors: Operation, PlainOperation {
  package static let shared = SymmetricEigenvectors()
  package let name = "symmetricEigenvectors"
  package let signature = Signature.of("symmetricEigenvectors")
  package let kind = OperationKind.kernel

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.squareMatrix(name)
  }

  package func check(_ inputs: [TensorType]) -> (input: Int, bound: Int)? {
    (0, MatrixCheck.convergent)
  }

  /// Ā = sym(V (F ∘ (Vᵀ G)) Vᵀ) with F_ij = 1 / (λ_j − λ_i), and 0 where they are equal.
  package func reverse(_ step: Reverse) {
    let v = step.output
    let inner = matmul(v, step.upstream, transposingA: true) * gaps(step.input(0))
    step.add(to: 0, matmul(matmul(v, inner), v, transposingB: true).symmetric)
  }

  /// dV = V (F ∘ (Vᵀ dA V)).
  package func forward(_ step: Forward) -> Tensor {
    let v = step.output
    let inner = matmul(matmul(v, step.tangent(0)!.symmetric, transposingA: true), v)
    return matmul(v, inner * gaps(step.input(0)))
  }

  package func batch(_ step: BatchStep) -> Tensor { step.transparent() }

  private func gaps(_ a: Tensor) -> Tensor {
    let values = SymmetricEigenvalues.shared.apply(a)
    let gap = values.asRows - values.asRows.transposed
    let (zero, one) = (Tensor.literal(0, a.element), Tensor.literal(1, a.element))
    let isZero = equal(gap, zero)
    return select(isZero, zero, one / select(isZero, one, gap))
  }
}

/// A = V · diag(λ) · Vᵀ for a symmetric matrix, or a batch of them: eigenvalues ascending, eigenvectors as the
/// columns of V, each of length 1 with the first of its largest elements positive. What is decomposed is
/// (A + Aᵀ) / 2.
/// Eigenvectors of equal eigenvalues are not unique, and no gradient flows between them.
public func symmetricEigen(_ a: Tensor) -> (values: Tensor, vectors: Tensor) {
  (symmetricEigenvalues(a), SymmetricEigenvectors.shared.apply(a))
}

/// The eigenvalues of a symmetric matrix, ascending, or of each of a batch.
public func symmetricEigenvalues(_ a: Tensor) -> Tensor { SymmetricEigenvalues.shared.apply(a) }

extension Tensor {
  /// A vector for each matrix of a batch, as a matrix of one row.
  var asRows: Tensor {
    var wide = shape
    wide.insert(1, at: Swift.max(rank - 1, 0))
    return reshaped(wide)
  }
}
