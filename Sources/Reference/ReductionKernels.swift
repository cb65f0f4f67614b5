import AdjointGraph

/// The sum or the maximum over axes, in row-major order of the input.
final class ReductionKernel<Scalar: ReferenceScalar>: Kernel {
  var summary: String { (isSum ? "sum " : "maximum ") + input.shape.description }
  private let input: Operand
  private let output: Operand
  private let odometer: Odometer
  private let isSum: Bool

  init(_ input: Operand, _ output: Operand, axes: AxisSet, isSum: Bool) {
    self.input = input
    self.output = output
    self.isSum = isSum
    // Every element of the input knows its place in the output: reduced axes have stride 0 there.
    let kept = input.shape.reduced(over: axes, keepingDimensions: true)
    odometer = Odometer(input.shape, strides: [kept.strides(broadcastTo: input.shape)])
  }

  func run(_ slots: Slots) {
    let from = slots[input.slot].assumingMemoryBound(to: Scalar.self)
    let to = slots[output.slot].assumingMemoryBound(to: Scalar.self)
    for place in 0..<output.shape.count { to[place] = isSum ? .zero : Scalar.lowest }
    var walk = odometer
    for place in 0..<input.shape.count {
      let target = walk.offsets[0]
      let value = from[place]
      if isSum {
        to[target] = .sum(to[target], value)
      } else if value > to[target] || value.isNotANumber {
        to[target] = value
      }
      walk.next()
    }
  }
}

/// A product of matrices, or of batches of them: three loops.
final class MatMulKernel<Scalar: ReferenceScalar>: Kernel {
  var summary: String { "matmul " + output.shape.description }
  private let a: Operand
  private let b: Operand
  private let output: Operand
  private let batches: Odometer
  private let batchCount: Int
  private let m: Int
  private let n: Int
  private let k: Int
  private let aStrides: (row: Int, column: Int)
  private let bStrides: (row: Int, column: Int)

  init(_ operation: MatMul, _ a: Operand, _ b: Operand, _ output: Operand) {
    self.a = a
    self.b = b
    self.output = output
    let shape = output.shape
    m = shape[shape.rank - 2]
    n = shape[shape.rank - 1]
    k = a.shape[operation.transposesA ? a.shape.rank - 2 : a.shape.rank - 1]
    aStrides = operation.transposesA ? (1, m) : (k, 1)
    bStrides = operation.transposesB ? (1, k) : (n, 1)
    let batch = shape.dropLast(2)
    batchCount = batch.count
    batches = Odometer(
      batch,
      strides: [
        a.shape.dropLast(2).strides(broadcastTo: batch),
        b.shape.dropLast(2).strides(broadcastTo: batch),
      ])
  }

  func run(_ slots: Slots) {
    var walk = batches
    for batch in 0..<batchCount {
      multiply(
        slots[a.slot].assumingMemoryBound(to: Scalar.self) + walk.offsets[0] * m * k,
        slots[b.slot].assumingMemoryBound(to: Scalar.self) + walk.offsets[1] * k * n,
        slots[output.slot].assumingMemoryBound(to: Scalar.self) + batch * m * n)
      walk.next()
    }
  }

  private func multiply(
    _ a: UnsafeMutablePointer<Scalar>, _ b: UnsafeMutablePointer<Scalar>,
    _ c: UnsafeMutablePointer<Scalar>
  ) {
    for i in 0..<m {
      for j in 0..<n {
        var sum = Scalar.zero
        for p in 0..<k {
          let factors = (
            a[i * aStrides.row + p * aStrides.column], b[p * bStrides.row + j * bStrides.column]
          )
          sum = .sum(sum, .product(factors.0, factors.1))
        }
        c[i * n + j] = sum
      }
    }
  }
}
