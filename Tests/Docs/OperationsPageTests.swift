import AdjointGraph
import Testing

/// The page of operations names each of them once, and nothing else.
@Suite struct OperationsPageTests {
  @Test func everyOperationHasItsReason() throws {
    let rows = try projectText("docs/operations.md").split(separator: "\n")
      .filter { $0.hasPrefix("| `") }
    let named = rows.flatMap { row in
      row.split(separator: "|")[0].split(separator: "`").enumerated()
        .filter { $0.offset % 2 == 1 }.map { String($0.element) }
    }
    #expect(rows.allSatisfy { $0.split(separator: "|").count == 2 }, "a row without a reason")
    #expect(Set(named).count == named.count, "an operation is named twice")
    let missing = Set(Registry.operations.map { $0.name }).subtracting(named)
    #expect(missing.isEmpty, "operations that the page does not explain: \(missing)")
    let unknown = Set(named).subtracting(Registry.operations.map { $0.name })
    #expect(unknown.isEmpty, "the page explains what is not there: \(unknown)")
  }
}
