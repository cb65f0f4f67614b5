import Adjoint
import AdjointGraph
import AdjointRuntime
import Testing

/// The engines under test: plain, with and without the library, with one thread and two.
let testDevices: [any Device] = [
  ReferenceDevice.shared, CPUDevice.shared, CPUDevice(threads: 1),
  CPUDevice(threads: 2, usesLibrary: false),
]

/// Fixed weights that tell one element from another.
func weights(_ y: Tensor) -> Tensor { .normal(y.shape, key: RandomKey(99), .float64) }

/// The gradient of a weighted sum of `f`, against a central difference.
func checkGradient(
  _ inputs: [Tensor], _ place: Int, _ name: String, _ f: ([Tensor]) -> Tensor
) {
  let (exact, difference) = slopes(inputs, place, f)
  expectClose([exact], [difference], slopeTolerance, name)
}

let slopeTolerance = 2e-7

/// The slope of a weighted sum of `f` along a random direction: by the gradient, and by differences.
func slopes(
  _ inputs: [Tensor], _ place: Int, _ f: ([Tensor]) -> Tensor
) -> (exact: Double, difference: Double) {
  let x = inputs[place]
  let direction = Tensor.normal(x.shape, key: RandomKey(5), .float64)
  func value(_ step: Double) -> Double {
    let y = f(inputs.replacing(place, (x + direction * step).evaluated()))
    return (y * weights(y)).sum().item
  }
  let y = f(inputs)
  let adjoint = gradients(of: (y * weights(y)).sum(), withRespectTo: [x])[0]
  let exact = adjoint.map { ($0 * direction).sum().item } ?? 0
  let h = 1e-5
  // Fourth order: the error of the difference itself is far below the tolerance.
  let difference =
    (8 * (value(h) - value(-h)) - (value(2 * h) - value(-2 * h))) / (12 * h)
  return (exact, difference)
}

/// Every element within a tolerance, relative to the larger of 1 and the expected size.
func expectClose(
  _ found: [Double], _ expected: [Double], _ tolerance: Double, _ name: String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(found.count == expected.count, "\(name): counts differ", sourceLocation: sourceLocation)
  for (index, (a, b)) in zip(found, expected).enumerated() {
    let error = abs(a - b) / max(1, abs(b))
    guard error <= tolerance || (a.isNaN && b.isNaN) || a == b else {
      Issue.record(
        "\(name): element \(index) is \(a), not \(b) (off by \(error))",
        sourceLocation: sourceLocation)
      return
    }
  }
}

extension [Tensor] {
  func replacing(_ place: Int, _ tensor: Tensor) -> [Tensor] {
    var copy = self
    copy[place] = tensor
    return copy
  }
}

/// All non-empty subsets of the first `count` numbers.
func subsets(_ count: Int) -> [[Int]] {
  (1..<(1 << count)).map { mask in (0..<count).filter { mask & (1 << $0) != 0 } }
}

/// The same elements in memory of their own, without a graph behind them.
func copied(_ x: Tensor, shape: Shape? = nil) -> Tensor {
  let shape = shape ?? x.shape
  switch x.element {
  case .bool: return Tensor(x.booleans, shape: shape)
  case .int64: return Tensor(x.integers, shape: shape)
  default: return Tensor(x.doubles, shape: shape, x.element)
  }
}
