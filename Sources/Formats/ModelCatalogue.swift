import AdjointGraph
import AdjointNN

/// A model that files and commands know by name.
public struct CatalogueEntry: Sendable {
  /// Its name, such as `resnet20`.
  public let name: String
  /// What it is, in a few words.
  public let summary: String
  /// What it takes, without the batch's axis: 1 for rows, 3 for images [C, H, W], 0 for the characters of a text.
  public let inputRank: Int
  /// Makes one with new parameters.
  public let make: @Sendable (ModelSettings) throws -> any Module
}

/// The models that files and commands know by name.
///
/// All take `input`, the shape of one example, and `outputs`, how many numbers come out. A further model is a line in
/// `entries`.
public enum ModelCatalogue {
  /// All of them.
  public static let entries: [CatalogueEntry] = [
    CatalogueEntry(
      name: "mlp", summary: "linear layers with a non-linearity between them", inputRank: 1
    ) {
      let sizes = [try $0.sizes("input").reduce(1, *)] + (try $0.sizes("hidden", [128]))
      return FlatInput(
        net: MLP(
          sizes + [try $0.size("outputs")], activation: try $0.activation(), try $0.element()))
    },
    CatalogueEntry(name: "linear", summary: "one linear layer", inputRank: 1) {
      FlatInput(
        net: Linear(
          try $0.sizes("input").reduce(1, *), try $0.size("outputs"), try $0.element()))
    },
    CatalogueEntry(
      name: "autoencoder", summary: "gives back its inputs through a narrow middle", inputRank: 1
    ) {
      let hidden = try $0.sizes("hidden", [128, 32])
      return FlatInput(
        net: Autoencoder(
          [try $0.sizes("input").reduce(1, *)] + hidden, activation: try $0.activation(),
          try $0.element()))
    },
    CatalogueEntry(name: "lenet", summary: "two convolutions for 1×28×28", inputRank: 3) {
      try $0.require(input: [1, 28, 28], for: "lenet")
      return LeNet(classes: try $0.size("outputs"), try $0.element())
    },
    small(20), small(32), small(44), small(56),
    large(18), large(34), large(50), large(101), large(152),
    vgg(11), vgg(13), vgg(16), vgg(19),
    CatalogueEntry(name: "vit", summary: "a transformer over patches of images", inputRank: 3) {
      try visionTransformer($0)
    },
    CatalogueEntry(name: "gpt", summary: "a transformer for text", inputRank: 0) {
      GPT(
        vocabulary: try $0.size("outputs"), context: try $0.sizes("input").reduce(1, *),
        width: try $0.size("width", 128), depth: try $0.size("depth", 4),
        heads: try $0.size("heads", 4), dropout: try $0.number("dropout", 0), try $0.element())
    },
    CatalogueEntry(name: "char-lstm", summary: "an LSTM for text", inputRank: 0) {
      CharLSTM(
        vocabulary: try $0.size("outputs"), width: try $0.size("width", 64),
        hidden: try $0.size("hidden", 256), layers: try $0.size("layers", 2), try $0.element())
    },
  ]

  private static func small(_ depth: Int) -> CatalogueEntry {
    CatalogueEntry(name: "resnet\(depth)", summary: "residual, for small images", inputRank: 3) {
      ResNet.small(
        depth, classes: try $0.size("outputs"), channels: try $0.channels(), try $0.element())
    }
  }

  private static func large(_ depth: Int) -> CatalogueEntry {
    CatalogueEntry(name: "resnet\(depth)", summary: "residual, for large images", inputRank: 3) {
      guard
        let net = ResNet.large(
          depth, classes: try $0.size("outputs"), channels: try $0.channels(), try $0.element())
      else { throw FormatError("model", "there is no resnet\(depth)") }
      return net
    }
  }

  /// torchvision's form with batch normalisation; for images below 64 pixels the small one.
  private static func vgg(_ depth: Int) -> CatalogueEntry {
    CatalogueEntry(name: "vgg\(depth)", summary: "stacks of convolutions", inputRank: 3) {
      let (channels, classes) = (try $0.channels(), try $0.size("outputs"))
      let size = try $0.sizes("input").dropFirst().min() ?? 0
      let (dropout, element) = (try $0.number("dropout", 0.5), try $0.element())
      let net =
        size < 64
        ? VGG.small(
          depth, size: size, classes: classes, channels: channels, dropout: dropout, element)
        : VGG(
          depth, batchNorm: true, classes: classes, channels: channels, dropout: dropout, element)
      guard let net else {
        throw FormatError("model", "vgg\(depth) takes images of at least 2×2, not \(size) pixels")
      }
      return net
    }
  }

  /// ViT-B/16 from 128 pixels on; for smaller images one that a processor trains in minutes.
  private static func visionTransformer(_ settings: ModelSettings) throws -> any Module {
    let (channels, shape) = (try settings.channels(), try settings.sizes("input"))
    guard shape[1] == shape[2] else {
      throw FormatError("model", "vit takes square images, not \(Shape(shape).description)")
    }
    let isLarge = shape[1] >= 128
    // Rows, and with them the work, are few: at most 4 × 4, from 64 pixels on 8 × 8.
    let across = shape[1] < 64 ? 4 : 8
    let fitting = (1...shape[1]).first { shape[1] % $0 == 0 && shape[1] / $0 <= across }
    let patch = try settings.size("patch", isLarge ? 16 : fitting)
    let width = try settings.size("width", isLarge ? 768 : 64)
    let heads = try settings.size("heads", isLarge ? 12 : 4)
    guard shape[1] % patch == 0, width % heads == 0 else {
      throw FormatError(
        "model",
        "vit: patches of \(patch) must fill \(shape[1]) pixels, and \(heads) heads a width of \(width)"
      )
    }
    return ViT(
      imageSize: shape[1], patch: patch, width: width,
      depth: try settings.size("depth", isLarge ? 12 : 4), heads: heads,
      hidden: try settings.size("hidden", isLarge ? 3072 : 128),
      classes: try settings.size("outputs"), channels: channels,
      dropout: try settings.number("dropout", 0), try settings.element())
  }

  /// The names of all models.
  public static var names: [String] { entries.map { $0.name } }

  /// The entry of a name.
  public static func entry(_ name: String) throws -> CatalogueEntry {
    guard let entry = entries.first(where: { $0.name == name }) else {
      throw FormatError(
        "model", "nothing is called \(name); there are \(names.joined(separator: ", "))")
    }
    return entry
  }

  /// A model with new parameters.
  public static func make(_ name: String, _ settings: ModelSettings) throws -> any Module {
    try entry(name).make(settings)
  }
}

extension ModelSettings {
  /// How many channels the images have.
  func channels() throws -> Int {
    let shape = try sizes("input")
    guard shape.count == 3 else {
      throw FormatError("model", "it takes images, not \(Shape(shape).description)")
    }
    return shape[0]
  }

  /// Refuses examples of another shape.
  func require(input shape: [Int], for model: String) throws {
    let given = try sizes("input")
    guard given == shape else {
      throw FormatError(
        "model",
        "\(model) takes inputs \(Shape(shape).description), not \(Shape(given).description)")
    }
  }
}

/// A network of rows that takes examples of any shape. Its names are those of the network.
struct FlatInput<Net: Module>: Module, NamedParts {
  let net: Net
  var parts: [(name: String, part: Any?)] { [("", net)] }
  func forward(_ x: Tensor) -> Tensor { net(x.rank > 2 ? x.flattened(from: 1) : x) }
}
