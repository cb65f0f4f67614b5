import Foundation
import Testing

/// What `adjoint train` makes of each kind of data.
@Suite struct TrainDataTests {
  private static func run(_ arguments: String...) throws -> CommandLineTests.Outcome {
    try CommandLineTests.run(arguments)
  }

  private static func json(_ text: String) throws -> [String: Any] {
    let last = try #require(text.split(separator: "\n").last)
    return try #require(
      try JSONSerialization.jsonObject(with: Data(last.utf8)) as? [String: Any])
  }

  /// Rows of flowers: two numbers and a colour with some missing, from which the kind follows.
  private static func writeTable(_ path: String) throws {
    var text = "size,weight,colour,kind\n"
    for row in 0..<150 {
      let kind = row % 3
      let size = row % 17 == 0 ? "" : "\(Double(kind) * 2 + Double(row % 7) * 0.1)"
      text +=
        "\(size),\(10 - kind + row % 2),\(["red", "blue", "red"][kind]),\(["a", "b", "c"][kind])\n"
    }
    try text.write(toFile: path, atomically: true, encoding: .utf8)
  }

  @Test func aTableWithCategoriesAndMissingValues() throws {
    try withTemporaryFolder { folder in
      let table = folder + "/flowers.csv"
      try Self.writeTable(table)
      let run = try Self.run(
        "train", table, "--target", "kind", "--out", folder + "/o", "--json")
      #expect(run.code == 0 && run.errors.isEmpty, "\(run.errors)")
      #expect(run.output.contains("holds text, so its 3 values are classes"))
      let result = try Self.json(run.output)
      #expect(result["test_accuracy"] as? Double ?? 0 > 0.95)
      let model = try #require(result["model"] as? String)
      let evaluated = try Self.json(try Self.run("evaluate", model, table, "--json").output)
      #expect(evaluated["accuracy"] as? Double ?? 0 > 0.95)
      let predicted = try Self.run("predict", model, table, "--format", "csv")
      #expect(predicted.output.split(separator: "\n").count == 151, "\(predicted)")
    }
  }

  @Test func aNumberIsForetoldInItsOwnUnits() throws {
    try withTemporaryFolder { folder in
      let table = folder + "/prices.csv"
      let rows = (0..<200).map {
        "\($0 % 20),\($0 % 13),\(1000 + 50 * ($0 % 20) - 20 * ($0 % 13)).5"
      }
      try (["area,age,price"] + rows).joined(separator: "\n")
        .write(toFile: table, atomically: true, encoding: .utf8)
      let run = try Self.run("train", table, "--out", folder + "/o", "--json")
      let result = try Self.json(run.output)
      #expect(result["test_r2"] as? Double ?? 0 > 0.99)
      let model = try #require(result["model"] as? String)
      let predicted = try Self.run("predict", model, table, "--format", "json")
      let first = try #require(predicted.output.split(separator: "\n").first)
      let price = try Self.json(String(first))["price"] as? Double
      #expect(abs((price ?? 0) - 1000.5) < 60, "\(first)")
    }
  }

  @Test func madePoints() throws {
    try withTemporaryFolder { folder in
      let run = try Self.run(
        "train", "circle", "--features", "x1^2,x2^2", "--epochs", "20", "--noise", "0.1", "--out",
        folder + "/o", "--json")
      #expect(run.code == 0, "\(run.errors)")
      #expect(try Self.json(run.output)["test_accuracy"] as? Double ?? 0 > 0.9)
    }
  }

  @Test func aTextIsLearnedAndContinued() throws {
    try withTemporaryFolder { folder in
      let text = folder + "/abc.txt"
      try String(repeating: "abcdefgh\n", count: 400)
        .write(toFile: text, atomically: true, encoding: .utf8)
      let run = try Self.run(
        "train", text, "--epochs", "6", "--batch", "8", "--out", folder + "/o", "--quiet")
      #expect(run.code == 0, "\(run.errors)")
      let line = [
        "generate", folder + "/o/model.safetensors", "--prompt", "abc", "--length", "20",
        "--temperature", "0",
      ]
      let generated = try CommandLineTests.run(line)
      #expect(generated.output.hasPrefix("abcdefgh\nabcdefgh\n"), "\(generated)")
      let unknown = try Self.run("generate", folder + "/o/model.safetensors", "--prompt", "Z")
      #expect(unknown.code == 1 && unknown.errors.split(separator: "\n").count == 1)
    }
  }

  /// Malformed tables: one line, which names row and column where there are some, and nothing left behind.
  static let tables: [(name: String, content: String, says: String)] = [
    ("ragged", "a,b,y\n1,2,x\n1,2\n", "row 3"), ("empty", "", "is empty"),
    ("binary", "a,b\n\u{0}\u{1}", "is not a text file"),
    ("missing target", "a,b,y\n1,2,x\n3,4,\n5,6,z\n1,2,x\n", "target"),
    ("one class", "a,b,y\n1,2,x\n3,4,x\n5,6,x\n1,2,x\n", "column 'y'"),
  ]

  @Test(arguments: tables.map { $0.name }) func aMalformedTableIsOneLine(name: String) throws {
    let table = try #require(Self.tables.first { $0.name == name })
    try withTemporaryFolder { folder in
      try table.content.write(toFile: folder + "/t.csv", atomically: true, encoding: .utf8)
      let run = try Self.run(
        "train", folder + "/t.csv", "--target", name == "ragged" || name == "binary" ? "b" : "y",
        "--out", folder + "/o")
      #expect(run.code == 1 && run.output.isEmpty)
      #expect(
        run.errors.split(separator: "\n").count == 1 && run.errors.contains(table.says), "\(run)")
      #expect(!FileManager.default.fileExists(atPath: folder + "/o"))
    }
  }
}
