/// A = U · diag(σ) · Vᵀ of a matrix [m, n], or of each of a batch, with k the shorter side: the rows of U [m, k], σ as
/// one row, and the rows of V [n, k], one below the other in one tensor [m + 1 + n, k].
///
/// The derivative is told apart into what turns U and V alike and what turns them against each other. With
/// dP = Uᵀ dA V, of which S is the symmetric part and K the rest, and with D_ij = 1 / (σ_j − σ_i) and
/// H_ij = 1 / (σ_j + σ_i):
///
///     dσ = diag(dP)
///     dU = U (D ∘ S + H ∘ K) + (1 − U Uᵀ) dA V σ⁻¹
///     dV = V (D ∘ S − H ∘ K) + (1 − V Vᵀ) dAᵀ U σ⁻¹
///
/// D is 0 where two values are equal, or differ by what rounding may have made: there the vectors are not unique. H
/// stays, so that U · Vᵀ, which is unique, has its derivative; σ has it everywhere.
package final class SingularDecomposition: Operation, PlainOperation {
  package static let shared = SingularDecomposition()
  package let name = "singularDecomposition"
  package let signature = Signature.of("singularDecomposition")
  package let kind = OperationKind.kernel

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    let a = inputs[0]
    guard a.element.isFloating, a.shape.rank >= 2 else {
      throw GraphError(
        name,
        "takes a floating-point matrix (or a batch), not \(a.element.name) \(a.shape.description)")
    }
    var shape = a.shape.dropLast(2)
    shape.append(a.shape[-2] + 1 + a.shape[-1])
    shape.append(Swift.min(a.shape[-2], a.shape[-1]))
    return TensorType(shape, a.element)
  }

  package func check(_ inputs: [TensorType]) -> (input: Int, bound: Int)? {
    (0, MatrixCheck.convergentFromOneSide)
  }

  package func reverse(_ step: Reverse) {
    let (rows, columns) = (step.input(0).shape[-2], step.input(0).shape[-1])
    let found = SingularPieces(step.output, rows: rows)
    let flow = SingularPieces(step.upstream, rows: rows)
    let turns = SingularTurns(found.values)
    let ofU = matmul(found.u, flow.u, transposingA: true)
    let ofV = matmul(found.v, flow.v, transposingA: true)
    let alike = (turns.alike * (ofU + ofV)).symmetric
    let against = turns.against * (ofU - ofV)
    let unit = Tensor.unitMatrix(found.size, found.u.element)
    let inner = alike + against - against.symmetric + unit * flow.values
    var left = matmul(found.u, inner)
    if rows > found.size { left = left + (flow.u - matmul(found.u, ofU)) * turns.inverse }
    var total = matmul(left, found.v, transposingB: true)
    if columns > found.size {
      let outside = (flow.v - matmul(found.v, ofV)) * turns.inverse
      total = total + matmul(found.u, outside, transposingB: true)
    }
    step.add(to: 0, total)
  }

  package func forward(_ step: Forward) -> Tensor {
    let moved = step.tangent(0)!
    let (rows, columns) = (moved.shape[-2], moved.shape[-1])
    let found = SingularPieces(step.output, rows: rows)
    let turns = SingularTurns(found.values)
    let right = matmul(moved, found.v)
    let inner = matmul(found.u, right, transposingA: true)
    let (alike, against) = (
      turns.alike * inner.symmetric, turns.against * (inner - inner.symmetric)
    )
    var u = matmul(found.u, alike + against)
    if rows > found.size { u = u + (right - matmul(found.u, inner)) * turns.inverse }
    var v = matmul(found.v, alike - against)
    if columns > found.size {
      let left = matmul(moved, found.u, transposingA: true)
      v = v + (left - matmul(found.v, inner.transposed)) * turns.inverse
    }
    let values = inner.matrixDiagonal.unsqueezed(-2)
    return concatenated([u, values, v], axis: moved.rank - 2)
  }

  package func batch(_ step: BatchStep) -> Tensor { step.transparent() }
}

/// What lies one below the other in the operation's result, and in its tangents and gradients.
private struct SingularPieces {
  let u: Tensor
  /// A matrix of one row.
  let values: Tensor
  let v: Tensor
  var size: Int { values.shape[-1] }

  init(_ packed: Tensor, rows: Int) {
    let axis = packed.rank - 2
    u = packed.piece(axis, from: 0, rows)
    values = packed.piece(axis, from: rows, 1)
    v = packed.piece(axis, from: rows + 1, packed.shape[axis] - rows - 1)
  }
}

/// How far vectors turn for what moves the matrix.
private struct SingularTurns {
  /// 1 / (σ_j − σ_i), and 0 where they are equal or rounding may have made them differ.
  let alike: Tensor
  /// 1 / (σ_j + σ_i)
  let against: Tensor
  /// 1 / σ as a row.
  let inverse: Tensor

  init(_ values: Tensor) {
    let isDouble = values.element == .float64
    let least = Tensor.literal(
      isDouble ? Double.leastNormalMagnitude : Double(Float.leastNormalMagnitude), values.element)
    let rounding = Tensor.literal(isDouble ? 0x1p-47 : 0x1p-18, values.element)
    let (gap, sum) = (values - values.transposed, values + values.transposed)
    alike = SingularTurns.reciprocal(gap, above: sum * rounding + least)
    against = SingularTurns.reciprocal(sum, above: least)
    inverse = SingularTurns.reciprocal(values, above: least)
  }

  /// 1 / x, and 0 where x is not larger than that.
  private static func reciprocal(_ x: Tensor, above least: Tensor) -> Tensor {
    let (zero, one) = (Tensor.literal(0, x.element), Tensor.literal(1, x.element))
    let isLarge = greater(abs(x), least)
    return select(isLarge, one / select(isLarge, x, one), zero)
  }
}

/// A = U · diag(σ) · Vᵀ for a matrix, or a batch of them, with as many singular values as the shorter side,
/// descending. The columns of U and V are orthonormal, also where singular values are 0, with the first of the largest
/// elements of each vector on the shorter side positive (those within a thousandth count as equal). Small values are
/// as accurate as large ones where the columns of the matrix (the rows of a wide one) differ in size by any factors.
///
/// Vectors of equal singular values are not unique, and no gradient flows between them; that of the values is
/// dσᵢ = uᵢᵀ dA vᵢ everywhere.
public func svd(_ a: Tensor) -> (u: Tensor, values: Tensor, v: Tensor) {
  let isHalf = a.element.isFloating && a.element.isNarrow
  let packed = SingularDecomposition.shared.apply(isHalf ? a.cast(to: a.element.wide) : a)
  guard !packed.node.isPoisoned else { return (packed, packed, packed) }
  let found = SingularPieces(packed, rows: a.shape[-2])
  let values = found.values.without([-2])
  return (found.u.cast(to: a.element), values.cast(to: a.element), found.v.cast(to: a.element))
}

/// The singular values of a matrix, descending, or of each of a batch.
public func singularValues(_ a: Tensor) -> Tensor { svd(a).values }

extension Tensor {
  /// Places along an axis that belong to the structure, unlike those of a slice, whose start is an operand.
  func piece(_ axis: Int, from start: Int, _ count: Int) -> Tensor {
    strided(axis, AxisStride(start: start, step: 1, count: count))
  }
}
