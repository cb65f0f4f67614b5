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
    let wrong = found.keys.filter { Self.allowed[$0] == nil }
    #expect(wrong.isEmpty, "\(wrong.sorted()) run on plain kernels")
  }

  /// In whatever types they compute.
  @Test func nothingPointwiseRunsOnPlainKernels() throws {
    for element in ElementType.allCases {
      let (x, y) = (Tensor.ones([3, 5], element), Tensor.ones([5], element))
      for other in ElementType.allCases {
        #expect(try CPUDevice.shared.fallbacks([x.cast(to: other)]) == [], "\(element) \(other)")
      }
      for (name, operation) in element == .bool ? [] : ElementTypeTests.pairs {
        guard element.isInteger || !["and", "or", "xor", "shiftLeft", "shiftRight"].contains(name)
        else { continue }
        #expect(try CPUDevice.shared.fallbacks([operation(x, y)]) == [], "\(name) \(element)")
      }
      #expect(try CPUDevice.shared.fallbacks([select(equal(x, y), x, y)]) == [], "\(element)")
    }
    let truth = Tensor([true, false])
    #expect(try CPUDevice.shared.fallbacks([logicalAnd(truth, logicalNot(truth))]) == [])
  }
}
