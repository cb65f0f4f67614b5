import AdjointGraph

/// A kernel that works on each matrix of a batch by itself.
final class DecompositionKernel<Scalar: FloatingPoint>: Kernel {
  enum Role { case eigenvalues, eigenvectors, orthogonalFactor }

  var summary: String { "decomposition " + input.shape.description }
  private let role: Role
  private let input: Operand
  private let output: Operand
  private let rows: Int
  private let columns: Int
  private let work: Matrix<Scalar>
  private let vectors: Matrix<Scalar>
  private let keys: Matrix<Scalar>

  init(_ role: Role, _ input: Operand, _ output: Operand) {
    self.role = role
    self.input = input
    self.output = output
    rows = input.shape[input.shape.rank - 2]
    columns = input.shape[input.shape.rank - 1]
    work = Matrix(rows, columns)
    vectors = Matrix(columns, columns)
    keys = Matrix(columns, 1)
  }

  func run(_ slots: Slots) throws(GraphError) {
    let from = slots[input.slot].assumingMemoryBound(to: Scalar.self)
    let to = slots[output.slot].assumingMemoryBound(to: Scalar.self)
    let count = input.shape.dropLast(2).count
    let size = count == 0 ? 0 : output.shape.count / count
    for batch in 0..<count {
      let target = to + batch * size
      work.values.update(from: from + batch * rows * columns, count: rows * columns)
      guard isFinite else {
        for place in 0..<size { target[place] = .nan }
        continue
      }
      if let wrong = decompose(target) {
        throw GraphError(name, "\(matrixName(batch, count)) \(wrong)")
      }
    }
  }

  private var name: String {
    switch role {
    case .eigenvalues: "symmetricEigenvalues"
    case .eigenvectors: "symmetricEigenvectors"
    case .orthogonalFactor: "orthogonalFactor"
    }
  }

  private var isFinite: Bool {
    for place in 0..<rows * columns where !work.values[place].isFinite { return false }
    return true
  }

  /// What is wrong, or nil.
  private func decompose(_ to: UnsafeMutablePointer<Scalar>) -> String? {
    switch role {
    case .eigenvalues, .eigenvectors:
      let a = work.values
      for i in 0..<columns {
        for j in 0..<i {
          let mean = (a[i * columns + j] + a[j * columns + i]) / 2
          (a[i * columns + j], a[j * columns + i]) = (mean, mean)
        }
      }
      guard diagonalize(a, vectors.values, columns) else { return "does not converge" }
      for i in 0..<columns { keys.values[i] = a[i * columns + i] }
      let order = ordered(keys.values, columns, descending: false)
      if role == .eigenvectors {
        write(order, to)
      } else {
        for i in 0..<columns { to[i] = keys.values[order[i]] }
      }
    case .orthogonalFactor:
      if !householder(work.values, to, rows, columns) { return "has columns that depend on others" }
    }
    return nil
  }

  /// The vectors in this order, each with the first of its largest elements positive.
  private func write(_ order: [Int], _ to: UnsafeMutablePointer<Scalar>) {
    for (place, source) in order.enumerated() {
      let isNegative = isNegative(vectors.values + source, columns, step: columns)
      for i in 0..<columns {
        let value = vectors.values[i * columns + source]
        to[i * columns + place] = isNegative ? -value : value
      }
    }
  }
}

private let mostSweeps = 100

private func setUnit<Scalar: FloatingPoint>(_ v: UnsafeMutablePointer<Scalar>, _ size: Int) {
  for place in 0..<size * size { v[place] = 0 }
  for i in 0..<size { v[i * size + i] = 1 }
}

/// Columns p and q turned: (p, q) ← (c p − s q, s p + c q).
private func turn<Scalar: FloatingPoint>(
  _ a: UnsafeMutablePointer<Scalar>, _ rows: Int, _ width: Int, _ p: Int, _ q: Int,
  _ angle: (cosine: Scalar, sine: Scalar)
) {
  for i in 0..<rows {
    let (x, y) = (a[i * width + p], a[i * width + q])
    a[i * width + p] = angle.cosine * x - angle.sine * y
    a[i * width + q] = angle.sine * x + angle.cosine * y
  }
}

/// The smaller of the turns that make p and q orthogonal: zeta = (qq − pp) / (2 pq).
private func angle<Scalar: FloatingPoint>(_ zeta: Scalar) -> (cosine: Scalar, sine: Scalar) {
  let size = abs(zeta)
  // Beyond this the square is lost beside 1, and might overflow.
  let isHuge = size > 1 / Scalar.ulpOfOne
  let t = isHuge ? 1 / (2 * size) : 1 / (size + (1 + size * size).squareRoot())
  let tangent = zeta < 0 ? -t : t
  let cosine = 1 / (1 + tangent * tangent).squareRoot()
  return (cosine, tangent * cosine)
}

/// Jacobi's method: a symmetric matrix becomes diagonal, and its eigenvectors the columns of v.
private func diagonalize<Scalar: FloatingPoint>(
  _ a: UnsafeMutablePointer<Scalar>, _ v: UnsafeMutablePointer<Scalar>, _ size: Int
) -> Bool {
  setUnit(v, size)
  var largest: Scalar = 0
  for place in 0..<size * size { largest = max(largest, abs(a[place])) }
  let negligible = largest * Scalar.ulpOfOne / 16
  for _ in 0..<mostSweeps {
    var isDone = true
    for p in 0..<size {
      for q in (p + 1)..<max(size, p + 1) where abs(a[p * size + q]) > negligible {
        isDone = false
        let gap = a[q * size + q] - a[p * size + p]
        let turned = angle(gap / (2 * a[p * size + q]))
        turn(a, size, size, p, q, turned)
        for k in 0..<size {
          let (x, y) = (a[p * size + k], a[q * size + k])
          a[p * size + k] = turned.cosine * x - turned.sine * y
          a[q * size + k] = turned.sine * x + turned.cosine * y
        }
        (a[p * size + q], a[q * size + p]) = (0, 0)
        turn(v, size, size, p, q, turned)
      }
    }
    if isDone { return true }
  }
  return false
}

/// The orthogonal factor by Householder's reflections; false where a column depends on those before it.
private func householder<Scalar: FloatingPoint>(
  _ a: UnsafeMutablePointer<Scalar>, _ q: UnsafeMutablePointer<Scalar>, _ rows: Int, _ columns: Int
) -> Bool {
  for place in 0..<rows * columns { q[place] = 0 }
  for k in 0..<columns {
    var square: Scalar = 0
    for i in k..<rows { square += a[i * columns + k] * a[i * columns + k] }
    guard square > 0 else { return false }
    // The diagonal of R gets the sign opposite to the column's head; Q's column takes it back.
    let isPositive = a[k * columns + k] < 0
    let head = isPositive ? square.squareRoot() : -square.squareRoot()
    a[k * columns + k] -= head
    reflect(a, k, from: k + 1, a, rows, columns)
    q[k * columns + k] = isPositive ? 1 : -1
  }
  for k in stride(from: columns - 1, through: 0, by: -1) {
    reflect(a, k, from: k, q, rows, columns)
  }
  return true
}

/// x − 2 v vᵀ x / vᵀ v for columns of x from one on, where v is column k of a from row k on.
private func reflect<Scalar: FloatingPoint>(
  _ a: UnsafeMutablePointer<Scalar>, _ k: Int, from first: Int,
  _ x: UnsafeMutablePointer<Scalar>, _ rows: Int, _ columns: Int
) {
  var square: Scalar = 0
  for i in k..<rows { square += a[i * columns + k] * a[i * columns + k] }
  for j in first..<max(columns, first) {
    var product: Scalar = 0
    for i in k..<rows { product += a[i * columns + k] * x[i * columns + j] }
    let factor = 2 * product / square
    for i in k..<rows { x[i * columns + j] -= factor * a[i * columns + k] }
  }
}
