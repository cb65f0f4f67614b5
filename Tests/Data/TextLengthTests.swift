import AdjointData
import Testing

/// How long texts must be.
@Suite struct TextLengthTests {
  @Test func howLongATextMustBe() throws {
    for (length, share) in [(128, 0.1), (128, 0.0), (5, 0.3), (1, 0.9), (16, 0.01)] {
      let fewest = TextData.fewestCharacters(length: length, validation: share)
      let enough = try TextData(
        String(repeating: "a", count: fewest), length: length, validation: share)
      #expect(enough.training.count > 0)
      let problem = #expect(throws: DataError.self) {
        try TextData(String(repeating: "a", count: fewest - 1), length: length, validation: share)
      }?.problem
      #expect(problem?.contains("has \(fewest - 1) characters; at least \(fewest) are") == true)
    }
  }
}
