import Foundation
import Testing

/// A tuning keeps to its data and settings, and says how to train what it found.
@Suite struct TuneTests {
  private static func tune(_ arguments: [String]) throws -> CommandLineTests.Outcome {
    try CommandLineTests.run(["tune"] + arguments)
  }

  /// A table with a target in its middle, and options in a file beside it.
  private static func write(_ folder: String) throws -> (table: String, config: String) {
    let (table, config) = (folder + "/a table.csv", folder + "/c.json")
    let rows = (0..<60).map { "\($0 % 20),\(3 * ($0 % 20) - $0 % 13).5,\($0 % 13)" }
    try (["a,the price,b"] + rows).joined(separator: "\n")
      .write(toFile: table, atomically: true, encoding: .utf8)
    try #"{"target": "the price", "epochs": 3, "batch": 16, "json": true}"#
      .write(toFile: config, atomically: true, encoding: .utf8)
    return (table, config)
  }

  @Test func theLineItRecommendsHasEveryOption() throws {
    try withTemporaryFolder { folder in
      let (table, config) = try Self.write(folder)
      let run = try Self.tune([
        table, "learning-rate=0.001,0.02", "--config", config, "--seed", "4", "--strategy", "grid",
        "--out", folder + "/t",
      ])
      #expect(run.code == 0 && run.output.contains("target 'the price'"), "\(run)")
      let line = try #require(run.output.split(separator: "\n").last)
      #expect(line.hasPrefix("adjoint train '\(table)' "), "\(line)")
      for option in [
        "--epochs 3", "--batch 16", "--seed 4", "--target 'the price'", "--learning-rate 0.0",
      ] {
        #expect(line.contains(option), "\(line)")
      }
      #expect(!line.contains("--threads") && !line.contains("--quiet"))
    }
  }

  @Test func otherTrialsAreNotMixedIn() throws {
    try withTemporaryFolder { folder in
      let (table, config) = try Self.write(folder)
      let first = [table, "learning-rate=0.001,0.02", "--strategy", "grid", "--out", folder + "/t"]
      #expect(try Self.tune(first + ["--config", config]).code == 0)
      #expect(try Self.tune(first + ["--config", config, "--resume"]).code == 0)
      for (line, name) in [
        (first + ["--config", config, "--epochs", "2"], "epochs"), (first, "epochs"),
        (first + ["--config", config, "--seed", "1"], "seed"),
        (["spiral"] + first.dropFirst() + ["--epochs", "3"], "data"),
        (
          [table, "learning-rate=0.001,0.5"] + first.dropFirst(2) + ["--config", config], "settings"
        ),
        (first + ["--epochs", "3"], "options"),
      ] {
        let run = try Self.tune(line + ["--resume"])
        #expect(run.code == 1 && run.errors.contains("had other \(name)"), "\(run)")
        #expect(run.errors.split(separator: "\n").count == 1 && run.output.isEmpty)
      }
    }
  }

  @Test func gridsHaveWholeNumbersOnce() throws {
    try withTemporaryFolder { folder in
      let line = ["circle", "--epochs", "1", "--strategy", "grid", "--out", folder + "/t"]
      let run = try Self.tune(line + ["batch=30..32", "seed=2,2"])
      #expect(run.code == 0 && run.output.contains("\n3 trials by grid"), "\(run)")
      for wrong in ["batch=1.5..3", "epochs=0..3", "batch=8,2.5"] {
        let refused = try Self.tune(["circle", wrong, "--out", folder + "/u"])
        #expect(refused.code == 2 && refused.output.isEmpty, "\(refused)")
      }
    }
  }

  @Test func anInterruptionSaysHowToGoOn() throws {
    try withTemporaryFolder { folder in
      let process = try CommandLineTests.start([
        "tune", "circle", "learning-rate=0.001,0.002", "epochs=1,100000", "--strategy", "grid",
        "--out", folder + "/t",
      ])
      try process.waitForOutput("epochs=1  accuracy")
      Thread.sleep(forTimeInterval: 1)
      process.interrupt()
      let outcome = process.finish()
      #expect(outcome.code == 130, "\(outcome)")
      #expect(outcome.errors.contains("stopped after 1 trial,"), "\(outcome.errors)")
      #expect(
        outcome.errors.contains(
          "adjoint tune circle learning-rate=0.001,0.002 epochs=1,100000 --strategy grid --resume --out"
        ), "\(outcome.errors)")
    }
  }
}
