import Foundation
import Testing

/// What files from elsewhere need said at the command line.
@Suite struct TableFileTests {
  private static func write(_ path: String, _ lines: [String]) throws {
    try (lines.joined(separator: "\n") + "\n")
      .write(toFile: path, atomically: true, encoding: .utf8)
  }

  private static func value(_ name: String, _ outcome: CommandLineTests.Outcome) throws -> Double? {
    let last = try #require(outcome.output.split(separator: "\n").last, "\(outcome.errors)")
    let line = try JSONSerialization.jsonObject(with: Data(last.utf8)) as? [String: Any]
    return line?[name] as? Double
  }

  private static func train(_ words: String...) throws -> CommandLineTests.Outcome {
    try CommandLineTests.run(["train"] + words)
  }

  /// Commas between thousands are no fractions, in training and for the model that it leaves.
  @Test func thousandsAreReadAlike() throws {
    try withTemporaryFolder { folder in
      let (table, new) = (folder + "/t.csv", folder + "/new.csv")
      let rows = (0..<90).map { row in
        let sales = 150 + row * 379 % 20_000
        let text =
          sales < 1_000
          ? "\(sales)" : "\"\(sales / 1_000),\(String(sales % 1_000 + 1_000).dropFirst())\""
        return "\(text),\(2 * sales)"
      }
      try Self.write(table, ["sales,y"] + rows)
      let run = try Self.train(
        table, "--target", "y", "--task", "regression", "--model", "linear", "--out", folder + "/o",
        "--json")
      #expect(run.output.contains("column 'sales': commas are thousands"), "\(run)")
      #expect(try Self.value("test_r2", run) ?? 0 > 0.99)
      let model = folder + "/o/model.safetensors"
      try Self.write(new, ["sales,y", "948,1896", "\"5,000\",10000", "\"15,250\",30500"])
      let evaluated = try CommandLineTests.run(["evaluate", model, new, "--json"])
      #expect(try Self.value("r2", evaluated) ?? 0 > 0.99, "\(evaluated)")
    }
  }

  @Test func whatIsUnlikeTrainingIsSaidOnce() throws {
    try withTemporaryFolder { folder in
      let (table, new) = (folder + "/t.csv", folder + "/new.csv")
      let rows = (0..<60).map {
        "\($0 + 1),\(["Rom", "Bonn"][$0 % 2]),\(Double($0 % 9) / 4),\($0 % 11 == 0 ? "" : ["u", "v"][$0 % 2])"
      }
      try Self.write(table, ["id,city,x,y"] + rows)
      let run = try Self.train(table, "--epochs", "3", "--out", folder + "/o")
      #expect(run.code == 0 && run.output.contains("6 rows are left out, for the target 'y'"))
      #expect(run.output.contains("column 'id' is left out: it numbers the rows"))
      #expect(run.output.contains("classes: u, v"))
      try Self.write(new, ["city,x,y", "Paris,1.5,u", "Rom,2.5,u", "Paris,0.5,v", "Rom,1,"])
      let model = folder + "/o/model.safetensors"
      let note = "\(new): column 'city': 'Paris' was not met in training, in 2 rows\n"
      let predicted = try CommandLineTests.run(["predict", model, new, "--format", "csv"])
      #expect(predicted.code == 0 && predicted.errors == note, "\(predicted)")
      #expect(predicted.output.split(separator: "\n").count == 5)
      let evaluated = try CommandLineTests.run(["evaluate", model, new, "--json"])
      #expect(try Self.value("examples", evaluated) == 3 && evaluated.errors.hasSuffix(note))
      #expect(evaluated.errors.contains("1 row is left out, for the target 'y' is missing: row 5"))
    }
  }

  @Test func wholeNumbersAsClassesNameTheOtherTask() throws {
    try withTemporaryFolder { folder in
      let table = folder + "/t.csv"
      try Self.write(table, ["x,y"] + (0..<60).map { "\($0 % 7).5,\($0 % 3)" })
      let run = try Self.train(table, "--epochs", "1", "--out", folder + "/o")
      #expect(run.output.contains("--task regression learns 'y' as a number instead"), "\(run)")
    }
  }
}
