import AdjointGraph

/// Weighted sums of places along one axis, one element after the other.
final class ResampleKernel<Scalar: ReferenceScalar>: Kernel {
  var summary: String { "resample " + output.shape.description }
  private let input: Operand
  private let output: Operand
  private let lanes: Lanes
  private let length: Int
  private let table: AxisWeights

  init(_ operation: Resample, _ input: Operand, _ output: Operand) {
    self.input = input
    self.output = output
    lanes = Lanes(output.shape, operation.axis)
    length = input.shape[operation.axis]
    table = operation.resampling.weights(isTransposed: operation.isTransposed)
  }

  func run(_ slots: Slots) {
    let from = slots[input.slot].assumingMemoryBound(to: Scalar.self)
    let to = slots[output.slot].assumingMemoryBound(to: Scalar.self)
    lanes.forEach { lane, start in
      let first = lane / lanes.inner * length * lanes.inner + lane % lanes.inner
      for place in 0..<lanes.length {
        var sum = Scalar.zero
        for index in Int(table.starts[place])..<Int(table.starts[place + 1]) {
          let element = from[first + Int(table.sources[index]) * lanes.inner]
          sum = Scalar.sum(sum, Scalar.product(Scalar(double: table.weights[index]), element))
        }
        to[start + place * lanes.inner] = sum
      }
    }
  }
}
