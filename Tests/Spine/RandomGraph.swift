import Adjoint
import AdjointGraph
import AdjointRuntime
import Testing

/// A graph grown by chance from a few cells, whose results partly become the cells' new values. The same seed
/// grows the same graph; steps may be left out, and the others stay what they are.
struct RandomGraph {
  /// Whole steps of training in a row: the second finds plans of the first, and cells that were written over.
  static let rounds = 2
  private let key: RandomKey
  private let skipped: Set<Int>
  /// What grew, step by step, for reports.
  private(set) var story: [(step: Int, name: String, shape: Shape)] = []
  private var draws = RandomKey(0)
  private var counter = 0
  private var step = 0
  /// What has the same bits on every engine, and no two equal elements but by chance: where order matters.
  private var exact: [Tensor] = []

  init(_ seed: Int, skipping skipped: Set<Int> = []) {
    key = RandomKey(seed)
    self.skipped = skipped
  }

  private mutating func choice(_ count: Int) -> Int {
    counter += 1
    return Int(draws.bits(at: counter) % UInt64(count))
  }

  private mutating func begin(_ number: Int) {
    draws = key.split(1000 + number)
    counter = 0
  }

  mutating func run() -> [[Double]] {
    let shapes: [Shape] = [[4, 3], [3], [2, 4, 3], [], [4, 1], [3, 3]]
    let cells = shapes.enumerated().map {
      Cell(Tensor.uniform($1, 0.2, 1, key: key.split($0), .float64))
    }
    var results: [[Double]] = []
    for _ in 0..<RandomGraph.rounds { results += round(cells) }
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
    exact = pool
    begin(step)
    let length = 5 + choice(25)
    for _ in 0..<length {
      begin(step)
      pool.append(skipped.contains(step) ? pool[choice(pool.count)] : grown(pool))
      step += 1
    }
    begin(step)
    step += 1
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

  private mutating func grown(_ pool: [Tensor]) -> Tensor {
    let x = pool[choice(pool.count)]
    let y = pool[choice(pool.count)]
    let found: (String, Tensor)
    switch choice(5) {
    case 0, 1: found = pointwise(x, y)
    case 2: found = reshaped(x, y)
    case 3: found = combined(x, y)
    default: found = ordered(exact[choice(exact.count)], y)
    }
    story.append((step, found.0, found.1.shape))
    return found.1
  }

  private mutating func pointwise(_ x: Tensor, _ y: Tensor) -> (String, Tensor) {
    switch choice(24) {
    case 0: ("add", pair(x, y) { $0 + $1 })
    case 1: ("multiply", pair(x, y) { $0 * $1 })
    case 2: ("subtract", pair(x, y) { $0 - $1 })
    case 3: ("divide", pair(x, y) { $0 / (exp(tanh($1)) + 0.5) })
    case 4: ("tanh", tanh(x))
    case 5: ("relu", relu(x - 0.4))
    case 6: ("sin", sin(x))
    case 7: ("exp", exp(tanh(x)))
    case 8: ("cos", cos(x) - x)
    case 9: ("scaled", x * Double(1 + choice(3)))
    case 10: ("maximum", pair(x, y) { maximum($0, $1 + 0.0123) })
    case 11: ("atan2", pair(x, y) { atan2($0, abs($1) + 0.5) })
    case 12: ("select", select(greaterEqual(x, Tensor(0.4, .float64)), softplus(x), sigmoid(x)))
    case 13: ("asinh, erf", asinh(x) + erf(x))
    case 14: ("clamp", clamp(x, -0.5, 0.75))
    case 15: ("pow", pair(x, y) { pow(abs($0) + 0.5, tanh($1)) })
    case 16: ("hypot", pair(x, y) { hypot($0 + 0.1, $1) })
    case 17: ("log1p, expm1", log1p(abs(x)) * expm1(tanh(x)))
    case 18: ("select by both", pair(x, y) { select(less($0, $1 + 0.0321), $0 * 2, $1) })
    case 19: ("power", power(tanh(x), 2 + choice(3)))
    case 20: ("squareRoot", sqrt(abs(x) + 0.3))
    case 21: ("gelu", gelu(x))
    case 22: ("acosh, cbrt", acosh(abs(x) + 1.5) + cbrt(abs(x) + 0.2))
    default: ("lgamma", lgamma(abs(tanh(x)) + 1.5))
    }
  }

  private mutating func reshaped(_ x: Tensor, _ y: Tensor) -> (String, Tensor) {
    guard x.rank > 0 else { return ("unsqueezed", x.unsqueezed(0).broadcast(to: [2])) }
    let axis = choice(x.rank)
    switch choice(15) {
    case 0: return ("transposed", x.rank > 1 ? x.transposed : cos(x))
    case 1: return ("reversed axes", x.transposed((0..<x.rank).reversed()))
    case 2:
      return (
        "slice",
        x.slice(
          axis: axis, start: Tensor(Double(choice(2)), .int64), length: (x.shape[axis] + 1) / 2)
      )
    case 3: return ("strided", strided(x, axis))
    case 4:
      return x.count < 100
        ? ("concatenated", concatenated([x, x * 2], axis: axis)) : ("negate", -x)
    case 5: return ("padded", x.rank == 2 ? x.padded([(choice(2), 1), (1, choice(2))]) : x * 0.9)
    case 6: return ("broadcast", x.count < 60 ? x.unsqueezed(0).broadcast(to: twice(x)) : x.mean())
    case 7: return ("flipped", x.flipped([axis]))
    case 8: return ("rolled", x.rolled(1 + choice(3), axis: axis))
    case 9: return ("flattened", x.flattened())
    case 10: return ("repeated", x.count < 60 ? x.repeated(2, axis: axis) : x * 1.1)
    case 11: return ("triangle", x.rank > 1 ? x.lowerTriangle(offset: choice(3) - 1) : x * 0.8)
    case 12: return ("circular", x.count < 60 ? x.padded(axis: axis, 1, 1, .circular) : x * 1.2)
    case 13:
      return ("placed", x.count < 60 ? x.placed(axis: axis, start: 1, in: x.shape[axis] + 2) : x)
    default: return ("folded", folded(x, y))
    }
  }

  private mutating func combined(_ x: Tensor, _ y: Tensor) -> (String, Tensor) {
    guard x.rank > 0 else { return ("recomputed", recomputed(x) { sin($0) * tanh($0) }) }
    let axis = choice(x.rank)
    let size = x.shape[axis]
    switch choice(14) {
    case 0: return ("sum", x.sum([axis]) * 0.3)
    case 1: return ("mean", x.mean([axis], keepingDimensions: true))
    case 2:
      return ("matmul", x.rank >= 2 ? matmul(x, x, transposingB: true) * 0.2 : dot(x, x) * 0.2)
    case 3: return ("product", (tanh(x) + 1.1).product([axis]) * 0.1)
    case 4: return ("cumulativeSum", x.cumulativeSum(axis, reversed: choice(2) == 0) * 0.3)
    case 5: return ("cumulativeProduct", (tanh(x) * 0.2 + 1).cumulativeProduct(axis))
    case 6: return ("softmax", x.softmax(axis))
    case 7: return ("logSumExp", x.logSumExp([axis]))
    case 8: return ("gather", x.gather(indices(1 + choice(4), size), axis: axis))
    case 9:
      return (
        "scatterAdding",
        x.scatterAdding(indices(3, size), Tensor(0.3, .float64) * (x.mean()), axis: axis)
      )
    case 10: return ("recomputed", recomputed(x) { sin($0) * tanh($0) + $0 })
    case 11: return ("crossEntropy", entropy(x))
    case 12: return ("variance", sqrt(x.variance([axis], keepingDimensions: true) + 0.2))
    default:
      return (
        "withGradient",
        withGradient([x], of: { tanh($0[0]) }) { x, y, upstream in [upstream * (1 - y * y)] }
      )
    }
  }

  /// What depends on the order of elements, over values without rounding; or a new such value.
  private mutating func ordered(_ x: Tensor, _ y: Tensor) -> (String, Tensor) {
    guard x.rank > 0 else { return ("detached", x.detached * y) }
    let axis = choice(x.rank)
    switch choice(10) {
    case 0: return ("max", x.max([axis]))
    case 1: return ("min", x.min([axis], keepingDimensions: true))
    case 2: return ("sorted", x.sorted(axis: axis, descending: choice(2) == 0))
    case 3: return ("argmax", x.argmax(axis).cast(to: .float64) * 0.1)
    case 4: return ("cumulativeMaximum", x.cumulativeMaximum(axis))
    case 5: return ("topK", x.topK((x.shape[axis] + 1) / 2, axis: axis, largest: false).values)
    case 6: return ("taken", x.taken(along: axis, x.argSorted(axis: axis)))
    case 7: return ("greater", select(greater(x, x.flipped([axis])), x, x * 0.5))
    default:
      let view = choice(2) == 0 && x.rank > 1 ? x.transposed : strided(x, axis)
      exact.append(view)
      return ("exact view", view)
    }
  }

  private mutating func indices(_ count: Int, _ size: Int) -> Tensor {
    Tensor((0..<count).map { _ in choice(Swift.max(size, 1)) })
  }

  private mutating func entropy(_ x: Tensor) -> Tensor {
    guard x.rank == 2, x.shape[1] > 0 else { return x.logSoftmax(-1) }
    return softmaxCrossEntropy(x, indices(x.shape[0], x.shape[1]))
  }

  private func twice(_ x: Tensor) -> Shape { Shape([2] + x.shape.dimensions) }

  private func folded(_ x: Tensor, _ y: Tensor) -> Tensor {
    x.rank > 3 ? x.sum([0]) : x.shape[0] % 2 == 0 ? x.reshaped([2, -1]) : x.reshaped([-1, 1])
  }

  /// Every second place, backwards or from the second one.
  private mutating func strided(_ x: Tensor, _ axis: Int) -> Tensor {
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
