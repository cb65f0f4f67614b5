import AdjointGraph

/// U, singular values and V of each matrix of a batch, one below the other, by Jacobi's rotations of the columns.
final class SingularKernel<Scalar: FloatingPoint>: Kernel {
  var summary: String { "singular decomposition " + input.shape.description }
  private let input: Operand
  private let output: Operand
  private let rows: Int
  private let columns: Int
  private var isTall: Bool { rows >= columns }
  private var length: Int { max(rows, columns) }
  private var size: Int { min(rows, columns) }
  /// The shorter side's lines, one after another; and the turns, as lines too.
  private let lines: Matrix<Scalar>
  private let turns: Matrix<Scalar>
  private let lengths: Matrix<Scalar>

  init(_ input: Operand, _ output: Operand) {
    self.input = input
    self.output = output
    rows = input.shape[input.shape.rank - 2]
    columns = input.shape[input.shape.rank - 1]
    lines = Matrix(rows, columns)
    turns = Matrix(min(rows, columns), min(rows, columns))
    lengths = Matrix(min(rows, columns), 1)
  }

  func run(_ slots: Slots) throws(GraphError) {
    let from = slots[input.slot].assumingMemoryBound(to: Scalar.self)
    let to = slots[output.slot].assumingMemoryBound(to: Scalar.self)
    let count = input.shape.dropLast(2).count
    let results = (rows + 1 + columns) * size
    for batch in 0..<count {
      let (a, target) = (from + batch * rows * columns, to + batch * results)
      guard let exponent = take(a) else {
        for place in 0..<results { target[place] = .nan }
        continue
      }
      guard orthogonalize() else {
        throw GraphError(
          "singularDecomposition", "\(matrixName(batch, count)) does not converge")
      }
      write(target, exponent)
    }
  }

  /// The lines times a power of two that takes the largest element near 1; nil where one is not finite.
  private func take(_ a: UnsafeMutablePointer<Scalar>) -> Scalar.Exponent? {
    var largest: Scalar = 0
    for place in 0..<rows * columns {
      guard a[place].isFinite else { return nil }
      largest = max(largest, abs(a[place]))
    }
    let exponent = largest > 0 ? largest.exponent : 0
    for line in 0..<size {
      for place in 0..<length {
        let value = isTall ? a[place * columns + line] : a[line * columns + place]
        lines.values[line * length + place] = scaled(value, -exponent)
      }
      for place in 0..<size { turns.values[line * size + place] = place == line ? 1 : 0 }
    }
    return exponent
  }

  private func scaled(_ x: Scalar, _ exponent: Scalar.Exponent) -> Scalar {
    Scalar(sign: .plus, exponent: exponent, significand: x)
  }

  /// The length of a vector, of whatever size its elements are.
  private func length(_ x: UnsafeMutablePointer<Scalar>, _ count: Int) -> Scalar {
    var largest: Scalar = 0
    for place in 0..<count { largest = max(largest, abs(x[place])) }
    guard largest > 0 else { return 0 }
    var sum: Scalar = 0
    for place in 0..<count {
      let part = scaled(x[place], -largest.exponent)
      sum += part * part
    }
    return scaled(sum.squareRoot(), largest.exponent)
  }

  /// The cosine of the angle between two lines.
  private func cosine(_ p: Int, _ q: Int) -> Scalar {
    let (x, y) = (lengths.values[p], lengths.values[q])
    guard x > 0, y > 0 else { return 0 }
    var sum: Scalar = 0
    for place in 0..<length {
      sum +=
        scaled(lines.values[p * length + place], -x.exponent)
        * scaled(lines.values[q * length + place], -y.exponent)
    }
    return sum / x.significand / y.significand
  }

  private func orthogonalize() -> Bool {
    for line in 0..<size { lengths.values[line] = length(lines.values + line * length, length) }
    let tolerance = Scalar.ulpOfOne * Scalar(max(length, 4)).squareRoot() / 2
    for _ in 0..<100 {
      var isDone = true
      for a in 0..<size {
        for b in (a + 1)..<max(size, a + 1) {
          let isOrdered = lengths.values[a] >= lengths.values[b]
          let (p, q) = isOrdered ? (a, b) : (b, a)
          let cosine = cosine(p, q)
          // A line may be so much shorter that what it takes from the other cannot be held.
          let ratio = lengths.values[q] / lengths.values[p]
          guard abs(cosine) > tolerance, ratio * cosine != 0 else { continue }
          isDone = false
          turn(p, q, ratio, cosine)
        }
      }
      if isDone { return true }
    }
    return false
  }

  /// The smaller of the turns that make lines p and q orthogonal, where p is the longer one.
  private func turn(_ p: Int, _ q: Int, _ ratio: Scalar, _ cosine: Scalar) {
    let (gap, product) = ((1 - ratio) * (1 + ratio), 2 * ratio * cosine)
    let tangent = -product / (gap + (gap * gap + product * product).squareRoot())
    let c = 1 / (1 + tangent * tangent).squareRoot()
    // As changes, which are small where the turn is: so lengths keep.
    let (s, half) = (tangent * c, tangent * c / (1 + c))
    for (values, count) in [(lines.values, length), (turns.values, size)] {
      for place in 0..<count {
        let (x, y) = (values[p * count + place], values[q * count + place])
        values[p * count + place] = x - s * (y + half * x)
        values[q * count + place] = y + s * (x - half * y)
      }
    }
    for line in [p, q] { lengths.values[line] = length(lines.values + line * length, length) }
  }

  /// Descending by length, vectors of length 1; signs so that the first of the largest elements on the shorter side is
  /// positive.
  private func write(_ to: UnsafeMutablePointer<Scalar>, _ exponent: Scalar.Exponent) {
    let order = ordered(lengths.values, size, descending: true)
    let (longer, values) = (isTall ? to : to + (rows + 1) * size, to + rows * size)
    let shorter = isTall ? to + (rows + 1) * size : to
    for (place, line) in order.enumerated() {
      let (turned, value) = (turns.values + line * size, lengths.values[line])
      let sign: Scalar = isNegative(turned, size) ? -1 : 1
      values[place] = scaled(value, exponent)
      for i in 0..<size { shorter[i * size + place] = sign * turned[i] }
      if value > 0 {
        for i in 0..<length {
          longer[i * size + place] = sign * (lines.values[line * length + i] / value)
        }
      } else {
        complete(longer, place)
      }
    }
  }

  /// A column becomes any of length 1 that is orthogonal to all before it.
  private func complete(_ to: UnsafeMutablePointer<Scalar>, _ column: Int) {
    // Of the unit vectors one at least keeps enough of itself.
    for unit in 0..<length {
      for i in 0..<length { to[i * size + column] = i == unit ? 1 : 0 }
      var kept: Scalar = 0
      for _ in 0..<2 {
        for other in 0..<column {
          var product: Scalar = 0
          for i in 0..<length { product += to[i * size + other] * to[i * size + column] }
          for i in 0..<length { to[i * size + column] -= product * to[i * size + other] }
        }
        kept = 0
        for i in 0..<length { kept += to[i * size + column] * to[i * size + column] }
        guard kept * Scalar(4 * length) >= 1 else { break }
        for i in 0..<length { to[i * size + column] /= kept.squareRoot() }
      }
      if kept * Scalar(4 * length) >= 1 { return }
    }
  }
}

/// True where the first of a vector's largest elements is negative. What differs by less than a thousandth counts as
/// equal: rounding does not decide a sign.
func isNegative<Scalar: FloatingPoint>(
  _ vector: UnsafeMutablePointer<Scalar>, _ count: Int, step: Int = 1
) -> Bool {
  var largest: Scalar = 0
  for i in 0..<count { largest = max(largest, abs(vector[i * step])) }
  let enough = largest - largest / 1000
  for i in 0..<count where abs(vector[i * step]) >= enough { return vector[i * step] < 0 }
  return false
}

/// Places in the order of their keys; equal ones stay in order.
func ordered<Scalar: FloatingPoint>(
  _ keys: UnsafeMutablePointer<Scalar>, _ count: Int, descending: Bool
) -> [Int] {
  var order = Array(0..<count)
  for place in 0..<count {
    var hole = place
    while hole > 0 {
      let (before, after) = (keys[order[hole - 1]], keys[order[hole]])
      guard descending ? after > before : after < before else { break }
      order.swapAt(hole, hole - 1)
      hole -= 1
    }
  }
  return order
}
