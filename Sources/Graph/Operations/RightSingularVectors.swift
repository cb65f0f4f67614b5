/// The right singular vectors of a matrix with at least as many rows as columns, as columns V in the order of
/// descending singular values: the columns of A · V are orthogonal. Each has the first of its largest elements
/// positive. Of each matrix of a batch.
package final class RightSingularVectors: Operation, PlainOperation {
  package static let shared = RightSingularVectors()
  package let name = "rightSingularVectors"
  package let signature = Signature.of("rightSingularVectors")
  package let kind = OperationKind.kernel

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    let a = try inputs.tallMatrix(name)
    let rank = a.shape.rank
    var shape = a.shape.dropLast(1)
    shape[rank - 2] = a.shape[rank - 1]
    shape.append(a.shape[rank - 1])
    return TensorType(shape, a.element)
  }

  package func check(_ inputs: [TensorType]) -> (input: Int, bound: Int)? {
    (0, MatrixCheck.convergentFromOneSide)
  }

  /// V holds the eigenvectors of B = Aᵀ A: B̄ = V (F ∘ (Vᵀ G)) Vᵀ with F_ij = 1 / (σ_j² − σ_i²), and
  /// Ā = A (B̄ + B̄ᵀ).
  package func reverse(_ step: Reverse) {
    let (a, v) = (step.input(0), step.output)
    let inner = matmul(v, step.upstream, transposingA: true) * gaps(a, v)
    let flow = matmul(matmul(v, inner), v, transposingB: true)
    step.add(to: 0, matmul(a, flow + flow.transposed))
  }

  /// dV = V (F ∘ (Vᵀ (dAᵀ A + Aᵀ dA) V)).
  package func forward(_ step: Forward) -> Tensor {
    let (a, v) = (step.input(0), step.output)
    let half = matmul(matmul(step.tangent(0)!, v), matmul(a, v), transposingA: true)
    return matmul(v, (half + half.transposed) * gaps(a, v))
  }

  package func batch(_ step: BatchStep) -> Tensor { step.transparent() }

  private func gaps(_ a: Tensor, _ v: Tensor) -> Tensor {
    let moved = matmul(a, v)
    let squares = (moved * moved).sum([-2], keepingDimensions: true)
    let gap = squares - squares.transposed
    let (zero, one) = (Tensor.literal(0, a.element), Tensor.literal(1, a.element))
    let isZero = equal(gap, zero)
    return select(isZero, zero, one / select(isZero, one, gap))
  }
}
