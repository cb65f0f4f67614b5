import Foundation
import Testing

/// How a training begins and ends where something is not as it should be.
@Suite struct RunEndTests {
  private static func run(_ arguments: String...) throws -> CommandLineTests.Outcome {
    try CommandLineTests.run(arguments)
  }

  private static func contents(_ folder: String) throws -> [String: Data] {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
    return try Dictionary(
      uniqueKeysWithValues: names.map {
        ($0, try Data(contentsOf: URL(fileURLWithPath: folder + "/" + $0)))
      })
  }

  /// The line of results; what only the process that trained knows, when it began and each epoch's seconds, left out.
  private static func results(_ run: CommandLineTests.Outcome) throws -> NSDictionary {
    let line = try #require(run.output.split(separator: "\n").last)
    let found = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
    var results = try #require(found)
    results["history"] = nil
    results["began_at"] = nil
    #expect(results["weights_sha256"] is String)
    return results as NSDictionary
  }

  @Test func aFinishedRunStaysAsItIs() throws {
    try withTemporaryFolder { folder in
      let out = folder + "/o"
      let first = try Self.run("train", "circle", "--epochs", "3", "--out", out, "--json")
      #expect(first.code == 0, "\(first.errors)")
      let before = try Self.contents(out)
      let again = try Self.run("train", "--resume", "--out", out, "--json")
      #expect(again.code == 0 && again.output.contains("the run is finished already"), "\(again)")
      #expect(try Self.results(again) == Self.results(first), "\(again)")
      #expect(try Self.contents(out) == before)
      let longer = try Self.run("train", "--resume", "--epochs", "5", "--out", out, "--json")
      #expect(longer.output.contains("\"epochs\":5"), "\(longer)")
      let other = try Self.run(
        "train", "--resume", "--epochs", "9", "--batch", "16", "--out", out)
      #expect(other.code == 1 && other.errors.contains("the batch was 36, now 16"), "\(other)")
    }
  }

  @Test func aDivergenceIsExplainedOnceWithARate() throws {
    try withTemporaryFolder { folder in
      let run = try Self.run(
        "train", "plane", "--model", "mlp", "--optimizer", "sgd", "--learning-rate", "1e9",
        "--out", folder + "/o")
      #expect(run.code == 1 && !run.output.contains("diverges"), "\(run)")
      #expect(run.errors.contains("diverges") && run.errors.contains("sgd takes 0.05"))
      #expect(run.errors.contains("0.1 or less") && !run.errors.contains("clipping"))
    }
  }

  /// What is advised against exploding gradients is an option.
  @Test func gradientsAreClipped() throws {
    try withTemporaryFolder { folder in
      let line = ["train", "circle", "--epochs", "2", "--optimizer", "sgd", "--json", "--quiet"]
      let losses = try ["1e9", "0.001"].map { limit in
        let run = try CommandLineTests.run(
          line + ["--clip", limit, "--out", folder + "/" + limit])
        let json = try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any]
        return try #require(json?["train_loss"] as? Double, "\(run)")
      }
      #expect(losses[0] + 0.01 < losses[1], "\(losses)")
      let refused = try Self.run("train", "circle", "--optimizer", "lbfgs", "--clip", "1")
      #expect(refused.code == 2 && refused.output.isEmpty, "\(refused)")
    }
  }

  @Test func aModelForOtherDataIsNamed() throws {
    try withTemporaryFolder { folder in
      let (table, text) = (folder + "/t.csv", folder + "/t.txt")
      try ("a,y\n" + (0..<30).map { "\($0),\($0 % 2)\n" }.joined())
        .write(toFile: table, atomically: true, encoding: .utf8)
      try "short".write(toFile: text, atomically: true, encoding: .utf8)
      for (data, model, says) in [
        (table, "gpt", "gpt is for texts; "), (table, "lenet", "lenet is for pictures; "),
        (text, "mlp", "is a text; choose gpt or char-lstm"),
        ("circle", "gpt", "circle is made of points"),
      ] {
        let run = try Self.run("train", data, "--model", model, "--out", folder + "/o")
        #expect(run.code == 2 && run.errors.contains(says) && run.output.isEmpty, "\(run)")
      }
    }
  }

  @Test func aClassForEachRowIsNoClass() throws {
    try withTemporaryFolder { folder in
      let table = folder + "/names.csv"
      try ("a,b,y\n" + (0..<40).map { "\($0 * 7 % 11),\($0 * 3 % 5),n\($0)\n" }.joined())
        .write(toFile: table, atomically: true, encoding: .utf8)
      let run = try Self.run("train", table, "--target", "y", "--out", folder + "/o")
      #expect(run.code == 1 && run.errors.contains("too many to be classes"), "\(run)")
    }
  }

  @Test func aSettledSearchForTheLowestPlaceEnds() throws {
    try withTemporaryFolder { folder in
      let table = folder + "/line.csv"
      try
        ("a,b,y\n"
        + (0..<60).map { "\($0 * 7 % 31),\($0 * 3 % 17),\($0 * 7 % 31 + $0 % 3).5\n" }
        .joined()).write(toFile: table, atomically: true, encoding: .utf8)
      let run = try Self.run("train", table, "--target", "y", "--out", folder + "/o")
      #expect(run.code == 0, "\(run)")
      let notes = try #require(run.output.range(of: "'y' "))
      let search = try #require(run.output.range(of: "comparing linear and mlp …"))
      let choice = try #require(run.output.range(of: "chosen by"))
      #expect(notes.lowerBound < search.lowerBound && search.lowerBound < choice.lowerBound)
      #expect(run.output.contains("model: linear") && !run.output.contains("epoch 15"), "\(run)")
      let resumed = try Self.run("train", "--resume", "--out", folder + "/o")
      #expect(resumed.code == 0 && resumed.output.contains("finished already"), "\(resumed)")
    }
  }

  /// Pictures of one colour, red or blue, by a hand of each.
  @Test func fewPicturesGetStepsEnough() throws {
    try withTemporaryFolder { folder in
      let images = folder + "/few-images-idx3-ubyte"
      let size = 12
      var (pixels, labels): ([UInt8], [UInt8]) = (
        [0, 0, 8, 3, 0, 0, 0, 20, 0, 0, 0, UInt8(size), 0, 0, 0, UInt8(size)],
        [0, 0, 8, 1, 0, 0, 0, 20]
      )
      for place in 0..<20 {
        labels.append(UInt8(place % 2))
        pixels += (0..<(size * size)).map { UInt8((place % 2) * 150 + ($0 * 7 + place * 5) % 90) }
      }
      try Data(pixels).write(to: URL(fileURLWithPath: images))
      try Data(labels).write(to: URL(fileURLWithPath: folder + "/few-labels-idx1-ubyte"))
      let run = try Self.run("train", images, "--test", images, "--out", folder + "/o", "--json")
      let last = try #require(run.output.split(separator: "\n").last, "\(run.errors)")
      let line = try JSONSerialization.jsonObject(with: Data(last.utf8)) as? [String: Any]
      #expect(run.output.contains("resnet20") && run.output.contains("in batches of 4"))
      #expect(line?["steps"] as? Int ?? 0 >= 300, "\(run.output)")
      #expect(line?["test_accuracy"] as? Double ?? 0 > 0.9, "\(run.output)")
      let table = try Self.run("train", images, "--test", "x.csv", "--out", folder + "/p")
      #expect(table.code == 2 && table.errors.contains("no IDX file"), "\(table)")
    }
  }
}
