import Adjoint
import AdjointGraph
import AdjointReference
import AdjointRuntime
import Testing

/// The numbers where functions go wrong.
enum Specials {
  static func numbers(_ element: ElementType) -> [Double] {
    let positive: [Double] =
      element == .float32
      ? [
        0, 0x1p-149, 0x1.8p-130, 0x1p-126, 1e-30, 1e-8, 0.5, 1, 1.5, 2, 2.5, 3, 7.25, 100, 1e5,
        16_777_217, 1e20, 1e38, Double(Float.greatestFiniteMagnitude), .infinity,
      ]
      : [
        0, 0x1p-1074, 1e-310, 0x1p-1022, 1e-300, 1e-160, 1e-17, 0.5, 1, 1.5, 2, 2.5, 3, 7.25, 100,
        1e5, 9_007_199_254_740_993, 1e20, 1e160, 1e300, .greatestFiniteMagnitude, .infinity,
      ]
    return positive + positive.map { -$0 } + [.nan]
  }

  static let integers = [
    0, 1, -1, 2, -2, 3, -3, 7, 63, 64, -64, 65, 1 << 31, 1 << 53, .max, .max - 1, .min, .min + 1,
  ]

  /// All ways to choose `arity` of some values, as one column an operand.
  static func combinations<Value>(_ values: [Value], _ arity: Int) -> [[Value]] {
    switch arity {
    case 1: [values]
    case 2: [values.flatMap { a in values.map { _ in a } }, values.flatMap { _ in values }]
    default: []
    }
  }
}

/// The engines and, for the CPU's own kernels, the sets of instructions.
func onEveryEngine<Result>(_ body: (String) -> Result) -> [Result] {
  let plain = CPUDevice(threads: 2, usesLibrary: false)
  return [Devices.with(ReferenceDevice.shared) { body("reference") }]
    + CPUDevice.Kernels.allCases.map { kernels in
      plain.with(kernels) { body("cpu, \(kernels)") }
    } + [Devices.with(CPUDevice.shared) { body("cpu with its library") }]
}

extension Proof {
  /// All special numbers, alone and in pairs, against the definition.
  mutating func specialNumbersFollowTheFormula() {
    guard let row = rows.first(where: { $0.usesItsOperation }),
      let node = [ElementType.float64, .float32].flatMap({ row.nodes(row.makeInputs($0)) }).first
    else { return }
    let types = (0..<node.inputCount).map { node.input($0).element }
    if let formula = specialFormulas[operation.name] {
      for element in [ElementType.float64, .float32] { compare(formula, types, element) }
    }
    if let formula = integerFormulas[operation.name] { compareIntegers(formula, types) }
    for lane in laneFormulas where lane.operation == operation.name {
      counts[.special, default: 0] += checkLane(lane)
    }
  }

  private mutating func compare(
    _ formula: ([Double]) -> Double, _ types: [ElementType], _ element: ElementType
  ) {
    guard !types.contains(.int64) else { return }
    let columns = operands(types, Specials.numbers(element)) { $0 ? 1 : 0 }
    let inputs = zip(columns, types).map { column, type in
      type == .bool ? Tensor(column.map { $0 != 0 }) : Tensor(column, element)
    }
    let tolerance = element == .float64 ? 2e-13 : 4e-6
    let least = element == .float64 ? 0x1p-1022 : 0x1p-126
    let found = onEveryEngine { engine in (engine, operation.apply(inputs).doubles) }
    for place in columns[0].indices {
      let x = columns.map { $0[place] }
      let rounded = element == .float32 ? x.map { Double(Float($0)) } : x
      let exact = formula(rounded)
      let expected = element == .float32 ? Double(Float(exact)) : exact
      if specialDeviations.contains(where: {
        $0.operation == operation.name && $0.concerns(x, element)
      }) {
        continue
      }
      for (engine, values) in found {
        checkSpecial(values[place], expected, tolerance, least) {
          "\(operation.name)(\(x)) \(element.name) on \(engine)"
        }
        note(.special)
      }
    }
  }

  private mutating func compareIntegers(_ formula: ([Int]) -> Int, _ types: [ElementType]) {
    let columns = operands(types, Specials.integers) { $0 ? 1 : 0 }
    let inputs = zip(columns, types).map { column, type in
      type == .bool ? Tensor(column.map { $0 != 0 }) : Tensor(column)
    }
    guard (try? checked { operation.apply(inputs) }) != nil else { return }
    for (engine, values) in onEveryEngine({ ($0, operation.apply(inputs).integers) }) {
      for place in columns[0].indices {
        let x = columns.map { $0[place] }
        #expect(values[place] == formula(x), "\(operation.name)(\(x)) int64 on \(engine)")
        note(.special)
      }
    }
  }

  /// One column an operand; truth values take their turn with all pairs of the others.
  private func operands<Value>(
    _ types: [ElementType], _ values: [Value], _ truth: (Bool) -> Value
  ) -> [[Value]] {
    let truths = types.filter { $0 == .bool }.count
    var columns = Specials.combinations(values, Swift.max(1, types.count - truths))
    let count = columns[0].count
    if truths == types.count { columns = [] }
    var result: [[Value]] = []
    for (place, type) in types.enumerated() {
      if type == .bool {
        // Truth values change fastest for the last operand.
        result.append(
          (0..<(count << truths)).map { truth($0 >> Swift.min(place, truths - 1) & 1 == 1) })
      } else {
        let column = columns.removeFirst()
        result.append((0..<(count << truths)).map { column[$0 >> truths] })
      }
    }
    return result
  }
}

/// NaN like NaN, infinities and zeros of the same sign, others nearly equal.
func isSpecialMatch(
  _ found: Double, _ expected: Double, _ tolerance: Double, _ least: Double
) -> Bool {
  if found.isNaN || expected.isNaN { return found.isNaN && expected.isNaN }
  if found == expected { return found != 0 || found.sign == expected.sign }
  let error = (found - expected).magnitude / Swift.max(expected.magnitude, least)
  return expected.isFinite && error <= tolerance
}

func checkSpecial(
  _ found: Double, _ expected: Double, _ tolerance: Double, _ least: Double, _ name: () -> String
) {
  guard !isSpecialMatch(found, expected, tolerance, least) else { return }
  Issue.record("\(name()) is \(found), not \(expected)")
}

/// What is left out of the comparison, with the reason.
let specialDeviations: [SpecialDeviation] = []

/// A difference that is meant, with the reason.
struct SpecialDeviation: Sendable {
  let operation: String
  let reason: String
  /// Whether it is about these operands.
  let concerns: @Sendable (_ x: [Double], _ element: ElementType) -> Bool
}
