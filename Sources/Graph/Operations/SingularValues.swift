/// The singular values of a matrix, descending. dσᵢ = uᵢᵀ dA vᵢ, which holds for equal values too, where through the
/// vectors it would be a difference of infinite terms.
package final class SingularValues: Region, PlainOperation {
  package static let shared = SingularValues()
  package let name = "singularValues"
  package let signature = Signature.of("singularValues")
  package let kind = OperationKind.region

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    let a = inputs[0]
    var shape = a.shape.dropLast(2)
    shape.append(Swift.min(a.shape[-1], a.shape[-2]))
    return TensorType(shape, a.element)
  }

  package func body(_ inputs: [Tensor]) -> Tensor { decomposed(inputs[0]).values }

  package func reverse(_ step: Reverse) {
    let (u, _, v) = decomposed(step.input(0))
    step.add(to: 0, matmul(u * step.upstream.unsqueezed(-2), v, transposingB: true))
  }

  package func forward(_ step: Forward) -> Tensor {
    let (u, _, v) = decomposed(step.input(0))
    return (u * matmul(step.tangent(0)!, v)).sum([-2])
  }

  package func batch(_ step: BatchStep) -> Tensor { step.transparent() }
}

/// A = U · diag(σ) · Vᵀ for a matrix, or a batch of them, with as many singular values as the shorter side,
/// descending. The columns of U and V are orthonormal, with the first of the largest elements of each vector on
/// the shorter side positive; where a singular value is 0, the vector of the longer side is 0. Vectors of equal singular
/// values are not unique, and no gradient flows between them.
public func svd(_ a: Tensor) -> (u: Tensor, values: Tensor, v: Tensor) {
  let found = decomposed(a)
  guard !found.values.node.isPoisoned else { return found }
  return (found.u, SingularValues.shared.apply(a), found.v)
}

/// The singular values of a matrix, descending, or of each of a batch.
public func singularValues(_ a: Tensor) -> Tensor { svd(a).values }

private func decomposed(_ a: Tensor) -> (u: Tensor, values: Tensor, v: Tensor) {
  guard a.rank >= 2 else {
    let wrong = fail(GraphError("svd", "takes a matrix, not \(a.shape.description)"))
    return (wrong, wrong, wrong)
  }
  if a.shape[a.rank - 2] < a.shape[a.rank - 1] {
    let (v, values, u) = decomposed(a.transposed)
    return (u, values, v)
  }
  guard a.element.isFloating else { return wrongSingular(RightSingularVectors.shared.apply(a)) }
  // Of the matrix divided by its largest element: squares neither overflow nor vanish.
  let scale = a.scaleOfMatrix
  let scaled = a / scale
  let v = RightSingularVectors.shared.apply(scaled)
  guard !v.node.isPoisoned else { return wrongSingular(v) }
  let moved = matmul(scaled, v)
  let values = moved.norm(2, [-2], keepingDimensions: true)
  let (zero, one) = (Tensor.literal(0, a.element), Tensor.literal(1, a.element))
  return (
    moved / select(equal(values, zero), one, values), (values * scale).without([-2]), v
  )
}

private func wrongSingular(_ wrong: Tensor) -> (u: Tensor, values: Tensor, v: Tensor) {
  (wrong, wrong, wrong)
}

extension Tensor {
  /// The size of the largest element of each matrix, cut from the graph; 1 where that is 0 or not finite.
  fileprivate var scaleOfMatrix: Tensor {
    let top = detached.norm(.infinity, [-2, -1], keepingDimensions: true)
    let (zero, one) = (Tensor.literal(0, element), Tensor.literal(1, element))
    return select(equal(top - top, zero), select(equal(top, zero), one, top), one)
  }
}
