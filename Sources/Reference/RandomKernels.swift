import AdjointGraph

/// Uniform random numbers, a block for each key.
final class RandomUniformKernel: Kernel {
  var summary: String { "random numbers " + output.shape.description }
  private let keys: Operand
  private let output: Operand
  private let count: Int

  init(_ operation: RandomUniform, _ keys: Operand, _ output: Operand) {
    self.keys = keys
    self.output = output
    count = operation.shape.count
  }

  func run(_ slots: Slots) {
    let list = slots[keys.slot].assumingMemoryBound(to: Int64.self)
    for place in 0..<keys.shape.count {
      let key = RandomKey(bits: UInt64(bitPattern: list[place]))
      for index in 0..<count {
        let number = key.uniform(at: index)
        let target = place * count + index
        if output.element == .float64 {
          slots[output.slot].assumingMemoryBound(to: Double.self)[target] = number
        } else {
          // Rounding must not reach 1.
          slots[output.slot].assumingMemoryBound(to: Float.self)[target] =
            Swift.min(Float(number), Float(1).nextDown)
        }
      }
    }
  }
}
