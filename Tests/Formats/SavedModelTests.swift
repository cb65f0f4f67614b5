import Adjoint
import AdjointFormats
import Foundation
import Testing

/// A model file: two lines load it, and it says what it said before it was saved.
@Suite struct SavedModelTests {
  static func lenet() throws -> SavedModel {
    Initialization.seed(4)
    let settings: ModelSettings = ["input": [1, 28, 28], "outputs": 10]
    return SavedModel(
      try ModelCatalogue.make("lenet", settings),
      ModelDescription(
        model: "lenet", settings: settings, task: .classification,
        labels: FashionMNIST.classNames,
        preprocessing: Preprocessing(shape: [1, 28, 28], mean: [0.25], deviation: [0.5])))
  }

  @Test func twoLinesLoadAndPredict() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/model.safetensors"
      let saved = try Self.lenet()
      try saved.write(to: path)
      let images = Tensor.uniform([6, 1, 28, 28], key: RandomKey(1))

      let model = try SavedModel(path)
      let prediction = try model.predict(images)

      #expect(model.description == saved.description)
      #expect(prediction.rows == (try saved.predict(images)).rows)
      let byHand = saved.network((images - 0.25) / 0.5).softmax(1).doubles
      for (said, expected) in zip(prediction.rows.joined(), byHand) {
        #expect(abs(said - expected) < 1e-6)
      }
      #expect(prediction.labels.allSatisfy { FashionMNIST.classNames.contains($0) })
    }
  }

  /// The digest of a description is that of the weights, also where they have changed since.
  @Test func theDigestGoesWithTheWeights() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/model.safetensors"
      var saved = try Self.lenet()
      var description = saved.description
      description.training = ["weights_sha256": "of before", "epochs": 3]
      saved = SavedModel(saved.network, description)
      try saved.write(to: path)
      let training = try SavedModel(path).description.training
      #expect(training["weights_sha256"]?.string == (try saved.network.weightsDigest()))
      #expect(training["epochs"]?.integer == 3)
      var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
      bytes[bytes.count - 2] ^= 1
      try bytes.write(to: URL(fileURLWithPath: path))
      let error = #expect(throws: FormatError.self) { try SavedModel(path) }
      #expect(error?.description.contains("is damaged: its weights") == true)
    }
  }

  @Test func greyValuesOfBytesAreScaled() throws {
    let model = try Self.lenet()
    let bytes = Tensor((0..<(2 * 28 * 28)).map { UInt8($0 % 256) }).reshaped([2, 28, 28])
    let said = try model.predict(bytes).rows
    let expected = try model.predict(bytes.cast(to: .float32).unsqueezed(1) / 255).rows
    #expect(said == expected)
  }

  @Test func eightTasksPredictAtOnce() async throws {
    let model = try Self.lenet()
    let inputs = (0..<8).map { Tensor.uniform([3, 1, 28, 28], key: RandomKey($0)).evaluated() }
    let alone = try inputs.map { try model.predict($0).rows }
    try await withThrowingTaskGroup(of: (Int, [[Double]]).self) { group in
      for task in 0..<8 {
        group.addTask {
          var rows: [[Double]] = []
          for _ in 0..<20 { rows = try model.predict(inputs[task]).rows }
          return (task, rows)
        }
      }
      for try await (task, rows) in group { #expect(rows == alone[task]) }
    }
  }

  @Test func numbersComeInTheDatasUnits() throws {
    let settings: ModelSettings = ["input": [2], "outputs": 1]
    let network = try ModelCatalogue.make("linear", settings)
    let model = SavedModel(
      network,
      ModelDescription(
        model: "linear", settings: settings, task: .regression, labels: ["price"],
        preprocessing: Preprocessing(
          shape: [2], mean: [1, 2], deviation: [3, 4],
          target: [Preprocessing.Scale(mean: 100, deviation: 10)])))
    let x = Tensor([[4.0, 6.0], [1.0, 2.0]])
    let rows = try model.predict(x).rows
    let plain = network(Tensor([[1.0, 1.0], [0.0, 0.0]])).doubles
    #expect(abs(rows[0][0] - (plain[0] * 10 + 100)) < 1e-4)
    #expect(abs(rows[1][0] - (plain[1] * 10 + 100)) < 1e-4)
  }

  @Test func everyModelOfTheCatalogueComesBack() throws {
    try withTemporaryFolder { folder in
      // Large ones take seconds each and are made alike.
      let large: Set = [
        "resnet34", "resnet50", "resnet101", "resnet152", "vgg13", "vgg16", "vgg19",
      ]
      for entry in ModelCatalogue.entries where entry.inputRank > 0 && !large.contains(entry.name) {
        let input: JSON = entry.inputRank == 3 ? [1, 28, 28] : [7]
        let outputs = entry.name == "autoencoder" ? 7 : 5
        let settings: ModelSettings = ["input": input, "outputs": .integer(outputs)]
        let network = try entry.make(settings)
        let shape = try settings.sizes("input")
        let path = "\(folder)/\(entry.name).safetensors"
        try SavedModel(
          network,
          ModelDescription(
            model: entry.name, settings: settings, task: .classification,
            preprocessing: Preprocessing(shape: shape))
        ).write(to: path)
        let back = try SavedModel(path)
        #expect(try back.network.weightsDigest() == network.weightsDigest(), "\(entry.name)")
        let x = Tensor.uniform(Shape([2] + shape), key: RandomKey(0))
        #expect(try back.predict(x).rows.map { $0.count } == [outputs, outputs], "\(entry.name)")
      }
    }
  }

  @Test func whatIsNoModelFileIsRefusedInOneLine() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/x.safetensors"
      func check(_ metadata: String?, says text: String) throws {
        try MLP([2, 2]).save(
          weights: path, metadata: metadata.map { [("adjoint.model", $0)] } ?? [])
        let error = #expect(throws: FormatError.self) { try SavedModel(path) }
        #expect(error?.description.contains(text) == true, "\(error?.description ?? "")")
      }
      try check(nil, says: "does not say of which model")
      try check("{", says: "x.safetensors")
      try check("{}", says: "no version")
      try check(#"{"version": 99}"#, says: "version 99")
      try check(
        #"{"version":1,"model":"nope","settings":{},"task":"regression","preprocessing":{"shape":[2]}}"#,
        says: "nothing is called nope")
      try check(
        #"{"version":1,"model":"mlp","settings":{"input":[2],"outputs":-1},"task":"regression","preprocessing":{"shape":[2]}}"#,
        says: "outputs cannot be -1")
    }
  }

  @Test func imagesOfEverySizeFindTheirForm() throws {
    func make(_ name: String, _ input: JSON, _ more: ModelSettings = [:]) throws -> any Module {
      var settings = more
      settings["input"] = input
      settings["outputs"] = 5
      return try ModelCatalogue.make(name, settings)
    }
    for size in [2, 9, 28, 32] {
      let net = try #require(VGG.small(11, size: size, classes: 5, channels: 1))
      #expect(net(.ones([1, 1, size, size])).shape == [1, 5], "\(size)")
    }
    #expect(VGG.small(11, size: 1) == nil && VGG.small(12, size: 32) == nil)
    let large = try make("vgg11", [3, 64, 64])
    #expect(large.parameterCount == 128_792_325, "what torchvision's vgg11_bn(num_classes=5) has")
    for size in [4, 6, 28] as [Int] {
      let net = try make("vit", [1, .integer(size), .integer(size)])
      #expect(net(.ones([2, 1, size, size])).shape == [2, 5], "\(size)")
    }
    for (name, input, more, says) in [
      ("vit", [1, 28, 20], [:], "square"), ("vit", [1, 28, 28], ["patch": 5], "fill 28 pixels"),
      ("vit", [1, 28, 28], ["heads": 3], "3 heads"), ("vgg11", [1, 1, 1], [:], "at least 2×2"),
      ("vit", [7], [:], "it takes images"),
    ] as [(String, JSON, ModelSettings, String)] {
      let error = #expect(throws: FormatError.self) { try make(name, input, more) }
      #expect(error?.description.contains(says) == true, "\(error?.description ?? "")")
    }
  }

  @Test func wrongInputsThrow() throws {
    let model = try Self.lenet()
    #expect(throws: GraphError.self) { try model.predict(.zeros([2, 1, 27, 28])) }
    #expect(throws: GraphError.self) { try model.predict(.zeros([28])) }
  }
}
