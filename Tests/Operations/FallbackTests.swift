import Adjoint
import AdjointCPU
import AdjointGraph
import AdjointRuntime
import Testing

/// What the CPU engine leaves to the plain kernels.
@Suite struct FallbackTests {
  /// Operations that may: they do nothing heavy.
  private static let allowed: [String: String] = [
    "iota": "writes numbers that nothing is computed from",
    "scan": "runs its body as a plan of this engine, once a step",
  ]

  @Test func nothingHeavyRunsOnPlainKernels() throws {
    var found: [String: Set<String>] = [:]
    for row in operationTable {
      for element in [ElementType.float32, .float64] {
        // Inputs of rows on integers and booleans are the same for every element type.
        let result = row.apply(row.makeInputs(element))
        for name in try CPUDevice.shared.fallbacks([result]) {
          found[name, default: []].insert(element.name)
        }
      }
    }
    let list = found.map { "\($0.key) (\($0.value.sorted().joined(separator: ", ")))" }.sorted()
    print("operations on plain kernels: " + (list.isEmpty ? "none" : list.joined(separator: ", ")))
    let pointwise = Set(Registry.operations.filter { $0.asPointwise != nil }.map { $0.name })
    let wrong = found.keys.filter { Self.allowed[$0] == nil && !pointwise.contains($0) }
    #expect(wrong.isEmpty, "\(wrong.sorted()) run on plain kernels")
  }
}
