/// X with T · X = B, for T = op(A): A's lower or upper triangle, transposed or not, with its diagonal or with
/// ones. The other triangle is not read. Axes before the last two are a batch and broadcast.
package final class TriangularSolve: Operation {
  package let name = "triangularSolve"
  package let attributes: [Int]
  package let signature: UInt64
  package let kind = OperationKind.kernel
  package let isLower: Bool
  package let isTransposed: Bool
  package let hasUnitDiagonal: Bool

  package init(isLower: Bool, isTransposed: Bool, hasUnitDiagonal: Bool) {
    self.isLower = isLower
    self.isTransposed = isTransposed
    self.hasUnitDiagonal = hasUnitDiagonal
    attributes = [isLower ? 1 : 0, isTransposed ? 1 : 0, hasUnitDiagonal ? 1 : 0]
    signature = Signature.of("triangularSolve", attributes)
  }

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.system(name)
  }

  package func check(_ inputs: [TensorType]) -> (input: Int, bound: Int)? {
    hasUnitDiagonal ? nil : (0, MatrixCheck.nonZeroDiagonal)
  }

  /// B̄ = T⁻ᵀ G and T̄ = −B̄ Xᵀ, of which A has its triangle.
  package func reverse(_ step: Reverse) {
    let flow = TriangularSolve(
      isLower: isLower, isTransposed: !isTransposed, hasUnitDiagonal: hasUnitDiagonal
    ).apply(step.input(0), step.upstream)
    step.add(
      to: 0,
      triangle(
        -(isTransposed
          ? matmul(step.output, flow, transposingB: true)
          : matmul(flow, step.output, transposingB: true))))
    step.add(to: 1, flow)
  }

  /// dX = T⁻¹ (dB − dT X).
  package func forward(_ step: Forward) -> Tensor {
    let moved = step.tangent(0).map {
      -matmul(triangle($0), step.output, transposingA: isTransposed)
    }
    return apply(step.input(0), step.sum(moved, step.tangent(1)))
  }

  package func batch(_ step: BatchStep) -> Tensor { step.alignedMatrices() }

  private func triangle(_ x: Tensor) -> Tensor {
    x.keepingTriangle(isLower: isLower, includingDiagonal: !hasUnitDiagonal)
  }
}

/// X with op(A) · X = B, for A's lower or upper triangle; the other triangle is not read. B is a matrix or a
/// batch of them. A zero on the diagonal is an error when it is evaluated.
public func triangularSolve(
  _ a: Tensor, _ b: Tensor, lower: Bool = true, transposingA: Bool = false,
  unitDiagonal: Bool = false
) -> Tensor {
  TriangularSolve(isLower: lower, isTransposed: transposingA, hasUnitDiagonal: unitDiagonal)
    .apply(a, b)
}

/// What a kernel may find wrong with a matrix, told apart from index bounds, which are not negative.
enum MatrixCheck {
  static let nonZeroDiagonal = -1
  static let positiveDefinite = -2
  static let invertible = -3
  static let convergent = -4
  static let fullRank = -5
  static let convergentFromOneSide = -6
}

extension Inputs {
  /// A square matrix, or a batch of them, gives the same type.
  func squareMatrix(_ name: String) throws(GraphError) -> TensorType {
    let a = self[0]
    let rank = a.shape.rank
    guard a.element.isFloating, rank >= 2, a.shape[rank - 1] == a.shape[rank - 2] else {
      throw GraphError(
        name,
        "takes a square floating-point matrix (or a batch), not \(a.element.name) \(a.shape.description)"
      )
    }
    return a
  }

  /// A floating-point matrix, or a batch of them, that is at least as high as it is wide.
  func tallMatrix(_ name: String) throws(GraphError) -> TensorType {
    let a = self[0]
    let rank = a.shape.rank
    guard a.element.isFloating, rank >= 2, a.shape[rank - 2] >= a.shape[rank - 1] else {
      throw GraphError(
        name,
        "takes a floating-point matrix (or a batch) with at least as many rows as columns, not \(a.element.name) \(a.shape.description)"
      )
    }
    return a
  }

  /// A square matrix and what is divided by it: the type of the quotient.
  func system(_ name: String) throws(GraphError) -> TensorType {
    let a = try squareMatrix(name)
    let b = self[1]
    let (p, q) = (a.shape.rank, b.shape.rank)
    guard a.element == b.element, q >= 2, a.shape[p - 1] == b.shape[q - 2],
      var shape = a.shape.dropLast(2).broadcast(with: b.shape.dropLast(2))
    else {
      throw GraphError(
        name,
        "the right side, \(b.element.name) \(b.shape.description), does not fit \(a.element.name) \(a.shape.description)"
      )
    }
    shape.append(b.shape[q - 2])
    shape.append(b.shape[q - 1])
    return TensorType(shape, a.element)
  }
}

extension BatchStep {
  /// The rule of an operation on matrices whose leading axes broadcast.
  func alignedMatrices() -> Tensor {
    let rank = inputs.indices.map { exampleRank($0) }.max() ?? 0
    return node.operation.apply(inputs.indices.map { aligned($0, toRank: rank) })
  }
}

extension Tensor {
  /// One triangle of the last two axes; zeros elsewhere.
  package func keepingTriangle(isLower: Bool, includingDiagonal: Bool) -> Tensor {
    let row = Tensor.iota(shape[rank - 2]).reshaped([shape[rank - 2], 1])
    let column = Tensor.iota(shape[rank - 1])
    let zero = Tensor.literal(0, element)
    switch (isLower, includingDiagonal) {
    case (true, true): return select(greater(column, row), zero, self)
    case (true, false): return select(greater(row, column), self, zero)
    case (false, true): return select(greater(row, column), zero, self)
    case (false, false): return select(greater(column, row), self, zero)
    }
  }

  /// 1 on the diagonal, 0 elsewhere.
  package static func unitMatrix(_ size: Int, _ element: ElementType) -> Tensor {
    equal(Tensor.iota(size).reshaped([size, 1]), .iota(size)).cast(to: element)
  }

  /// The diagonal of the last two axes of a square matrix.
  package var matrixDiagonal: Tensor {
    let size = shape[rank - 1]
    let isDiagonal = equal(Tensor.iota(size).reshaped([size, 1]), .iota(size))
    return select(isDiagonal, self, .literal(0, element)).sum([-1])
  }
}
