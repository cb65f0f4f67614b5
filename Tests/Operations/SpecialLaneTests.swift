import Adjoint
import AdjointGraph
import AdjointReference
import AdjointRuntime
import Glibc
import Testing

/// What a function along an axis makes of one lane, by definition.
struct LaneFormula: Sendable, CustomTestStringConvertible {
  var testDescription: String { name }
  let name: String
  /// The registered operation that this counts for, if it is one.
  let operation: String?
  let apply: @Sendable (Tensor) -> Tensor
  let formula: @Sendable ([Double]) -> [Double]
  /// Whether a zero's sign is said, and no digits are lost: sums may cancel.
  let saysSigns: Bool

  init(
    _ name: String, of operation: String? = nil, saysSigns: Bool = false,
    _ apply: @escaping @Sendable (Tensor) -> Tensor,
    _ formula: @escaping @Sendable ([Double]) -> [Double]
  ) {
    (self.name, self.operation, self.apply) = (name, operation, apply)
    (self.formula, self.saysSigns) = (formula, saysSigns)
  }
}

private typealias Lane = LaneFormula

let laneFormulas: [LaneFormula] = [
  Lane("sum", of: "sum", { $0.sum([1]) }) { [$0.reduce(0, +)] },
  Lane("mean", { $0.mean([1]) }) { [$0.reduce(0, +) / Double($0.count)] },
  Lane("product", of: "product", saysSigns: true, { $0.product([1]) }) { [$0.reduce(1, *)] },
  Lane("max", of: "maximum", { $0.max([1]) }) { [extreme($0, >)] },
  Lane("min", { $0.min([1]) }) { [extreme($0, <)] },
  Lane("argmax", of: "argMax", { $0.argmax(1) }) { [Double(extremePlace($0, >))] },
  Lane("argmin", { $0.argmin(1) }) { [Double(extremePlace($0, <))] },
  Lane("cumulativeSum", of: "cumulativeSum", { $0.cumulativeSum(1) }) { running($0, +) },
  Lane("cumulativeProduct", of: "cumulativeProduct", saysSigns: true, { $0.cumulativeProduct(1) }) {
    running($0, *)
  },
  Lane("cumulativeMaximum", of: "cumulativeMaximum", { $0.cumulativeMaximum(1) }) { x in
    x.indices.map { extreme(Array(x[...$0]), >) }
  },
  Lane("sorted", of: "argSort", saysSigns: true, { $0.sorted(axis: 1) }) { sorted($0, <) },
  Lane("sorted downwards", of: "argSort", saysSigns: true, { $0.sorted(axis: 1, descending: true) })
  {
    sorted($0, >)
  },
  Lane("softmax", { $0.softmax(1) }) { x in
    let total = x.reduce(0) { $0 + Glibc.exp($1 - shift(x)) }
    return x.map { total == 0 ? 0 : Glibc.exp($0 - shift(x)) / total }
  },
  Lane("logSoftmax", { $0.logSoftmax(1) }) { x in
    let total = x.reduce(0) { $0 + Glibc.exp($1 - shift(x)) }
    return x.map { $0 - shift(x) - (total == 0 ? 0 : Glibc.log(total)) }
  },
  Lane("logSumExp", { $0.logSumExp([1]) }) { x in
    [shift(x) + Glibc.log(x.reduce(0) { $0 + Glibc.exp($1 - shift(x)) })]
  },
  Lane(
    "softmaxCrossEntropy", of: "softmaxCrossEntropy",
    { x in
      stacked(rows(x).map { softmaxCrossEntropy($0, Tensor([0])) })
    }
  ) { x in
    let top = extreme(x, >)
    return [Glibc.log(x.reduce(0) { $0 + Glibc.exp($1 - top) }) - (x[0] - top)]
  },
  Lane(
    "its gradient", of: "softmaxCrossEntropyGradient",
    { x in
      let one = Tensor.literal(1, x.element)
      return concatenated(
        rows(x).map { SoftmaxCrossEntropyGradient.shared.apply($0, Tensor([0]), one) })
    }
  ) { x in
    let top = extreme(x, >)
    let total = x.reduce(0) { $0 + Glibc.exp($1 - top) }
    return x.enumerated().map { Glibc.exp($1 - top) / total - ($0 == 0 ? 1 : 0) }
  },
  Lane("any", { ($0).any([1]) }) { [$0.contains { $0 != 0 } ? 1 : 0] },
  Lane("all", { ($0).all([1]) }) { [$0.contains { $0 == 0 } ? 0 : 1] },
]

/// The rows, each a matrix of its own.
private func rows(_ x: Tensor) -> [Tensor] {
  (0..<x.shape[0]).map { x.slice(start: $0, length: 1) }
}

/// The largest by `isBefore`; NaN if there is one.
private func extreme(_ x: [Double], _ isBefore: (Double, Double) -> Bool) -> Double {
  x.contains { $0.isNaN } ? .nan : x.dropFirst().reduce(x[0]) { isBefore($1, $0) ? $1 : $0 }
}

/// The first place of the largest, or of the first NaN.
private func extremePlace(_ x: [Double], _ isBefore: (Double, Double) -> Bool) -> Int {
  x.firstIndex { $0.isNaN } ?? x.indices.dropFirst().reduce(0) { isBefore(x[$1], x[$0]) ? $1 : $0 }
}

private func running(_ x: [Double], _ f: (Double, Double) -> Double) -> [Double] {
  var result = [x[0]]
  for next in x.dropFirst() { result.append(f(result.last!, next)) }
  return result
}

/// Equal ones keep their order, and NaN comes last.
private func sorted(_ x: [Double], _ isBefore: (Double, Double) -> Bool) -> [Double] {
  let order = x.indices.sorted { a, b in
    if x[a].isNaN || x[b].isNaN { return x[a].isNaN == x[b].isNaN ? a < b : x[b].isNaN }
    return x[a] == x[b] ? a < b : isBefore(x[a], x[b])
  }
  return order.map { x[$0] }
}

/// What exponents are moved by: the largest where it is finite.
private func shift(_ x: [Double]) -> Double {
  let top = extreme(x, >)
  return top.isFinite ? top : 0
}

/// Reductions, running reductions, sorting and the softmax family over lanes of special numbers.
@Suite struct SpecialLaneTests {
  static let numbers: [Double] = [0, -0.0, 1, -2.5, 1e-12, 1e12, .infinity, -.infinity, .nan]

  /// Those of registered operations are checked and counted with them.
  @Test(arguments: laneFormulas.filter { $0.operation == nil })
  func lanesFollowTheFormula(lane: LaneFormula) {
    #expect(checkLane(lane) > 0)
  }
}

/// All triples of special numbers, and the same amid sixteen ones; the number of comparisons.
func checkLane(_ lane: LaneFormula) -> Int {
  var count = 0
  for padding in [0, 16] {
    let lanes = triples(SpecialLaneTests.numbers).map {
      $0 + [Double](repeating: 1, count: padding)
    }
    for (element, tolerance) in [(ElementType.float64, 1e-13), (.float32, 4e-6)] {
      let expected = lanes.map {
        lane.formula($0.map { element == .float32 ? Double(Float($0)) : $0 })
      }
      let width = padding + 3
      let x = Tensor(lanes.flatMap { $0 }, shape: [lanes.count, width], element)
      // The lanes side by side in memory as well, which other kernels run.
      for (layout, input) in [("rows", x), ("columns", copied(x.transposed).transposed)] {
        for (engine, found) in onEveryEngine({ ($0, lane.apply(input).doubles) }) {
          let each = found.count / lanes.count
          for place in found.indices {
            var right = expected[place / each][place % each]
            if element == .float32 { right = Double(Float(right)) }
            var value = found[place]
            if !lane.saysSigns, value == 0, right == 0 { value = right }
            checkSpecial(value, right, tolerance, lane.saysSigns ? 1e-36 : 1) {
              "\(lane.name)(\(lanes[place / each])) [\(place % each)] \(element.name), \(layout), on \(engine)"
            }
            count += 1
          }
        }
      }
    }
  }
  return count
}

private func triples(_ x: [Double]) -> [[Double]] {
  x.flatMap { a in x.flatMap { b in x.map { [a, b, $0] } } }
}
