import AdjointGraph

/// Triangular and general systems, one for each matrix of a batch whose axes broadcast.
final class SolveKernel<Scalar: FloatingPoint>: Kernel {
  enum Role {
    case triangular(isLower: Bool, hasUnitDiagonal: Bool)
    case general
  }

  var summary: String { "solve " + output.shape.description }
  private let role: Role
  private let isTransposed: Bool
  private let a: Operand
  private let b: Operand
  private let output: Operand
  private let batches: Odometer
  private let batchCount: Int
  private let size: Int
  private let columns: Int
  private let factors: Matrix<Scalar>
  private let line: Matrix<Scalar>

  init(_ role: Role, isTransposed: Bool, _ a: Operand, _ b: Operand, _ output: Operand) {
    self.role = role
    self.isTransposed = isTransposed
    self.a = a
    self.b = b
    self.output = output
    let shape = output.shape
    size = shape[shape.rank - 2]
    columns = shape[shape.rank - 1]
    let batch = shape.dropLast(2)
    batchCount = batch.count
    batches = Odometer(
      batch,
      strides: [
        a.shape.dropLast(2).strides(broadcastTo: batch),
        b.shape.dropLast(2).strides(broadcastTo: batch),
      ])
    factors = Matrix(size, size)
    line = Matrix(size, 1)
  }

  func run(_ slots: Slots) throws(GraphError) {
    let (a, b) = (pointer(slots, a), pointer(slots, b))
    let to = pointer(slots, output)
    var walk = batches
    for batch in 0..<batchCount {
      let target = to + batch * size * columns
      target.update(from: b + walk.offsets[1] * size * columns, count: size * columns)
      try solve(a + walk.offsets[0] * size * size, target, batch)
      walk.next()
    }
  }

  private func pointer(_ slots: Slots, _ operand: Operand) -> UnsafeMutablePointer<Scalar> {
    slots[operand.slot].assumingMemoryBound(to: Scalar.self)
  }

  private func solve(
    _ a: UnsafeMutablePointer<Scalar>, _ x: UnsafeMutablePointer<Scalar>, _ batch: Int
  ) throws(GraphError) {
    switch role {
    case .triangular(let isLower, let hasUnitDiagonal):
      if !hasUnitDiagonal {
        for i in 0..<size where a[i * size + i] == 0 {
          throw GraphError("triangularSolve", "\(matrixName(batch, batchCount)) is singular")
        }
      }
      substitute(a, x, isLower, isTransposed, hasUnitDiagonal)
    case .general:
      factors.values.update(from: a, count: size * size)
      let order = factorLU(factors.values, size, size)
      guard order.isRegular else {
        throw GraphError("solve", "\(matrixName(batch, batchCount)) is singular")
      }
      if isTransposed {
        substitute(factors.values, x, false, true, false)
        substitute(factors.values, x, true, true, true)
        reorder(x) {
          order.rows[$0]
        } to: {
          $0
        }
      } else {
        reorder(x) {
          $0
        } to: {
          order.rows[$0]
        }
        substitute(factors.values, x, true, false, true)
        substitute(factors.values, x, false, false, false)
      }
    }
  }

  /// Rows of x in the order of the factors, or back.
  private func reorder(
    _ x: UnsafeMutablePointer<Scalar>, _ target: (Int) -> Int, to source: (Int) -> Int
  ) {
    for column in 0..<columns {
      for i in 0..<size { line.values[target(i)] = x[source(i) * columns + column] }
      for i in 0..<size { x[i * columns + column] = line.values[i] }
    }
  }

  /// Forward or backward substitution, in place.
  private func substitute(
    _ a: UnsafeMutablePointer<Scalar>, _ x: UnsafeMutablePointer<Scalar>, _ isLower: Bool,
    _ isTransposed: Bool, _ hasUnitDiagonal: Bool
  ) {
    let runsDown = isLower != isTransposed
    let (row, column) = isTransposed ? (1, size) : (size, 1)
    for step in 0..<size {
      let i = runsDown ? step : size - 1 - step
      for done in 0..<step {
        let j = runsDown ? done : size - 1 - done
        let factor = a[i * row + j * column]
        for k in 0..<columns { x[i * columns + k] -= factor * x[j * columns + k] }
      }
      if hasUnitDiagonal { continue }
      let pivot = a[i * size + i]
      for k in 0..<columns { x[i * columns + k] /= pivot }
    }
  }
}

/// Memory for one matrix, kept as long as the kernel.
final class Matrix<Scalar: FloatingPoint> {
  let values: UnsafeMutablePointer<Scalar>

  init(_ rows: Int, _ columns: Int) {
    values = .allocate(capacity: max(rows * columns, 1))
    values.initialize(repeating: 0, count: max(rows * columns, 1))
  }

  deinit { values.deallocate() }
}

/// "the matrix", or which of a batch.
package func matrixName(_ batch: Int, _ count: Int) -> String {
  count == 1 ? "the matrix" : "matrix \(batch) of \(count)"
}

/// Determinants, or the logarithms of their sizes.
final class DeterminantKernel<Scalar: FloatingPoint & ReferenceScalar>: Kernel {
  var summary: String { "determinant " + input.shape.description }
  private let isLogarithm: Bool
  private let input: Operand
  private let output: Operand
  private let size: Int
  private let factors: Matrix<Scalar>

  init(_ operation: Determinant, _ input: Operand, _ output: Operand) {
    isLogarithm = operation.isLogarithm
    self.input = input
    self.output = output
    size = input.shape[input.shape.rank - 1]
    factors = Matrix(size, size)
  }

  func run(_ slots: Slots) {
    let from = slots[input.slot].assumingMemoryBound(to: Scalar.self)
    let to = slots[output.slot].assumingMemoryBound(to: Scalar.self)
    for batch in 0..<output.shape.count {
      factors.values.update(from: from + batch * size * size, count: size * size)
      let found = factorLU(factors.values, size, size)
      to[batch] = value(found.isRegular ? found.sign : nil)
    }
  }

  private func value(_ sign: Scalar?) -> Scalar {
    guard let sign else { return isLogarithm ? -.infinity : 0 }
    var result: Scalar = isLogarithm ? 0 : sign
    for i in 0..<size {
      let pivot = factors.values[i * size + i]
      if isLogarithm {
        let size: Scalar = pivot < 0 ? -pivot : pivot
        result = Scalar.apply(.add, result, Scalar.apply(.log, size, size, size), size)
      } else {
        result = Scalar.apply(.multiply, result, pivot, pivot)
      }
    }
    return result
  }
}

/// Cholesky factors of the symmetric parts.
final class CholeskyKernel<Scalar: FloatingPoint>: Kernel {
  var summary: String { "cholesky " + input.shape.description }
  private let input: Operand
  private let output: Operand
  private let size: Int
  private let batchCount: Int

  init(_ input: Operand, _ output: Operand) {
    self.input = input
    self.output = output
    size = input.shape[input.shape.rank - 1]
    batchCount = input.shape.dropLast(2).count
  }

  func run(_ slots: Slots) throws(GraphError) {
    let from = slots[input.slot].assumingMemoryBound(to: Scalar.self)
    let to = slots[output.slot].assumingMemoryBound(to: Scalar.self)
    for batch in 0..<batchCount {
      let start = batch * size * size
      guard factor(from + start, to + start) else {
        throw GraphError("cholesky", "\(matrixName(batch, batchCount)) is not positive definite")
      }
    }
  }

  private func factor(
    _ a: UnsafeMutablePointer<Scalar>, _ l: UnsafeMutablePointer<Scalar>
  ) -> Bool {
    for i in 0..<size {
      for j in 0..<size where j > i { l[i * size + j] = 0 }
      for j in 0...i {
        var sum = (a[i * size + j] + a[j * size + i]) / 2
        for k in 0..<j { sum -= l[i * size + k] * l[j * size + k] }
        if i == j {
          guard sum > 0 else { return false }
          l[i * size + i] = sum.squareRoot()
        } else {
          l[i * size + j] = sum / l[j * size + j]
        }
      }
    }
    return true
  }
}

extension ReferenceKernels {
  /// Systems and factorizations; nil for everything else.
  static func linearAlgebra<Scalar: FloatingPoint & ReferenceScalar>(
    _: Scalar.Type, _ operation: any Operation, _ inputs: [Operand], _ output: Operand
  ) -> (any Kernel)? {
    switch operation {
    case let system as TriangularSolve:
      return SolveKernel<Scalar>(
        .triangular(isLower: system.isLower, hasUnitDiagonal: system.hasUnitDiagonal),
        isTransposed: system.isTransposed, inputs[0], inputs[1], output)
    case let system as LinearSolve:
      return SolveKernel<Scalar>(
        .general, isTransposed: system.isTransposed, inputs[0], inputs[1], output)
    case let determinant as Determinant:
      return DeterminantKernel<Scalar>(determinant, inputs[0], output)
    case is Cholesky: return CholeskyKernel<Scalar>(inputs[0], output)
    case is OrthogonalFactor:
      return DecompositionKernel<Scalar>(.orthogonalFactor, inputs[0], output)
    case is SymmetricEigenvalues:
      return DecompositionKernel<Scalar>(.eigenvalues, inputs[0], output)
    case is SymmetricEigenvectors:
      return DecompositionKernel<Scalar>(.eigenvectors, inputs[0], output)
    case is SingularDecomposition: return SingularKernel<Scalar>(inputs[0], output)
    case is LUFactors: return LUKernel<Scalar>(inputs[0], output)
    default: return nil
    }
  }
}
