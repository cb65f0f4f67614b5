import Adjoint
import AdjointGraph
import AdjointRuntime
import Glibc
import Synchronization

/// What is to be shown of an operation.
enum ProofKind: String, CaseIterable, Sendable {
  /// Every engine gives what the reference gives in float64.
  case value
  case derivative
  case secondOrder = "second"
  /// The forward rule against the reverse rule.
  case forward
  /// A batch against a loop.
  case batch
  /// What kernels write fits the inferred type, and the type an independent rule.
  case type
  /// Inputs of different shapes, and inputs that are one value many times.
  case broadcast
  case empty
  case scalar
  /// Inputs that are pieces of larger tensors.
  case strided
  /// Inputs whose axes lie in memory in another order.
  case permuted
  /// Zeros of both signs, infinities, NaN, the least and the greatest numbers.
  case special
  /// A wrong call and its text.
  case error
}

/// What the rows of an operation tell of it: which kinds of proof apply.
struct OperationFacts {
  let operation: any Operation
  private(set) var takesNumbersWithFractions = false
  private(set) var inputCount = 0
  /// The most axes that an input of a row has.
  private(set) var rank = 0

  init(_ operation: any Operation, _ rows: [OperationRow]) {
    self.operation = operation
    for row in rows {
      for (shape, _) in row.inputs { rank = max(rank, shape.rank) }
      for node in row.nodes(row.makeInputs(.float64)) {
        inputCount = max(inputCount, node.inputCount)
        for place in 0..<node.inputCount where node.input(place).element.isFloating {
          takesNumbersWithFractions = true
        }
      }
    }
  }

  private var isPointwise: Bool { operation.asPointwise != nil }

  func applies(_ kind: ProofKind) -> Bool {
    if ProofKind.exceptions[operation.name]?[kind] != nil { return false }
    switch kind {
    case .value, .type, .error: return true
    case .derivative, .secondOrder, .forward: return takesNumbersWithFractions
    case .batch, .empty: return inputCount > 0
    case .broadcast, .strided: return inputCount > 0 && rank > 0
    case .permuted: return inputCount > 0 && rank > 1
    case .scalar: return isPointwise || operation.kind == .reduction
    case .special: return isPointwise || operation.kind == .reduction
    }
  }
}

extension ProofKind {
  /// What to do where a kind is missing.
  var advice: String {
    let row = "Add a row to a table in Tests/Operations"
    switch self {
    case .value, .type, .batch, .empty, .strided: return row + "."
    case .derivative, .secondOrder, .forward:
      return row + " with inputs of type `.normal` and no `withoutDerivative`."
    case .broadcast: return row + " with an axis longer than 1 and `repeats` true."
    case .permuted: return row + " with an input of two axes."
    case .scalar: return row + " with an input of shape []."
    case .special: return "Add its formula to `specialFormulas`."
    case .error: return "Add a wrong call and its text to `wrongCalls`."
    }
  }

  /// Where a kind does not apply although the rule above says so, with the reason.
  static let exceptions: [String: [ProofKind: String]] = [
    "stopGradient": [
      .derivative: "cut on purpose", .secondOrder: "cut on purpose", .forward: "cut on purpose",
      .error: "takes every type and shape",
    ],
    "cast": [.error: "takes every type and shape"],
    "isNaN": [.error: "takes every type and shape"],
    "isFinite": [.error: "takes every type and shape"],
    "barrier": [.error: "is put in by recomputation alone"],
    "argMax": [.scalar: "goes along one axis, and a scalar has none"],
    "polygamma": [.special: "PairTests holds it against known values: the C library has none"],
    "splitKey": [.special: "RandomOperandTests holds it against RandomKey, for all bits"],
    "scan": [.error: "is made by the function scan alone, whose wrong calls ScanTests holds"],
    "erfinv": [.special: "PairTests inverts erf: the C library has none"],
  ]
}

extension OperationRow {
  /// The nodes of this row's operation in the graph that it builds.
  func nodes(_ inputs: [Tensor]) -> [Node] {
    graphNodes(behind: [apply(inputs)]).filter { $0.operation.name == operation }
  }
}

extension OperationRow {
  /// A cast to the type that is there already is none: either type will do.
  var usesItsOperation: Bool {
    [ElementType.float32, .float64].contains { !nodes(makeInputs($0)).isEmpty }
  }
}

/// All nodes behind some results, inputs first.
func graphNodes(behind results: [Tensor]) -> [Node] {
  var seen: Set<ObjectIdentifier> = []
  var order: [Node] = []
  func visit(_ node: Node) {
    guard seen.insert(ObjectIdentifier(node)).inserted else { return }
    for place in 0..<node.inputCount { visit(node.input(place)) }
    order.append(node)
  }
  for result in results { visit(result.node) }
  return order
}

/// The checks that really ran, by operation and kind; printed when the process ends.
enum ProofTable {
  private static let counts = Mutex<[String: [ProofKind: Int]]>([:])

  static func note(_ operation: String, _ found: [ProofKind: Int]) {
    let isFirst = counts.withLock { counts in
      counts[operation] = found
      return counts.count == 1
    }
    // At the very end, so that it is not lost between the lines of other tests.
    if isFirst { atexit { ProofTable.show() } }
  }

  private static func show() {
    let counts = counts.withLock { $0 }
    let kinds = ProofKind.allCases
    var lines = ["", "checks that ran, by operation and kind:"]
    lines.append(line("", kinds.map { $0.rawValue }))
    for name in counts.keys.sorted() {
      lines.append(line(name, kinds.map { String(counts[name]![$0] ?? 0) }))
    }
    let cases = counts.values.reduce(0) { $0 + $1.values.reduce(0, +) }
    let all = Registry.operations.count
    let part = counts.count < all ? " (of \(all))" : ""
    lines.append("operations: \(counts.count)\(part), cases: \(cases)")
    print(lines.joined(separator: "\n"))
  }

  private static func line(_ name: String, _ cells: [String]) -> String {
    func padded(_ text: String, _ width: Int) -> String {
      String(repeating: " ", count: max(0, width - text.count)) + text
    }
    return name + padded("", 28 - name.count) + cells.map { padded($0, 11) }.joined()
  }
}
