import Foundation
import Testing

/// Every program in `examples` was built beside these tests, and runs for a few steps.
@Suite struct ExampleTests {
  static let examples: [(name: String, arguments: [String], says: String)] = [
    ("network", ["3"], "validation accuracy"),
    ("own-layer", ["20"], "parameters: first.weight, first.bias, gate.weight"),
    ("gradient", ["10"], "f(-1, 0.5) = 29.0"),
    ("save-and-load", ["200", "FOLDER"], "(0.1, 0.2) is inside"),
    ("autoencoder", ["3"], "from a code of chance"),
    ("segmentation", ["3"], "pixels that are right"),
    ("to-pytorch", ["FOLDER"], "gpt-tied: 28 tensors"),
  ]

  @Test(arguments: examples.map { $0.name }) func itRuns(name: String) throws {
    let example = try #require(Self.examples.first { $0.name == name })
    try withTemporaryFolder { folder in
      let outcome = try CommandLineTests.run(
        example.arguments.map { $0 == "FOLDER" ? folder : $0 }, program: "example-" + name)
      #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(outcome)")
      #expect(outcome.output.contains(example.says), "\(outcome.output)")
    }
  }

  @Test func noneIsForgotten() throws {
    let folders = try FileManager.default.contentsOfDirectory(atPath: projectFile("examples"))
    #expect(Set(folders) == Set(Self.examples.map { $0.name }))
  }
}
