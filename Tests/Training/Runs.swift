import Adjoint
import AdjointGraph
import AdjointRuntime

/// Small data for the tests of the trainer.
enum Runs {
  /// Points of two classes within a circle and around it, with labels that may be shuffled.
  static func circle(_ count: Int, seed: Int = 1, shuffled: Bool = false) throws -> TensorDataset {
    let x = Tensor.uniform([count, 2], -1, 1, key: RandomKey(seed))
    var labels = x.doubles.chunks(of: 2).map { $0[0] * $0[0] + $0[1] * $0[1] < 0.6 ? 1 : 0 }
    if shuffled {
      let key = RandomKey(77)
      labels = labels.indices.map { Int(key.bits(at: $0) >> 63) }
    }
    return try TensorDataset(inputs: x, targets: Tensor(labels))
  }
}

extension Array {
  func chunks(of size: Int) -> [[Element]] {
    stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
  }
}
