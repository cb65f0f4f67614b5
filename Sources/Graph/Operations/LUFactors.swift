/// L and U of A = P · L · U by Gauss's elimination with row exchanges, for a matrix [m, n] with at least as many rows
/// as columns, or each of a batch. In one tensor [m, n + 1]: L below the diagonal, U on it and above, and in the last
/// column which row of A stands in each row of L · U.
package final class LUFactors: Operation, PlainOperation {
  package static let shared = LUFactors()
  package let name = "luFactors"
  package let signature = Signature.of("luFactors")
  package let kind = OperationKind.kernel

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    let a = try inputs.tallMatrix(name)
    var shape = a.shape.dropLast(1)
    shape.append(a.shape[-1] + 1)
    return TensorType(shape, a.element)
  }

  /// With L₁ the square on top of L and Φ the lower triangle of L₁ᵀ L̄₁ without its diagonal and the upper one of
  /// Ū Uᵀ with it: the rows of Ā that L₁ belongs to are L₁⁻ᵀ Φ U⁻ᵀ. Rows below give L̄₂ U⁻ᵀ, and −L₂ᵀ of that to Ū.
  package func reverse(_ step: Reverse) {
    let found = LUPieces(step.output)
    let flow = step.upstream.piece(step.upstream.rank - 1, from: 0, found.size)
    let (top, below) = found.split(flow)
    var ofU = top
    let rest = below.map { triangularSolve(found.upper, $0.transposed, lower: false).transposed }
    if let rest { ofU = ofU - matmul(found.below!, rest, transposingA: true) }
    let ofL = top.keepingTriangle(isLower: true, includingDiagonal: false)
    ofU = ofU.keepingTriangle(isLower: false, includingDiagonal: true)
    let inner =
      matmul(found.top, ofL, transposingA: true)
      .keepingTriangle(isLower: true, includingDiagonal: false)
      + matmul(ofU, found.upper, transposingB: true)
      .keepingTriangle(isLower: false, includingDiagonal: true)
    let left = triangularSolve(found.top, inner, transposingA: true, unitDiagonal: true)
    let first = triangularSolve(found.upper, left.transposed, lower: false).transposed
    step.add(to: 0, matmul(found.exchange, found.joined(first, rest)))
  }

  /// With Φ = L₁⁻¹ (Pᵀ dA)₁ U⁻¹: dL₁ is L₁ times its lower triangle without the diagonal, dU its upper triangle
  /// times U, and dL₂ = ((Pᵀ dA)₂ − L₂ dU) U⁻¹.
  package func forward(_ step: Forward) -> Tensor {
    let found = LUPieces(step.output)
    let (top, below) = found.split(matmul(found.exchange, step.tangent(0)!, transposingA: true))
    let left = triangularSolve(found.top, top, unitDiagonal: true)
    let inner = dividedByUpper(left, found.upper)
    let ofL = matmul(found.top, inner.keepingTriangle(isLower: true, includingDiagonal: false))
    let ofU = matmul(inner.keepingTriangle(isLower: false, includingDiagonal: true), found.upper)
    let rest = below.map { dividedByUpper($0 - matmul(found.below!, ofU), found.upper) }
    let factors = found.joined(ofL + ofU, rest)
    var order = factors.shape.dropLast(1)
    order.append(1)
    return concatenated([factors, .zeros(order, factors.element)], axis: factors.rank - 1)
  }

  package func batch(_ step: BatchStep) -> Tensor { step.transparent() }

  /// X U⁻¹
  private func dividedByUpper(_ x: Tensor, _ upper: Tensor) -> Tensor {
    triangularSolve(upper, x.transposed, lower: false, transposingA: true).transposed
  }
}

/// What lies in the operation's result.
private struct LUPieces {
  /// P with A = P · L · U.
  let exchange: Tensor
  /// The square on top of L, and what is below it.
  let top: Tensor
  let below: Tensor?
  /// U
  let upper: Tensor
  let size: Int

  init(_ packed: Tensor) {
    let last = packed.rank - 1
    let (rows, size) = (packed.shape[last - 1], packed.shape[last] - 1)
    self.size = size
    let order = packed.detached.piece(last, from: size, 1).transposed
    let places = Tensor.iota(rows).reshaped([rows, 1]).cast(to: packed.element)
    exchange = equal(places, order).cast(to: packed.element)
    let factors = packed.piece(last, from: 0, size)
    let square = factors.piece(last - 1, from: 0, size)
    let unit = Tensor.unitMatrix(size, packed.element)
    top = square.keepingTriangle(isLower: true, includingDiagonal: false) + unit
    upper = square.keepingTriangle(isLower: false, includingDiagonal: true)
    below = rows > size ? factors.piece(last - 1, from: size, rows - size) : nil
  }

  var lower: Tensor { joined(top, below) }

  /// The rows of the square, and those below.
  func split(_ x: Tensor) -> (top: Tensor, below: Tensor?) {
    guard let below else { return (x, nil) }
    let axis = x.rank - 2
    return (x.piece(axis, from: 0, size), x.piece(axis, from: size, below.shape[axis]))
  }

  func joined(_ top: Tensor, _ below: Tensor?) -> Tensor {
    below.map { concatenated([top, $0], axis: top.rank - 2) } ?? top
  }
}

/// A = P · L · U for a matrix of any shape, or a batch of them, by Gauss's elimination with row exchanges: P is a
/// permutation matrix of A's element type (Pᵀ · A are the rows in the order of the factors, and `p.argmax(-2)` their
/// numbers), L has ones on its diagonal and nothing above it, U nothing below. The shorter side is the one that L and
/// U share. A singular matrix has factors too, with zeros on the diagonal of U, but no gradient: that is an error
/// when it is evaluated.
public func lu(_ a: Tensor) -> (p: Tensor, l: Tensor, u: Tensor) {
  let isHalf = a.element.isFloating && a.element.isNarrow
  let wide = isHalf ? a.cast(to: a.element.wide) : a
  let (last, rows) = (a.rank - 1, a.rank >= 2 ? a.shape[-2] : 0)
  let others = a.rank >= 2 ? Swift.max(a.shape[-1] - rows, 0) : 0
  let leading = others > 0 ? wide.piece(last, from: 0, rows) : wide
  let packed = LUFactors.shared.apply(leading)
  guard !packed.node.isPoisoned else { return (packed, packed, packed) }
  let found = LUPieces(packed)
  var upper = found.upper
  if others > 0 {
    let rest = wide.piece(last, from: rows, others)
    let moved = matmul(found.exchange, rest, transposingA: true)
    let beside = triangularSolve(found.top, moved, unitDiagonal: true)
    upper = concatenated([upper, beside], axis: last)
  }
  return (
    found.exchange.cast(to: a.element), found.lower.cast(to: a.element), upper.cast(to: a.element)
  )
}
