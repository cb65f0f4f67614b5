/// The product of matrices: C = op(A) op(B), where op may transpose. Axes before the last two are a
/// batch and broadcast.
package final class MatMul: Operation {
  /// One instance for each choice of transposes: the graph makes many products.
  private static let variants = [
    MatMul(false, false), MatMul(false, true), MatMul(true, false), MatMul(true, true),
  ]

  static func of(transposingA: Bool, transposingB: Bool) -> MatMul {
    variants[(transposingA ? 2 : 0) + (transposingB ? 1 : 0)]
  }

  package let name = "matmul"
  package let attributes: [Int]
  package let signature: UInt64
  package let kind = OperationKind.kernel
  package let transposesA: Bool
  package let transposesB: Bool

  private init(_ transposesA: Bool, _ transposesB: Bool) {
    self.transposesA = transposesA
    self.transposesB = transposesB
    attributes = [transposesA ? 1 : 0, transposesB ? 1 : 0]
    signature = Signature.of("matmul", attributes)
  }

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    let a = inputs[0]
    let b = inputs[1]
    guard a.element == b.element, a.element != .bool, a.shape.rank >= 2, b.shape.rank >= 2
    else { throw wrongOperands(a, b) }
    let (p, q) = (a.shape.rank, b.shape.rank)
    let m = a.shape[transposesA ? p - 1 : p - 2]
    let k = a.shape[transposesA ? p - 2 : p - 1]
    let inner = b.shape[transposesB ? q - 1 : q - 2]
    let n = b.shape[transposesB ? q - 2 : q - 1]
    guard k == inner else { throw differentInner(a, b, k, inner) }
    var shape: Shape
    if p == 2 && q == 2 {
      shape = Shape()
    } else {
      guard let batch = a.shape.dropLast(2).broadcast(with: b.shape.dropLast(2)) else {
        throw GraphError(
          name, "batches do not broadcast: \(a.shape.description) × \(b.shape.description)")
      }
      shape = batch
    }
    shape.append(m)
    shape.append(n)
    return TensorType(shape, a.element)
  }

  private func wrongOperands(_ a: TensorType, _ b: TensorType) -> GraphError {
    GraphError(
      name,
      "takes two matrices of numbers (or batches) of one type, not \(a.element.name) \(a.shape.description) × \(b.element.name) \(b.shape.description)"
    )
  }

  private func differentInner(
    _ a: TensorType, _ b: TensorType, _ k: Int, _ inner: Int
  ) -> GraphError {
    let (left, right) = (transposesA ? "ᵀ" : "", transposesB ? "ᵀ" : "")
    return GraphError(
      name,
      "inner dimensions differ: \(a.shape.description)\(left) × \(b.shape.description)\(right) (\(k) ≠ \(inner))"
    )
  }

  package func reverse(_ step: Reverse) {
    let (ta, tb) = (transposesA, transposesB)
    step.add(
      to: 0,
      ta
        ? matmul(step.input(1), step.upstream, transposingA: tb, transposingB: true)
        : matmul(step.upstream, step.input(1), transposingB: !tb))
    step.add(
      to: 1,
      tb
        ? matmul(step.upstream, step.input(0), transposingA: true, transposingB: ta)
        : matmul(step.input(0), step.upstream, transposingA: !ta))
  }

  package func forward(_ step: Forward) -> Tensor { step.bilinear() }

  package func batch(_ step: BatchStep) -> Tensor {
    let rank = Swift.max(step.exampleRank(0), step.exampleRank(1))
    return apply(step.aligned(0, toRank: rank), step.aligned(1, toRank: rank))
  }
}

/// The product op(A) op(B) of matrices, or of batches of them. A vector on the left is a row, on the right a
/// column, and its axis of size 1 is not in the result. Integers wrap.
public func matmul(
  _ a: Tensor, _ b: Tensor, transposingA: Bool = false, transposingB: Bool = false
) -> Tensor {
  let (a, b) = promoted(a, b)
  return inPrecision(a, b) {
    product($0, $1, transposingA: transposingA, transposingB: transposingB)
  }
}

private func product(
  _ a: Tensor, _ b: Tensor, transposingA: Bool, transposingB: Bool
) -> Tensor {
  if a.rank == 1 || b.rank == 1 { return matmulOfVector(a, b, transposingA, transposingB) }
  let inner = b.rank == 2 ? b.shape[transposingB ? 1 : 0] : -1
  if a.rank > 2, !transposingA, a.shape[a.rank - 1] == inner {
    // Batches that meet one matrix are one product, and so is the matrix's gradient.
    var shape = a.shape.dropLast(1)
    let rows = a.reshaped([shape.count, inner])
    shape.append(b.shape[transposingB ? 0 : 1])
    return matmul(rows, b, transposingB: transposingB).reshaped(shape)
  }
  return MatMul.of(transposingA: transposingA, transposingB: transposingB).apply(a, b)
}

private func matmulOfVector(
  _ a: Tensor, _ b: Tensor, _ transposingA: Bool, _ transposingB: Bool
) -> Tensor {
  if a.rank == 1, b.rank == 1 { return dot(a, b) }
  if a.rank == 1 {
    let row = a.reshaped([1, a.count])
    return matmul(row, b, transposingB: transposingB).squeezed(-2)
  }
  let column = b.reshaped([b.count, 1])
  return matmul(a, column, transposingA: transposingA).squeezed(-1)
}

extension Shape {
  /// The shape without its last `count` axes.
  package func dropLast(_ count: Int) -> Shape {
    var result = Shape()
    for axis in 0..<Swift.max(rank - count, 0) { result.append(self[axis]) }
    return result
  }
}
