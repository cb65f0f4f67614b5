import AdjointGraph
import AdjointNN

/// A model that files and commands know by name.
public struct CatalogueEntry: Sendable {
  /// Its name, such as `resnet20`.
  public let name: String
  /// What it is, in a few words.
  public let summary: String
  /// What it takes, without the batch's axis: 1 for rows, 3 for images [C, H, W].
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
    CatalogueEntry(name: "mlp", summary: "linear layers (hidden: their sizes)", inputRank: 1) {
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
    CatalogueEntry(name: "lenet", summary: "two convolutions for 1×28×28", inputRank: 3) {
      try $0.require(input: [1, 28, 28], for: "lenet")
      return LeNet(classes: try $0.size("outputs"), try $0.element())
    },
  ]

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
struct FlatInput<Net: Module>: Module, CustomReflectable {
  let net: Net
  var customMirror: Mirror { Mirror(reflecting: net) }
  func forward(_ x: Tensor) -> Tensor { net(x.rank > 2 ? x.flattened(from: 1) : x) }
}
