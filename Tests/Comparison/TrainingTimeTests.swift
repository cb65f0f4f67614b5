import AdjointComparison
import Testing

/// When trainings reached an accuracy, and who was first.
@Suite struct TrainingTimeTests {
  private func time(_ name: String, _ threads: Int, _ epochs: [(Double, Double)]) throws
    -> TrainingTime
  {
    let history = epochs.map { #"{"seconds": \#($0), "validation_accuracy": \#($1)}"# }
      .joined(separator: ", ")
    return try #require(
      TrainingTime(
        line: #"{"began_at": 12.5, "history": [\#(history)]}"#, name: name, threads: threads,
        started: 10))
  }

  @Test func theFirstEpochThatReachesItCounts() throws {
    let time = try time("adjoint", 2, [(1, 0.85), (2, 0.9), (3, 0.89), (5, 0.92)])
    #expect(time.reaching(0.9)?.epoch == 2 && time.reaching(0.9)?.seconds == 2)
    #expect(time.reaching(0.92)?.seconds == 5)
    #expect(time.reaching(0.93) == nil)
    #expect(time.startSeconds == 2.5 && time.secondsAnEpoch == 1.25)
  }

  @Test func whatIsNoTrainingIsNone() {
    for line in [
      "", "{}", #"{"began_at": 1, "history": []}"#, #"{"history": [{"seconds": 1}]}"#,
      #"{"began_at": 1, "history": [{"seconds": 1}]}"#,
    ] {
      #expect(TrainingTime(line: line, name: "a", threads: 1, started: 0) == nil)
    }
  }

  @Test func mediansAreComparedAndMissesAreInfinite() throws {
    let comparison = TrainingComparison(
      [
        try time("adjoint", 2, [(1, 0.91)]), try time("adjoint", 2, [(1, 0.8), (3, 0.9)]),
        try time("adjoint", 2, [(1, 0.8), (2, 0.9)]), try time("adjoint", 1, [(1.5, 0.8)]),
        try time("torch", 2, [(4, 0.8), (8, 0.95)]), try time("torch-cl", 1, [(5, 0.91)]),
      ], accuracy: 0.9)
    #expect(comparison.ratio == 2.5)
    #expect(comparison.epochRatio == 4)
    let rows = comparison.table.map { $0.split(separator: " ").map { String($0) } }
    #expect(rows[1] == ["adjoint", "2", "2.00", "2", "1.00", "2.50", "3"])
    #expect(rows[4].prefix(2) == ["adjoint", "1"] && rows[4][2] == "inf")
    #expect(TrainingComparison([], accuracy: 0.9).ratio == nil)
  }
}
