import Adjoint
import Foundation
import Testing

/// The README's network compiles as it stands there, and trains.
@Suite struct ReadmeTests {
  @Test func theExampleIsTheOneThatIsTested() throws {
    let shown = try codeBlocks("README.md").first { $0.contains("struct Net") }
    let lines = try #require(shown).split(separator: "\n").map { trimmed($0) }
    let tested = try projectText("Tests/Docs/ReadmeExample.swift")
      .split(separator: "\n").map { trimmed($0) }
    var rest = tested[...]
    for line in lines {
      let place = rest.firstIndex(of: line)
      #expect(place != nil, "not in the tested example: \(line)")
      rest = rest[((place ?? rest.startIndex - 1) + 1)...]
    }
  }

  /// The network of the lectures, its data and its loop, on a page's corner.
  @Test func theExampleIsShort() throws {
    let shown = try #require(codeBlocks("README.md").first { $0.contains("struct Net") })
    let lines = shown.split(separator: "\n", omittingEmptySubsequences: false).drop { $0.isEmpty }
    #expect(lines.count <= 22 && lines.allSatisfy { $0.count <= 100 })
  }

  @Test func theExampleTrains() {
    alone {
      var losses: [Double] = []
      readmeExample { losses.append($0) }
      #expect(losses.count == 100)
      #expect(losses.suffix(10).reduce(0, +) < losses.prefix(10).reduce(0, +))
    }
  }

  private func trimmed(_ line: Substring) -> String {
    line.trimmingCharacters(in: .whitespaces)
  }
}
