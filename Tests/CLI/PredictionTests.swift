import AdjointFormats
import Foundation
import Testing

/// What `predict` and `evaluate` say, and which models they take.
@Suite struct PredictionTests {
  private static func run(_ arguments: String...) throws -> CommandLineTests.Outcome {
    try CommandLineTests.run(arguments)
  }

  /// A table of prices, a model of it in FOLDER/o.
  static func trained(_ folder: String) throws -> String {
    let table = folder + "/prices.csv"
    let rows = (0..<60).map {
      "\($0 % 20),\($0 % 13),\(37_000 + 50 * ($0 % 20) - 20 * ($0 % 13)).5"
    }
    try (["area,age,price"] + rows).joined(separator: "\n")
      .write(toFile: table, atomically: true, encoding: .utf8)
    let run = try Self.run(
      "train", table, "--model", "linear", "--optimizer", "lbfgs", "--out", folder + "/o",
      "--quiet")
    #expect(run.code == 0, "\(run.errors)")
    return table
  }

  @Test func numbersForPeople() {
    for (number, text) in [
      (43_850, "43850"), (37_901.135, "37901.1"), (0.001_25, "0.00125"), (-2.5, "-2.5"), (0, "0"),
      (1e-7, "1e-07"), (2e20, "2e+20"), (12.000_000_4, "12"), (0.999_999_9, "1"), (150, "150"),
    ] { #expect(NumberText.plain(number) == text) }
    #expect(NumberText.plain(43_850, digits: 4) == "43850")
    for (number, text) in [
      (37_901.135, "37901.135"), (43_850, "43850"), (0.1, "0.1"), (-0.0, "0"), (1e20, "1e+20"),
    ] { #expect(NumberText.exact(number) == text) }
  }

  @Test func numbersForProgramsAreExact() throws {
    try withTemporaryFolder { folder in
      let table = try Self.trained(folder)
      let csv = try Self.run("predict", folder + "/o", table, "--format", "csv").output
      let json = try Self.run("predict", folder + "/o", table, "--format", "json").output
      let lines = csv.split(separator: "\n").map { $0.split(separator: ",") }
      #expect(lines.first?.dropFirst() == ["row", "price"])
      // The header is row 1, as in errors.
      #expect(lines[1][1] == "2" && lines.last?[1] == "61")
      for (line, text) in zip(lines.dropFirst(), json.split(separator: "\n")) {
        let number = text.components(separatedBy: "\"price\":").last?.dropLast()
        #expect(number.flatMap { Double($0) } == Double(line[2]), "\(text)")
        #expect(text.contains("\"row\":\(line[1]),"))
      }
      let plain = try Self.run("predict", folder + "/o", table).output
      #expect(plain.contains(" 37") && !plain.contains("e+"), "\(plain.prefix(200))")
    }
  }

  @Test func whatWasLearnedFromIsSaid() throws {
    try withTemporaryFolder { folder in
      let table = try Self.trained(folder)
      let own = try Self.run("evaluate", folder + "/o", table)
      #expect(own.output.contains("43 of these 60 were learned from"), "\(own)")
      let json = try Self.run("evaluate", folder + "/o", table, "--json")
      #expect(json.output.contains("\"learned_from\":43"))
      let other = folder + "/other.csv"
      try FileManager.default.copyItem(atPath: table, toPath: other)
      let fresh = try Self.run("evaluate", folder + "/o", other)
      #expect(fresh.code == 0 && !fresh.output.contains("learned from"), "\(fresh)")
    }
  }

  @Test func whatIsNoModelIsRefused() throws {
    try withTemporaryFolder { folder in
      let table = try Self.trained(folder)
      let swapped = try Self.run("evaluate", table, folder + "/o")
      #expect(swapped.code == 1 && swapped.errors.contains("is not a safetensors file"))
      #expect(swapped.errors.count < 200)
      let model = folder + "/o/model.safetensors"
      #expect(try Self.run("inspect", folder + "/o").output.contains("weight"))
      var bytes = try Data(contentsOf: URL(fileURLWithPath: model))
      bytes[bytes.count - 3] ^= 16
      try bytes.write(to: URL(fileURLWithPath: model))
      let damaged = try Self.run("predict", folder + "/o", table)
      #expect(damaged.code == 1 && damaged.errors.contains("is damaged: its weights"), "\(damaged)")
    }
  }
}
