import Adjoint
import AdjointGraph
import AdjointReference
import AdjointRuntime
import Foundation
import Testing

/// The whole table × devices: every operation, shown by all the kinds of checks that apply to it.
@Suite struct OperationTests {
  static let rows = operationTable
  static let rowsByName = Dictionary(grouping: rows) { $0.operation }
  /// ADJOINT_OPERATION=sin,cos looks at these alone.
  static let names: [String] = {
    let all = Registry.operations.map { $0.name }
    guard let wanted = ProcessInfo.processInfo.environment["ADJOINT_OPERATION"] else { return all }
    return all.filter { wanted.split(separator: ",").contains(Substring($0)) }
  }()

  @Test func rowsAreOfRegisteredOperations() {
    let known = Set(Registry.operations.map { $0.name })
    #expect(known.count == Registry.operations.count, "two operations of one name")
    let unknown = Set(Self.rows.map { $0.operation }).subtracting(known)
    #expect(unknown.isEmpty, "rows of operations that are not registered: \(unknown)")
  }

  /// Counts the comparisons that ran. None where a kind applies is a failure.
  @Test(arguments: names) func isProven(name: String) {
    let rows = Self.rowsByName[name] ?? []
    guard !rows.isEmpty, let operation = Registry.operations.first(where: { $0.name == name })
    else {
      Issue.record(
        "\(name): an operation without a test row; add one to a table in Tests/Operations")
      return
    }
    for row in rows where !row.usesItsOperation {
      Issue.record("\(row): the row does not use the operation that it is of")
    }
    let counts = Proof(operation, rows).run()
    ProofTable.note(name, counts)
    let facts = OperationFacts(operation, rows)
    for kind in ProofKind.allCases where counts[kind, default: 0] == 0 && facts.applies(kind) {
      Issue.record("\(name): no check of kind '\(kind.rawValue)' ran. \(kind.advice)")
    }
  }

  /// Proves the table itself: a reverse rule that is off by a thousandth turns its rows red.
  @Test(arguments: names) func aWrongRuleIsNoticed(name: String) {
    let rows = Self.rowsByName[name, default: []].filter { $0.withoutDerivative == nil }
    guard Self.hiddenRules[name] == nil, rows.contains(where: { !$0.isFlat }) else { return }
    let worst = GraphLock.withLock {
      ReverseWalk.fault = (name, 1.001)
      defer { ReverseWalk.fault = nil }
      return rows.flatMap { row in
        let inputs = row.makeInputs(.float64)
        return row.floatingInputs(inputs).map { place in
          let (exact, difference) = slopes(inputs, place, row.apply)
          return abs(exact - difference) / max(1, abs(difference))
        }
      }.max()
    }
    #expect((worst ?? 0) > 10 * slopeTolerance, "\(name): a wrong rule passes")
  }

  /// Rules that finite differences cannot see, with the reason.
  private static let hiddenRules = [
    "cast": "rounding to float32 hides it; aGradientPassesThroughCasts looks at it",
    "stopGradient": "it is cut on purpose",
  ]

  @Test func aGradientPassesThroughCasts() {
    let x = Tensor([0.5, -2, 3], .float64)
    let w = Tensor([3.0, 4, -5], .float64)
    let loss = (x.cast(to: .float32).cast(to: .float64) * w).sum()
    #expect(gradient(of: loss, withRespectTo: x).doubles == [3, 4, -5])
    #expect(gradient(of: loss, withRespectTo: x).element == .float64)
  }
}
