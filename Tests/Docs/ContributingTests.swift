import Foundation
import Testing

/// The page on adding an operation shows what is really there.
@Suite struct ContributingTests {
  private func text(_ path: String) throws -> String {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    return try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
  }

  /// The code blocks of a page.
  private func blocks(_ page: String) -> [String] {
    page.components(separatedBy: "```swift\n").dropFirst().compactMap {
      $0.components(separatedBy: "\n```").first
    }
  }

  @Test func oneFileOneLineOneRow() throws {
    let shown = blocks(try text("CONTRIBUTING.md"))
    try #require(shown.count == 3)
    let file = try text("Sources/Graph/Operations/Sin.swift")
    #expect(file == shown[0] + "\n", "the file")
    #expect(try text("Sources/Graph/Registry.swift").contains(shown[1]), "the line")
    #expect(
      try text("Tests/Operations/OperationTable.swift").contains(shown[2]), "the row")
  }
}
