import Foundation
import Testing

/// The model of a table, where nobody names one; and tables from which nothing can be learned.
@Suite struct TableChoiceTests {
  private typealias Outcome = CommandLineTests.Outcome

  private static func train(_ table: String, _ more: [String]) throws -> Outcome {
    try CommandLineTests.run(["train", table] + more)
  }

  private static func value(_ name: String, _ outcome: Outcome) throws -> Any? {
    let last = try #require(outcome.output.split(separator: "\n").last, "\(outcome.errors)")
    let line = try JSONSerialization.jsonObject(with: Data(last.utf8)) as? [String: Any]
    return line?[name]
  }

  private static func options(_ folder: String) throws -> [String: Any] {
    let data = try Data(contentsOf: URL(fileURLWithPath: folder + "/config.json"))
    return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  /// Rows of two numbers from -1 to 1, their noise, and what a formula makes of them.
  private static func write(
    _ path: String, rows: Int, _ formula: (Double, Double, Double) -> String
  ) throws {
    let lines = (0..<rows).map { row in
      let (a, b) = (Double(row * 37 % 101) / 50 - 1, Double(row * 53 % 97) / 48 - 1)
      return "\(a),\(b),\(formula(a, b, Double(row * 29 % 23) / 11 - 1))"
    }
    try (["a,b,y"] + lines).joined(separator: "\n")
      .write(toFile: path, atomically: true, encoding: .utf8)
  }

  @Test func aLineIsLearnedByALinearModel() throws {
    try withTemporaryFolder { folder in
      let table = folder + "/line.csv"
      try Self.write(table, rows: 200) { "\(3 * $0 - 2 * $1 + 0.5 * $2)" }
      let run = try Self.train(table, ["--target", "y", "--out", folder + "/o", "--json"])
      #expect(run.code == 0 && run.errors.isEmpty, "\(run.errors)")
      #expect(
        run.output.contains("model: linear, chosen by 5-fold cross-validation (R² 0.9"),
        "\(run.output)")
      #expect(try Self.value("test_r2", run) as? Double ?? 0 > 0.95)
      #expect(try Self.options(folder + "/o")["model"] as? String == "linear")
    }
  }

  @Test func aProductOfColumnsIsLearnedByANetwork() throws {
    try withTemporaryFolder { folder in
      let table = folder + "/product.csv"
      try Self.write(table, rows: 300) { a, b, _ in a * b > 0 ? "same" : "other" }
      let line = ["--target", "y", "--json"]
      let run = try Self.train(table, line + ["--out", folder + "/o"])
      #expect(run.output.contains("model: mlp, chosen by 5-fold cross-validation"))
      #expect(try Self.value("test_accuracy", run) as? Double ?? 0 > 0.9)
      // The same with another number of threads: what is chosen does not depend on it.
      let again = try Self.train(table, line + ["--threads", "1", "--out", folder + "/p"])
      let (one, other) = (try Self.options(folder + "/o"), try Self.options(folder + "/p"))
      for name in ["model", "epochs", "batch", "l2"] {
        #expect(one[name] as? String == other[name] as? String)
      }
      // What was chosen are options: given as such they give the same weights.
      let config = folder + "/o/config.json"
      let told = try CommandLineTests.run(
        ["train", "--config", config, "--out", folder + "/q", "--json"])
      #expect(!told.output.contains("cross-validation"))
      let digests = try [run, told].map {
        try Self.value("weights_sha256", $0) as? String
      }
      #expect(digests[0] != nil && Set(digests).count == 1)
    }
  }

  @Test func whoSaysHowIsNotAdvised() throws {
    try withTemporaryFolder { folder in
      let table = folder + "/line.csv"
      try Self.write(table, rows: 60) { a, b, _ in a + b > 0 ? "up" : "down" }
      for (place, words) in [
        ["--model", "linear"], ["--epochs", "3"], ["--optimizer", "sgd"],
        ["--model", "linear", "--optimizer", "lbfgs"],
      ].enumerated() {
        let run = try Self.train(table, words + ["--out", folder + "/o\(place)", "--json"])
        #expect(run.code == 0 && !run.output.contains("cross-validation"), "\(run.errors)")
      }
      try Self.write(table, rows: 9) { a, b, _ in a + b > 0 ? "up" : "down" }
      let few = try Self.train(table, ["--out", folder + "/few"])
      #expect(few.output.contains("too few to compare models by"), "\(few)")
    }
  }

  @Test func aRunThatIsTakenUpDoesNotChooseAnew() throws {
    try withTemporaryFolder { folder in
      let table = folder + "/product.csv"
      try Self.write(table, rows: 4_000) { a, b, c in a * b + 0.3 * c > 0 ? "same" : "other" }
      let process = try CommandLineTests.start(
        ["train", table, "--target", "y", "--json", "--out", folder + "/o"])
      try process.waitForOutput("epoch 2 ")
      process.interrupt()
      let outcome = process.finish()
      #expect(outcome.code == 130, "\(outcome)")
      let resumed = try CommandLineTests.run(
        ["train", "--resume", "--out", folder + "/o", "--json"])
      #expect(resumed.code == 0 && !resumed.output.contains("cross-validation"))
      let whole = try Self.train(table, ["--target", "y", "--out", folder + "/p", "--json"])
      let digest = try Self.value("weights_sha256", whole) as? String
      #expect(digest != nil)
      #expect(try Self.value("weights_sha256", resumed) as? String == digest)
    }
  }

  /// Killed before there was a checkpoint: the run begins anew.
  @Test func aRunWithoutACheckpointBeginsAnew() throws {
    try withTemporaryFolder { folder in
      let table = folder + "/line.csv"
      try Self.write(table, rows: 60) { a, b, _ in a + b > 0 ? "up" : "down" }
      let whole = try Self.train(table, ["--out", folder + "/o", "--json"])
      try FileManager.default.removeItem(atPath: folder + "/o/checkpoint.safetensors")
      try FileManager.default.removeItem(atPath: folder + "/o/model.safetensors")
      let again = try CommandLineTests.run(["train", "--resume", "--out", folder + "/o", "--json"])
      let digests = try [whole, again].map { try Self.value("weights_sha256", $0) as? String }
      #expect(digests[0] != nil && digests[0] == digests[1], "\(again.errors)")
    }
  }

  /// Malformed tables: one line, which names row and column, status 1, and nothing left behind.
  static let malformed: [(name: String, content: [UInt8], says: String)] = [
    ("ragged", text("a,b,y\n1,2,x\n1,2\n"), "row 3 has 2 fields, the header has 3: column 'y'"),
    (
      "too long", text("a,b,y\n1,2,x,4\n"),
      "row 2 has 4 fields, the header has 3: there is no column 4"
    ),
    ("empty", [], "is empty: row 1, column 1 is missing"),
    ("blank", text("\n\n"), "row 1, column 1 is missing"),
    ("header alone", text("a,b,y\n"), "row 2, column 'a' is missing"),
    (
      "binary", text("a,y\n") + [1, 44, 0, 255],
      "row 2, column 2 is not text: byte 6 of the file is 0"
    ),
    ("picture", [0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10], "row 1, column 1 is not text in UTF-8"),
    ("open quote", text("a,y\n1,\"x\n"), "row 2, column 2: the quote"),
    (
      "missing target", text("a,b,y\n1,2,x\n3,4,\n5,6,z\n"),
      "has 2 rows with a target; at least 3 are needed"
    ),
    (
      "no target", text("a,b,z\n1,2,x\n3,4,w\n5,6,x\n7,8,w\n"),
      "row 1, the header, has no column 'y'"
    ),
    ("empty target", text("a,y\n1,\n2,\n3,\n"), "rows 2 to 4, column 'y': the target is missing"),
    ("one class", text("a,y\n1,x\n3,x\n5,x\n"), "rows 2 to 4, column 'y': the target is 'x'"),
    (
      "one number", text("a,y\n1,2.5\n3,2.5\n5,2.5\n"),
      "rows 2 to 4, column 'y': the target is '2.5'"
    ),
  ]

  private static func text(_ text: String) -> [UInt8] { Array(text.utf8) }

  @Test(arguments: malformed.map { $0.name }) func aMalformedTableIsOneLine(name: String) throws {
    let table = try #require(Self.malformed.first { $0.name == name })
    try withTemporaryFolder { folder in
      let path = folder + "/t.csv"
      try Data(table.content).write(to: URL(fileURLWithPath: path))
      let run = try Self.train(path, ["--target", "y", "--out", folder + "/o"])
      #expect(run.code == 1 && run.output.isEmpty)
      #expect(
        run.errors.split(separator: "\n").count == 1 && run.errors.contains(table.says), "\(run)")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["t.csv"])
    }
  }

  /// The test is scored at the end, but read before anything is learned.
  @Test func aMalformedTestIsFoundFirst() throws {
    try withTemporaryFolder { folder in
      let (table, test) = (folder + "/line.csv", folder + "/test.csv")
      try Self.write(table, rows: 60) { a, b, _ in a + b > 0 ? "up" : "down" }
      try "a,b,y\n1,2\n".write(toFile: test, atomically: true, encoding: .utf8)
      let run = try Self.train(table, ["--test", test, "--out", folder + "/o"])
      #expect(run.code == 1 && run.errors.contains("test.csv: row 2 has 2 fields"))
      #expect(run.output.isEmpty && !FileManager.default.fileExists(atPath: folder + "/o"))
      let none = try Self.train(table, ["--test", folder + "/none", "--out", folder + "/p"])
      #expect(none.code == 1 && !FileManager.default.fileExists(atPath: folder + "/p"))
    }
  }
}
