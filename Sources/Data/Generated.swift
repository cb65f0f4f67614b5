import AdjointGenerators
import AdjointGraph

/// Generators by name, as data sets.
public enum Generators {
  /// The names that are known.
  public static var names: [String] { Generator.allCases.map { $0.rawValue } }

  /// So many examples of the generator of this name.
  public static func make(
    _ name: String, count: Int = 500, noise: Double = 0, seed: Int = 0
  ) throws -> TensorDataset {
    guard let generator = Generator(rawValue: name) else {
      throw DataError(
        name, "is no generator; there are \(names.joined(separator: ", "))")
    }
    guard count > 0, noise >= 0, noise.isFinite else {
      throw DataError(name, "needs at least one example, and noise that is not negative")
    }
    let data = generator.make(count, noise: noise, seed: seed)
    return try TensorDataset(inputs: data.inputs, targets: data.targets)
  }
}
