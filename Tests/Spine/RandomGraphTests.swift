import Adjoint
import AdjointGraph
import AdjointReference
import AdjointRuntime
import Testing

/// Random graphs, planned, against the reference: values, gradients, and cells updated in place.
@Suite struct RandomGraphTests {
  @Test func plannedGraphsMatchTheReference() {
    for seed in 0..<400 {
      let plain = results(of: seed, on: ReferenceDevice.shared)
      let planned = results(of: seed, on: CPUDevice.shared)
      for (index, (a, b)) in zip(plain, planned).enumerated() {
        expectClose(b, a, 1e-10, "random graph \(seed), result \(index)")
      }
      Engine.removePlans()
    }
  }

  private func results(of seed: Int, on device: any Device) -> [[Double]] {
    alone(on: device) {
      var graph = RandomGraph(seed)
      return graph.run()
    }
  }
}

/// A graph grown by chance from a few cells, whose results partly become the cells' new values.
private struct RandomGraph {
  private var counter = 0
  private let key: RandomKey

  init(_ seed: Int) { key = RandomKey(seed) }

  private mutating func choice(_ count: Int) -> Int {
    counter += 1
    return Int(key.bits(at: counter) % UInt64(count))
  }

  mutating func run() -> [[Double]] {
    let shapes: [Shape] = [[4, 3], [3], [2, 4, 3], [], [4, 1]]
    let cells = shapes.enumerated().map {
      Cell(Tensor.uniform($1, 0.2, 1, key: key.split($0), .float64))
    }
    var results: [[Double]] = []
    for _ in 0..<2 { results += round(cells) }
    return results
  }

  /// One step: grows, differentiates, commits; reads everything.
  private mutating func round(_ cells: [Cell]) -> [[Double]] {
    let (loss, updates) = grow(cells)
    do {
      try Engine.commit([loss], updates)
    } catch {
      Issue.record("\(error)")
    }
    return [loss.doubles] + cells.map { $0.value.doubles }
  }

  private mutating func grow(_ cells: [Cell]) -> (Tensor, [CellUpdate]) {
    var pool = cells.map { $0.value }
    for _ in 0..<(5 + choice(25)) { pool.append(next(pool)) }
    let loss = pool.suffix(4).map { tanh($0).sum() }.reduce(Tensor(0, .float64), +)
    let slopes = gradients(of: loss, withRespectTo: cells.map { $0.value })
    var updates: [CellUpdate] = []
    for (index, cell) in cells.enumerated() {
      var value = cell.value
      if let slope = slopes[index] { value = value - tanh(slope) * 0.1 }
      // Now and then a cell takes what another holds, or something grown.
      let same = pool.filter { $0.shape == value.shape && !$0.isSame(as: cell.value) }
      if !same.isEmpty, choice(3) == 0 { value = value + tanh(same[choice(same.count)]) * 0.2 }
      updates.append(CellUpdate(cell, value))
    }
    return (loss, updates)
  }

  private mutating func next(_ pool: [Tensor]) -> Tensor {
    let x = pool[choice(pool.count)]
    let y = pool[choice(pool.count)]
    switch choice(23) {
    case 0: return pair(x, y) { $0 + $1 }
    case 1: return pair(x, y) { $0 * $1 }
    case 2: return pair(x, y) { $0 - $1 }
    case 3: return pair(x, y) { $0 / (exp(tanh($1)) + 0.5) }
    case 4: return tanh(x)
    case 5: return relu(x - 0.4)
    case 6: return sin(x)
    case 7: return exp(tanh(x))
    case 8: return x.rank > 1 ? x.transposed : cos(x)
    case 9: return x.rank > 0 ? x.sum([choice(x.rank)]) * 0.3 : x
    case 10: return x.rank > 0 ? x.flattened().reshaped(x.shape).max([0]) : x
    case 11: return x.rank > 0 && x.shape[0] > 1 ? x.slice(start: choice(2), length: 1) : -x
    case 12:
      return x.rank >= 2 ? matmul(x, x, transposingB: true) * 0.2 : x * Double(1 + choice(3))
    case 13: return x.rank > 0 ? strided(x) : x
    case 14: return x.rank > 0 && x.count < 100 ? concatenated([x, x * 2], axis: -1) : x
    case 15: return x.rank == 2 ? x.padded([(choice(2), 1), (1, choice(2))]) : x
    case 16: return pair(x, y) { maximum($0, $1) }
    case 17: return pair(x, y) { atan2($0, abs($1) + 0.5) }
    case 18: return select(greaterEqual(x, Tensor(0.4, .float64)), softplus(x), sigmoid(x))
    case 19: return asinh(x) + erf(x)
    case 20: return clamp(x, -0.5, 0.75)
    case 21: return pair(x, y) { pow(abs($0) + 0.5, tanh($1)) }
    default: return x.rank == 1 ? x.broadcast(to: [2, x.shape[0]]) : x.mean()
    }
  }

  /// Every second place, backwards or from the second one.
  private mutating func strided(_ x: Tensor) -> Tensor {
    let axis = choice(x.rank)
    let size = x.shape[axis]
    let stride =
      choice(2) == 0
      ? AxisStride(start: size - 1, step: -2, count: (size + 1) / 2)
      : AxisStride(start: 1, step: 2, count: size / 2)
    return size > 1 ? x.strided(axis, stride) : x
  }

  private func pair(_ x: Tensor, _ y: Tensor, _ f: (Tensor, Tensor) -> Tensor) -> Tensor {
    guard let shape = x.shape.broadcast(with: y.shape), shape.count < 200 else { return tanh(x) }
    return f(x, y)
  }
}
