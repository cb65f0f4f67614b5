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
      // Errors are in the units of the table too.
      let evaluated = try Self.json(try Self.run("evaluate", model, table, "--json").output)
      #expect(evaluated["r2"] as? Double ?? 0 > 0.99)
      let rmse = evaluated["rmse"] as? Double ?? 0
      #expect(rmse > (evaluated["loss"] as? Double ?? 1).squareRoot() * 100 && rmse < 30)
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

  /// The file keeps what the points became, and the loss: evaluation and prediction need nothing else.
  @Test func aModelOfPointsKeepsItsFeaturesAndItsLoss() throws {
    try withTemporaryFolder { folder in
      let run = try Self.run(
        "train", "circle", "--features", "x1^2,x2^2", "--epochs", "20", "--loss", "smoothed",
        "--out", folder + "/o", "--json", "--quiet")
      let trained = try Self.json(run.output)
      let model = try #require(trained["model"] as? String)
      let evaluated = try Self.json(try Self.run("evaluate", model, "circle", "--json").output)
      #expect(evaluated["accuracy"] as? Double ?? 0 > 0.9)
      // Smoothed by a tenth, the loss of two classes is 0.1985 at least.
      let (loss, test) = (evaluated["loss"] as? Double ?? 0, trained["test_loss"] as? Double ?? 0)
      #expect(loss > 0.19 && abs(loss - test) < 0.1, "\(loss) \(test)")
      let points = folder + "/points.csv"
      try "0.1,0.2\n-4,3.5\n".write(toFile: points, atomically: true, encoding: .utf8)
      let predicted = try Self.run("predict", model, points, "--format", "csv")
      #expect(
        predicted.output.contains(",1,1,") && predicted.output.contains(",2,0,"), "\(predicted)")
      let other = try Self.run("evaluate", model, "spiral")
      #expect(other.code == 2 && other.errors.split(separator: "\n").count == 1)
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
}
