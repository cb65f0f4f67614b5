import Adjoint
import Testing

/// Every block of Swift in the reference pages compiles as it stands there, and runs.
@Suite struct ReferencePagesTests {
  @Test(arguments: ["Adjoint", "Tensors", "Differentiation", "Training"])
  func everyBlockIsTested(page: String) throws {
    let tested = try projectText("Tests/Docs/ReferenceExamples.swift")
    let blocks = try codeBlocks("docs/Adjoint.docc/\(page).md")
    #expect(!blocks.isEmpty)
    for block in blocks {
      let indented = block.split(separator: "\n", omittingEmptySubsequences: false)
        .map { $0.isEmpty ? "" : "    " + $0 }.joined(separator: "\n")
      #expect(tested.contains(indented), "not compiled: \(block)")
    }
  }

  @Test func theyRun() throws {
    try alone {
      overviewExample()
      tensorExamples()
      try differentiationExamples()
      trainingExamples()
    }
  }
}
