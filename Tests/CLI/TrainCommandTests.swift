import Adjoint
import Foundation
import Testing

/// `adjoint train` and what uses its models, as a user starts them, on small pictures of two kinds.
@Suite struct TrainCommandTests {
  private typealias Outcome = CommandLineTests.Outcome

  /// Writes 28×28 pictures, bright in the upper or in the lower half, and their classes, as IDX.
  private static func writePictures(_ folder: String, count: Int = 120) throws {
    func header(_ sizes: [Int]) -> [UInt8] {
      [0, 0, 8, UInt8(sizes.count)] + sizes.flatMap { [0, 0, UInt8($0 >> 8), UInt8($0 & 255)] }
    }
    var (images, labels) = (header([count, 28, 28]), header([count]))
    for place in 0..<count {
      let label = place % 2
      labels.append(UInt8(label))
      images += (0..<784).map { pixel in
        let bright = (pixel / 28 < 14) == (label == 0)
        return UInt8((bright ? 180 : 20) + (pixel * 31 + place * 17) % 60)
      }
    }
    try Data(images).write(to: URL(fileURLWithPath: folder + "/two-images-idx3-ubyte"))
    try Data(labels).write(to: URL(fileURLWithPath: folder + "/two-labels-idx1-ubyte"))
  }

  private static func run(_ arguments: String...) throws -> Outcome {
    try CommandLineTests.run(arguments)
  }

  @Test func aRunLeavesAModelAndAReport() throws {
    try withTemporaryFolder { folder in
      try Self.writePictures(folder)
      let (images, out) = (folder + "/two-images-idx3-ubyte", folder + "/out")
      let run = try Self.run(
        "train", images, "--test", images, "--model", "mlp", "--epochs", "3", "--out", out, "--json"
      )
      #expect(run.code == 0 && run.errors.isEmpty, "\(run.errors)")
      let last = try #require(run.output.split(separator: "\n").last)
      let line = try #require(
        try JSONSerialization.jsonObject(with: Data(last.utf8)) as? [String: Any])
      #expect(
        Set(line.keys) == [
          "epochs", "steps", "train_loss", "test_loss", "test_accuracy", "train_seconds",
          "weights_sha256", "model", "began_at", "history",
        ])
      let history = try #require(line["history"] as? [[String: Any]])
      let seconds = history.compactMap { $0["seconds"] as? Double }
      #expect(history.map { $0["epoch"] as? Int } == [1, 2, 3])
      #expect(seconds.count == 3 && seconds[0] > 0 && seconds == seconds.sorted())
      #expect(history.last?["validation_accuracy"] as? Double == 1)
      #expect(line["test_accuracy"] as? Double == 1)
      #expect((line["weights_sha256"] as? String)?.count == 64)
      #expect(run.output.contains("seed 0"))

      let model = try #require(line["model"] as? String)
      let page = try String(contentsOfFile: out + "/report.html", encoding: .utf8)
      #expect(page.contains("<svg") && page.contains("Confusion matrix"))
      #expect(!page.contains("src=\"http") && !page.contains("<script"))

      let again = try Self.run("train", images, "--out", out)
      #expect(again.code == 1 && again.errors.contains("holds a run already"))
      let same = try Self.run(
        "train", images, "--test", images, "--model", "mlp", "--epochs", "3", "--out",
        folder + "/two", "--json", "--quiet")
      let digest = try #require(line["weights_sha256"] as? String)
      #expect(same.output.contains(digest))
      #expect(same.output.split(separator: "\n").count == 1)

      try checkUses(of: model, images)
    }
  }

  private func checkUses(of model: String, _ images: String) throws {
    let evaluated = try Self.run("evaluate", model, images, "--json")
    #expect(evaluated.output.contains("\"accuracy\":1.0"), "\(evaluated)")
    let predicted = try Self.run("predict", model, images, "--format", "csv", "--probabilities")
    let lines = predicted.output.split(separator: "\n")
    #expect(lines.count == 121 && lines[0] == "file,example,class,probability,0,1")
    #expect(lines[1].contains(",0,0,") && lines[2].contains(",1,1,"))
    let json = try Self.run("predict", model, images, "--format", "json")
    #expect(json.output.split(separator: "\n").count == 120)
    let inspected = try Self.run("inspect", model)
    #expect(inspected.output.contains("layers.0.weight") && inspected.output.contains("mlp"))
  }

  @Test func anAutoencoderGivesPicturesBack() throws {
    try withTemporaryFolder { folder in
      try Self.writePictures(folder)
      let (images, out) = (folder + "/two-images-idx3-ubyte", folder + "/out")
      let run = try Self.run(
        "train", images, "--test", images, "--model", "autoencoder", "--epochs", "20", "--out", out,
        "--json")
      #expect(run.code == 0 && run.errors.isEmpty, "\(run.errors)")
      #expect(run.output.contains("reconstruction: an autoencoder is to give back the 784 numbers"))
      #expect(!run.output.contains("classification"))
      let last = try #require(run.output.split(separator: "\n").last)
      let line = try JSONSerialization.jsonObject(with: Data(last.utf8)) as? [String: Any]
      let r2 = try #require(line?["test_r2"] as? Double)
      #expect(r2 > 0.8, "\(r2)")
      let page = try String(contentsOfFile: out + "/report.html", encoding: .utf8)
      #expect(page.contains("What comes back") && page.contains("data:image/png"))
      let evaluated = try Self.run("evaluate", out + "/model.safetensors", images, "--json")
      #expect(evaluated.output.contains("\"r2\":"), "\(evaluated)")
      let text = try Self.run("train", "README.md", "--model", "autoencoder", "--out", out + "2")
      #expect(text.code != 0 && text.errors.split(separator: "\n").count == 1)
    }
  }

  @Test func aVisionTransformerLearnsPictures() throws {
    try withTemporaryFolder { folder in
      try Self.writePictures(folder)
      let images = folder + "/two-images-idx3-ubyte"
      let run = try Self.run(
        "train", images, "--test", images, "--model", "vit", "--epochs", "14",
        "--learning-rate", "0.0005", "--out", folder + "/out", "--json")
      #expect(run.output.contains("\"test_accuracy\":1.0"), "\(run)")
    }
  }

  @Test func theReportOfANumberAndOfAPlane() throws {
    try withTemporaryFolder { folder in
      for (data, part) in [
        ("plane", "Prediction by truth"), ("circle", "Which class it sees where"),
      ] {
        let out = folder + "/" + data
        let run = try Self.run("train", data, "--epochs", "3", "--out", out)
        #expect(run.code == 0 && run.errors.isEmpty, "\(run)")
        let page = try String(contentsOfFile: out + "/report.html", encoding: .utf8)
        #expect(page.contains(part), "\(data)")
        #expect(
          !page.contains("http://")
            || page.components(separatedBy: "http://").dropFirst()
              .allSatisfy { $0.hasPrefix("www.w3.org/2000/svg") }
        )
        #expect(!page.contains("NaN") && !page.contains("https://"))
      }
    }
  }

  @Test(arguments: ["random", "grid", "halving"]) func aTuningRanksAndGoesOn(
    strategy: String
  ) throws {
    try withTemporaryFolder { folder in
      try Self.writePictures(folder)
      let line = [
        "tune", folder + "/two-images-idx3-ubyte", "learning-rate=0.00001..0.01",
        "model=mlp,linear",
        "--strategy", strategy, "--trials", "4", "--epochs", "2", "--out", folder + "/t", "--json",
      ]
      let first = try CommandLineTests.run(line)
      #expect(first.code == 0 && first.errors.isEmpty, "\(first)")
      let trials = { try String(contentsOfFile: folder + "/t/trials.jsonl", encoding: .utf8) }
      let before = try trials()
      #expect(
        before.split(separator: "\n").count
          == (strategy == "grid" ? 10 : strategy == "halving" ? 6 : 4))
      #expect(first.output.contains("adjoint train "))
      let last = try #require(first.output.split(separator: "\n").last)
      let best = try JSONSerialization.jsonObject(with: Data(last.utf8)) as? [String: Any]
      #expect(best?["metric"] as? String == "accuracy")
      // All trials are known: nothing is trained, the ranking is the same.
      let again = try CommandLineTests.run(line + ["--resume"])
      #expect(again.output.hasSuffix(last + "\n"))
      let after = try trials()
      #expect(before == after)
      let refused = try CommandLineTests.run(line)
      #expect(refused.code == 1 && refused.errors.contains("--resume"))
    }
  }

  /// What is wrong with a line or a file, and which exit status says so.
  static let wrong: [[String]] = [
    ["train"], ["train", "fashion-mnits"], ["train", "fashion-mnist", "--model", "lenot"],
    ["train", "fashion-mnist", "--epochs", "0"], ["train", "fashion-mnist", "--batch", "x"],
    ["train", "fashion-mnist", "--learning-rate", "-1"],
    ["train", "fashion-mnist", "--learning-rate", "nan"],
    ["train", "fashion-mnist", "--optimizer", "adm"],
    ["train", "fashion-mnist", "--schedule", "cosin"], ["train", "fashion-mnist", "--loss", "l3"],
    ["train", "fashion-mnist", "--activation", "rel"], ["train", "fashion-mnist", "--l1", "-2"],
    ["train", "fashion-mnist", "--task", "guess"], ["train", "fashion-mnist", "--resume"],
    ["train", "fashion-mnist", "--validation", "1"], ["train", "fashion-mnist", "--seed", "-1"],
    ["train", "fashion-mnist", "--threads", "0"], ["train", "fashion-mnist", "--device", "gpu"],
    ["train", "fashion-mnist", "--precision", "float8"], ["train", "fashion-mnist", "--json=1"],
    ["evaluate"], ["evaluate", "x"], ["predict"], ["predict", "x"], ["inspect"],
    ["tune"], ["tune", "fashion-mnist"], ["tune", "fashion-mnist", "learning-rate"],
    ["tune", "fashion-mnist", "learning-rat=1,2"], ["tune", "fashion-mnist", "batch=64..32"],
    ["tune", "fashion-mnist", "optimizer=adam,"], ["tune", "fashion-mnist", "batch=a,b"],
    ["tune", "fashion-mnist", "batch=1,2", "batch=3"], ["tune", "fashion-mnist", "out=a,b"],
    ["tune", "fashion-mnist", "batch=1,2", "--strategy", "best"],
    ["tune", "fashion-mnist", "batch=1,2", "--resume"],
    ["tune", "fashion-mnits", "batch=1,2"],
    ["generate"], ["generate", "a", "b"], ["generate", "a", "--temperature", "hot"],
    ["train", "spiral", "--target", "y"], ["train", "spiral", "--features", "x9"],
    ["train", "spiral", "--task", "regression"], ["train", "spiral", "--loss", "squared"],
    ["inspect", "a", "b"], ["predict", "a", "b", "--format", "xml"],
  ]

  @Test(arguments: wrong) func oneClearLineAndTwo(arguments: [String]) throws {
    let outcome = try CommandLineTests.run(arguments)
    #expect(outcome.code == 2)
    #expect(outcome.output.isEmpty)
    let lines = outcome.errors.split(separator: "\n")
    #expect(lines.count == 1 && (lines.first?.count ?? 0) > 15, "\(outcome.errors.prefix(300))")
  }

  static let wrongFiles: [[String]] = [
    ["inspect", "/nowhere"], ["inspect", "/"], ["inspect", "FOLDER/two-labels-idx1-ubyte"],
    ["evaluate", "/nowhere", "fashion-mnist"], ["predict", "/nowhere", "x"],
    ["train", "FOLDER/none-images-idx3-ubyte", "--out", "FOLDER/new"],
    ["train", "FOLDER/two-labels-idx1-ubyte", "--out", "FOLDER/new"],
    ["train", "FOLDER/two-images-idx3-ubyte", "--config", "FOLDER/no.json", "--out", "FOLDER/new"],
    [
      "train", "FOLDER/two-images-idx3-ubyte", "--resume", "--out", "FOLDER/new",
    ],
    [
      "train", "FOLDER/two-images-idx3-ubyte", "--out",
      "FOLDER/two-labels-idx1-ubyte/new",
    ],
  ]

  @Test(arguments: wrongFiles) func aWrongFileIsOneLineAndLeavesNothing(
    arguments: [String]
  ) throws {
    try withTemporaryFolder { folder in
      try Self.writePictures(folder, count: 20)
      let before = try FileManager.default.contentsOfDirectory(atPath: folder)
      let outcome = try CommandLineTests.run(
        arguments.map { $0.replacingOccurrences(of: "FOLDER", with: folder) })
      #expect(outcome.code == 1, "\(outcome)")
      #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
      let after = try FileManager.default.contentsOfDirectory(atPath: folder)
      #expect(before.sorted() == after.sorted())
    }
  }

  @Test func aConfigurationFillsWhatTheLineLeavesOpen() throws {
    try withTemporaryFolder { folder in
      try Self.writePictures(folder, count: 40)
      let images = folder + "/two-images-idx3-ubyte"
      let config = folder + "/config.json"
      try #"{"epochs": 1, "model": "mlp", "optimizer": "sgd", "learning-rate": 0.01}"#
        .write(toFile: config, atomically: true, encoding: .utf8)
      let run = try Self.run(
        "train", images, "--config", config, "--optimizer", "adam", "--out", folder + "/o")
      #expect(run.code == 0)
      #expect(run.output.contains("mlp learns by adam, rate 0.01"), "\(run.output)")
      try #"{"epoch": 1}"#.write(toFile: config, atomically: true, encoding: .utf8)
      let wrong = try Self.run("train", images, "--config", config, "--out", folder + "/p")
      #expect(wrong.code == 1 && wrong.errors.contains("did you mean \"epochs\""))
    }
  }

  @Test func anInterruptedRunGoesOnToTheSameWeights() throws {
    try withTemporaryFolder { folder in
      try Self.writePictures(folder)
      let line = [
        "train", folder + "/two-images-idx3-ubyte", "--epochs", "2000", "--model", "mlp", "--json",
      ]
      let process = try CommandLineTests.start(line + ["--out", folder + "/o"])
      try process.waitForOutput("epoch 3 ")
      process.interrupt()
      let outcome = process.finish()
      #expect(outcome.code == 130)
      #expect(outcome.errors.split(separator: "\n").count == 1)
      #expect(outcome.errors.contains("adjoint train --resume --out"), "\(outcome.errors)")
      #expect(FileManager.default.fileExists(atPath: folder + "/o/model.safetensors"))
      let resumed = try Self.run("train", "--resume", "--out", folder + "/o", "--json")
      let whole = try CommandLineTests.run(line + ["--out", folder + "/p"])
      func digest(_ outcome: Outcome) throws -> String? {
        let last = try #require(outcome.output.split(separator: "\n").last, "\(outcome.errors)")
        let line = try JSONSerialization.jsonObject(with: Data(last.utf8)) as? [String: Any]
        return line?["weights_sha256"] as? String
      }
      let (one, other) = (try digest(resumed), try digest(whole))
      #expect(one != nil && one == other)
    }
  }
}
