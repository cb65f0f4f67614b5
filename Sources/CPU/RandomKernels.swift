import AdjointGraph
import AdjointReference
import AdjointRuntime
import CKernels

/// Uniform random numbers, a block for each key.
final class RandomUniformKernel: Kernel {
  var summary: String { "random numbers, \(keyCount)×\(count)" }
  private let keys: Int
  private let output: Int
  private let keyCount: Int64
  private let count: Int64
  private let isDouble: Bool
  private let threads: Int32

  init(_ operation: RandomUniform, _ keys: Location, to output: Int, _ device: CPUDevice) {
    self.keys = keys.slot
    self.output = output
    keyCount = Int64(keys.shape.count)
    count = Int64(operation.shape.count)
    isDouble = operation.element == .float64
    threads = Int32(device.threads(forWork: keys.shape.count * operation.shape.count * 4))
  }

  func run(_ slots: Slots) {
    let list = slots[keys].assumingMemoryBound(to: Int64.self)
    if isDouble {
      adj_random_uniform_f64(
        keyCount, list, count, slots[output].assumingMemoryBound(to: Double.self), threads)
    } else {
      adj_random_uniform_f32(
        keyCount, list, count, slots[output].assumingMemoryBound(to: Float.self), threads)
    }
  }
}
