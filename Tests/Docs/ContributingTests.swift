import Foundation
import Testing

/// The page on adding an operation shows what is really there.
@Suite struct ContributingTests {
  @Test func oneFileOneLineOneRow() throws {
    let shown = try codeBlocks("CONTRIBUTING.md")
    try #require(shown.count == 3)
    let file = try projectText("Sources/Graph/Operations/Sin.swift")
    #expect(file == shown[0] + "\n", "the file")
    #expect(try projectText("Sources/Graph/Registry.swift").contains(shown[1]), "the line")
    #expect(
      try projectText("Tests/Operations/OperationTable.swift").contains(shown[2]), "the row")
  }
}

/// A file of the project.
func projectText(_ path: String) throws -> String {
  let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  return try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
}

/// The Swift code blocks of a page.
func codeBlocks(_ page: String) throws -> [String] {
  try projectText(page).components(separatedBy: "```swift\n").dropFirst().compactMap {
    $0.components(separatedBy: "\n```").first
  }
}
