/// The determinant of a square matrix, or log |det A|, by LU with row exchanges; of each matrix of a batch.
package final class Determinant: Operation {
  package let name: String
  package let attributes: [Int] = []
  package let signature: UInt64
  package let kind = OperationKind.kernel
  package let isLogarithm: Bool

  package init(isLogarithm: Bool) {
    self.isLogarithm = isLogarithm
    name = isLogarithm ? "logAbsDeterminant" : "determinant"
    signature = Signature.of(isLogarithm ? "logAbsDeterminant" : "determinant")
  }

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    let a = try inputs.squareMatrix(name)
    return TensorType(a.shape.dropLast(2), a.element)
  }

  /// d log |det A| = tr(A⁻¹ dA), and d det A = det A · that.
  package func reverse(_ step: Reverse) {
    let a = step.input(0)
    let flow = isLogarithm ? step.upstream : step.upstream * step.output
    let size = a.shape[a.rank - 1]
    let inverse = solve(a, .unitMatrix(size, a.element), transposingA: true)
    step.add(to: 0, flow.asMatrices * inverse)
  }

  package func forward(_ step: Forward) -> Tensor {
    let trace = solve(step.input(0), step.tangent(0)!).matrixDiagonal.sum([-1])
    return isLogarithm ? trace : step.output * trace
  }

  package func batch(_ step: BatchStep) -> Tensor { step.transparent() }
}

/// The determinant of a square matrix, or of each of a batch; 0 where it is singular. Its gradient,
/// det A · A⁻ᵀ, needs an inverse.
public func determinant(_ a: Tensor) -> Tensor { Determinant(isLogarithm: false).apply(a) }

/// log |det A| of a square matrix, or of each of a batch; −∞ where it is singular. Its gradient is A⁻ᵀ.
public func logAbsDeterminant(_ a: Tensor) -> Tensor { Determinant(isLogarithm: true).apply(a) }

/// The sign of the determinant and the logarithm of its size, which does not overflow: det A = sign · e^logarithm.
/// Of a singular matrix they are 0 and −∞.
public func signAndLogDeterminant(_ a: Tensor) -> (sign: Tensor, logarithm: Tensor) {
  let logarithm = logAbsDeterminant(a)
  guard !logarithm.node.isPoisoned, let size = a.shape.dimensions.last else {
    return (logarithm, logarithm)
  }
  // Scaled so that the determinant is ±1.
  let isRegular = isFinite(logarithm)
  let zero = Tensor.literal(0, a.element)
  let scale = exp(select(isRegular, logarithm, zero).detached / Double(-Swift.max(size, 1)))
  let sign = sign(Determinant(isLogarithm: false).apply(a.detached * scale.asMatrices))
  return (select(isRegular, sign, zero), logarithm)
}

extension Tensor {
  /// A number for each matrix of a batch, shaped to broadcast over the matrices.
  var asMatrices: Tensor {
    var wide = shape
    wide.append(1)
    wide.append(1)
    return reshaped(wide)
  }
}
