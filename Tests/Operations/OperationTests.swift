import Adjoint
import AdjointGraph
import AdjointReference
import AdjointRuntime
import Testing

/// The whole table × devices: values, derivatives of first and second order, forward against reverse,
/// batches against loops.
@Suite struct OperationTests {
  static let rows = operationTable

  @Test func everyOperationHasARow() {
    let covered = Set(Self.rows.map { $0.operation })
    let missing = Registry.operations.map { $0.name }.filter { !covered.contains($0) }
    #expect(missing.isEmpty, "operations without a test row: \(missing)")
    let known = Set(Registry.operations.map { $0.name })
    #expect(covered.subtracting(known).isEmpty, "rows of operations that are not registered")
    print(
      "operations: \(Registry.operations.count), table rows: \(Self.rows.count), checks a row: 5")
  }

  @Test(arguments: rows) func enginesAgree(row: OperationRow) {
    let oracle = Devices.with(ReferenceDevice.shared) {
      row.apply(row.makeInputs(.float64)).doubles
    }
    for (element, tolerance) in [(ElementType.float64, 1e-12), (.float32, 2e-5)] {
      for device in testDevices {
        let value = Devices.with(device) {
          // Two roots with one reader each: what is fused must still be what was asked for.
          row.apply(row.makeInputs(element)).doubles
        }
        expectClose(value, oracle, tolerance, "\(row) \(element.name) on \(device.name)")
      }
    }
  }

  @Test(arguments: rows) func reverseMatchesFiniteDifferences(row: OperationRow) {
    guard row.withoutDerivative == nil else { return }
    for device in testDevices {
      Devices.with(device) {
        let inputs = row.makeInputs(.float64)
        for place in row.floatingInputs(inputs) {
          checkGradient(inputs, place, "\(row) input \(place) on \(device.name)", row.apply)
        }
      }
    }
  }

  @Test(arguments: rows) func secondOrderMatchesFiniteDifferences(row: OperationRow) {
    guard row.withoutDerivative == nil else { return }
    let inputs = row.makeInputs(.float64)
    for place in row.floatingInputs(inputs) {
      // The gradient of a weighted result, squared so that linear operations have a second order too.
      let first: ([Tensor]) -> Tensor = { x in
        let y = row.apply(x)
        return gradients(of: (y * y * weights(y)).sum(), withRespectTo: [x[place]])[0]
          ?? Tensor.zeros(x[place].shape, .float64)
      }
      checkGradient(inputs, place, "second order of \(row) input \(place)", first)
    }
  }

  @Test(arguments: rows) func forwardMatchesReverse(row: OperationRow) {
    guard row.withoutDerivative == nil else { return }
    let inputs = row.makeInputs(.float64)
    for place in row.floatingInputs(inputs) {
      let x = inputs[place]
      let direction = Tensor.normal(x.shape, key: RandomKey(7), .float64)
      let (y, moved) = valueAndDerivative(
        { row.apply(inputs.replacing(place, $0)) }, at: x, along: direction)
      let w = weights(y)
      let forward = (moved * w).sum().item
      let adjoint = gradients(of: (y * w).sum(), withRespectTo: [x])[0]
      let reverse = adjoint.map { ($0 * direction).sum().item } ?? 0
      expectClose([forward], [reverse], 1e-11, "\(row) input \(place)")
    }
  }

  @Test(arguments: rows) func batchMatchesLoop(row: OperationRow) {
    let examples = (0..<3).map { row.makeInputs(.float64, seed: $0) }
    for batchedInputs in subsets(examples[0].count) {
      let inputs = examples[0].indices.map { place in
        batchedInputs.contains(place) ? stacked(examples.map { $0[place] }) : examples[0][place]
      }
      let batched = vmap(
        { given in
          row.apply(
            inputs.indices.map { place in
              batchedInputs.firstIndex(of: place).map { given[$0] } ?? inputs[place]
            }
          ).asList
        }, batchedInputs.map { inputs[$0] })[0]
      let loop = examples.flatMap { example in
        row.apply(
          inputs.indices.map { batchedInputs.contains($0) ? example[$0] : inputs[$0] }
        ).doubles
      }
      expectClose(batched.doubles, loop, 1e-12, "\(row) batching inputs \(batchedInputs)")
    }
  }

  /// Proves the table itself: a reverse rule that is off by a thousandth turns its rows red.
  @Test(arguments: differentiable) func aWrongRuleIsNoticed(operation: String) {
    let rows = Self.rows.filter { $0.operation == operation && $0.withoutDerivative == nil }
    let worst = GraphLock.withLock {
      ReverseWalk.fault = (operation, 1.001)
      defer { ReverseWalk.fault = nil }
      return rows.flatMap { row in
        let inputs = row.makeInputs(.float64)
        return row.floatingInputs(inputs).map { place in
          let (exact, difference) = slopes(inputs, place, row.apply)
          return abs(exact - difference) / max(1, abs(difference))
        }
      }.max()
    }
    #expect((worst ?? 0) > 10 * slopeTolerance, "\(operation): a wrong rule passes")
  }

  /// Operations through which no gradient flows, or only zeros.
  private static let flat: Set = [
    "greater", "equal", "iota", "stopGradient", "cast", "checkedIndices", "sign", "floor", "ceil",
    "round", "truncate", "floorDivide", "greaterEqual", "notEqual", "isNaN", "isFinite",
    "logicalNot", "logicalAnd", "logicalOr", "logicalXor", "bitwiseAnd", "bitwiseOr",
    "bitwiseXor", "shiftLeft", "shiftRight", "argMax", "argSort", "searchSorted", "lastWriter",
    "randomUniform", "splitKey",
  ]

  /// Operations through which a gradient flows. Rounding to float32 hides a cast from finite differences;
  /// it has a test of its own.
  static let differentiable = Registry.operations.map { $0.name }.filter { !flat.contains($0) }

  @Test func aGradientPassesThroughCasts() {
    let x = Tensor([0.5, -2, 3], .float64)
    let w = Tensor([3.0, 4, -5], .float64)
    let loss = (x.cast(to: .float32).cast(to: .float64) * w).sum()
    #expect(gradient(of: loss, withRespectTo: x).doubles == [3, 4, -5])
    #expect(gradient(of: loss, withRespectTo: x).element == .float64)
  }
}

/// The engines under test: plain, with and without the library, with one thread and two.
let testDevices: [any Device] = [
  ReferenceDevice.shared, CPUDevice.shared, CPUDevice(threads: 1),
  CPUDevice(threads: 2, usesLibrary: false),
]

extension Tensor {
  fileprivate var asList: [Tensor] { [self] }
}

extension [Tensor] {
  fileprivate func replacing(_ place: Int, _ tensor: Tensor) -> [Tensor] {
    var copy = self
    copy[place] = tensor
    return copy
  }
}

/// All non-empty subsets of the first `count` numbers.
private func subsets(_ count: Int) -> [[Int]] {
  (1..<(1 << count)).map { mask in (0..<count).filter { mask & (1 << $0) != 0 } }
}

/// Tensors of one type along a new axis 0.
private func stacked(_ tensors: [Tensor]) -> Tensor {
  var shape = tensors[0].shape
  shape.insert(tensors.count, at: 0)
  switch tensors[0].element {
  case .bool: return Tensor(tensors.flatMap { $0.booleans }, shape: shape)
  case .int64: return Tensor(tensors.flatMap { $0.integers }, shape: shape)
  default: return Tensor(tensors.flatMap { $0.doubles }, shape: shape, tensors[0].element)
  }
}

/// Fixed weights that tell one element from another.
func weights(_ y: Tensor) -> Tensor { .normal(y.shape, key: RandomKey(99), .float64) }

/// The gradient of a weighted sum of `f`, against a central difference.
func checkGradient(
  _ inputs: [Tensor], _ place: Int, _ name: String, _ f: ([Tensor]) -> Tensor
) {
  let (exact, difference) = slopes(inputs, place, f)
  expectClose([exact], [difference], slopeTolerance, name)
}

private let slopeTolerance = 2e-7

/// The slope of a weighted sum of `f` along a random direction: by the gradient, and by differences.
private func slopes(
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
