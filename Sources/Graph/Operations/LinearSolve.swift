/// X with op(A) · X = B for a square matrix A, by LU with row exchanges. Axes before the last two are a batch
/// and broadcast.
package final class LinearSolve: Operation {
  package let name = "solve"
  package let attributes: [Int]
  package let signature: UInt64
  package let kind = OperationKind.kernel
  package let isTransposed: Bool

  package init(isTransposed: Bool) {
    self.isTransposed = isTransposed
    attributes = [isTransposed ? 1 : 0]
    signature = Signature.of("solve", attributes)
  }

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.system(name)
  }

  package func check(_ inputs: [TensorType]) -> (input: Int, bound: Int)? {
    (0, MatrixCheck.invertible)
  }

  /// B̄ = A⁻ᵀ G and Ā = −B̄ Xᵀ.
  package func reverse(_ step: Reverse) {
    let flow = LinearSolve(isTransposed: !isTransposed).apply(step.input(0), step.upstream)
    step.add(
      to: 0,
      -(isTransposed
        ? matmul(step.output, flow, transposingB: true)
        : matmul(flow, step.output, transposingB: true)))
    step.add(to: 1, flow)
  }

  /// dX = A⁻¹ (dB − dA X).
  package func forward(_ step: Forward) -> Tensor {
    let moved = step.tangent(0).map { -matmul($0, step.output, transposingA: isTransposed) }
    return apply(step.input(0), step.sum(moved, step.tangent(1)))
  }

  package func batch(_ step: BatchStep) -> Tensor { step.alignedMatrices() }
}

/// X with op(A) · X = B for a square matrix A, or batches of them, by LU with row exchanges. A singular matrix
/// is an error when it is evaluated.
public func solve(_ a: Tensor, _ b: Tensor, transposingA: Bool = false) -> Tensor {
  LinearSolve(isTransposed: transposingA).apply(a, b)
}

/// A⁻¹ for a square matrix, or a batch of them. A singular matrix is an error when it is evaluated.
public func inverse(_ a: Tensor) -> Tensor {
  guard a.rank >= 2, a.shape[a.rank - 1] == a.shape[a.rank - 2], a.element.isFloating else {
    return fail(
      GraphError(
        "inverse",
        "takes a square floating-point matrix (or a batch), not \(a.element.name) \(a.shape.description)"
      ))
  }
  return solve(a, .unitMatrix(a.shape[a.rank - 1], a.element))
}
