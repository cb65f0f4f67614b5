import AdjointGraph

/// Different batches in rotation. Each is made when it is first asked for, so that a first step need not wait for all.
final class Batches {
  private let make: (RandomKey) -> (Tensor, Tensor)
  private var made: [(Tensor, Tensor)?] = Array(repeating: nil, count: Workload.batchCount)

  init(_ make: @escaping (RandomKey) -> (Tensor, Tensor)) { self.make = make }

  subscript(step: Int) -> (Tensor, Tensor) {
    let place = step % Workload.batchCount
    if let batch = made[place] { return batch }
    let batch = make(RandomKey(1).split(place))
    made[place] = batch
    return batch
  }
}
