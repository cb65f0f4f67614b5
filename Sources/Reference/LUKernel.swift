import AdjointGraph

/// L and U of each matrix of a batch in one, and beside each row which one of the matrix it was.
final class LUKernel<Scalar: FloatingPoint>: Kernel {
  var summary: String { "LU factors " + input.shape.description }
  private let input: Operand
  private let output: Operand
  private let factors: Matrix<Scalar>

  init(_ input: Operand, _ output: Operand) {
    self.input = input
    self.output = output
    factors = Matrix(input.shape[input.shape.rank - 2], input.shape[input.shape.rank - 1])
  }

  func run(_ slots: Slots) {
    let from = slots[input.slot].assumingMemoryBound(to: Scalar.self)
    var to = slots[output.slot].assumingMemoryBound(to: Scalar.self)
    let rank = input.shape.rank
    let (rows, columns) = (input.shape[rank - 2], input.shape[rank - 1])
    for batch in 0..<input.shape.dropLast(2).count {
      factors.values.update(from: from + batch * rows * columns, count: rows * columns)
      let order = factorLU(factors.values, rows, columns).rows
      for row in 0..<rows {
        to.update(from: factors.values + row * columns, count: columns)
        to[columns] = Scalar(order[row])
        to += columns + 1
      }
    }
  }
}

/// L and U in place of a matrix with at least as many rows as columns: row i of the factors is row `rows[i]` of the
/// matrix. The sign is that of the exchanges. A column without a pivot is passed over: the matrix is not regular.
func factorLU<Scalar: FloatingPoint>(
  _ a: UnsafeMutablePointer<Scalar>, _ height: Int, _ width: Int
) -> (rows: [Int], sign: Scalar, isRegular: Bool) {
  var rows = Array(0..<height)
  var (sign, isRegular): (Scalar, Bool) = (1, true)
  for column in 0..<width {
    var best = column
    // NaN wins, and spreads: a matrix with one has no factors.
    for row in column..<height
    where !(abs(a[row * width + column]) <= abs(a[best * width + column])) {
      if a[best * width + column].isNaN { break }
      best = row
    }
    guard a[best * width + column] != 0 else {
      isRegular = false
      continue
    }
    if best != column {
      for k in 0..<width {
        (a[best * width + k], a[column * width + k]) = (a[column * width + k], a[best * width + k])
      }
      rows.swapAt(best, column)
      sign = -sign
    }
    for row in (column + 1)..<max(height, column + 1) {
      let factor = a[row * width + column] / a[column * width + column]
      a[row * width + column] = factor
      for k in (column + 1)..<width { a[row * width + k] -= factor * a[column * width + k] }
    }
  }
  return (rows, sign, isRegular)
}
