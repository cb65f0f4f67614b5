import AdjointGraph
import AdjointNN
import AdjointRuntime

/// Why the weights of a file do not fit a model: every name that is wrong.
public struct WeightsError: Error, Sendable, CustomStringConvertible {
  /// The file.
  public let source: String
  /// A sentence for each name that is missing, unexpected or wrongly shaped.
  public let problems: [String]

  /// A line for each problem.
  public var description: String {
    problems.map { "\(source): \($0)" }.joined(separator: "\n")
  }

  /// The first of them, and how many more there are.
  package var line: String {
    let more = problems.count > 1 ? " (and \(problems.count - 1) more such names)" : ""
    return "\(source): \(problems.first ?? "")\(more)"
  }
}

extension Module {
  /// Writes all cells of the model, parameters and statistics, as safetensors, under the names and in the layouts
  /// that PyTorch has for them: the file is a `state_dict`.
  public func save(weights path: String, metadata: [(name: String, text: String)] = []) throws {
    try Safetensors(cells.map { ($0.name, $0.value) }, metadata: metadata).write(to: path)
  }

  /// Takes the cells' values by name from a safetensors file, of this library or of PyTorch. Numbers of another type
  /// become the cell's. What has two names in the model may stand under either, or under both. If any name is missing, unexpected or wrongly shaped, nothing changes and all are named.
  public func load(weights path: String) throws {
    try load(try Safetensors(reading: path), source: path)
  }

  /// Takes the cells' values by name; `source` is what errors call them.
  public func load(_ weights: Safetensors, source: String) throws {
    var fitting = FittingWeights(weights, furtherNames.map { ($0.name, ObjectIdentifier($0.cell)) })
    let values = cells.map { cell in (cell: cell, value: fitting.take(cell)) }
    fitting.complainOfTheRest()
    guard fitting.problems.isEmpty else {
      throw WeightsError(source: source, problems: fitting.problems)
    }
    for (cell, value) in values {
      if let value { cell.value = try value.cast(to: cell.value.element).tryEvaluated() }
    }
  }

  /// The digest of all values, in the order of their names: equal weights have equal digests.
  public func weightsDigest() throws -> String {
    var digest = SHA256()
    for cell in cells.sorted(by: { $0.name < $1.name }) {
      digest.update(Array("\(cell.name) \(cell.value.shape.description)\n".utf8))
      try cell.value.tryEvaluated().withBytes { digest.update($0) }
    }
    return digest.hexadecimal
  }
}

/// The tensors of a file as cells take them, and what is wrong with them.
private struct FittingWeights {
  private let weights: Safetensors
  private let furtherNames: [(name: String, cell: ObjectIdentifier)]
  private var left: [String: Tensor] = [:]
  private(set) var problems: [String] = []

  init(_ weights: Safetensors, _ furtherNames: [(name: String, cell: ObjectIdentifier)]) {
    (self.weights, self.furtherNames) = (weights, furtherNames)
    for (name, tensor) in weights.tensors { left[name] = tensor }
  }

  /// The tensor that a cell is to have; nil where none fits.
  mutating func take(_ cell: Cell) -> Tensor? {
    let others = furtherNames.filter { $0.cell == ObjectIdentifier(cell) }.map { $0.name }
    let given = ([cell.name] + others).compactMap { name in
      left.removeValue(forKey: name).map { (name: name, tensor: $0) }
    }
    guard let first = given.first else {
      if !isCounter(cell.name) { problems.append("has no \(cell.name), which the model needs") }
      return nil
    }
    for (name, tensor) in given where tensor.shape != cell.value.shape {
      problems.append(
        "\(name) is \(tensor.shape.description), but the model's is \(cell.value.shape.description)"
      )
      return nil
    }
    for (name, tensor) in given.dropFirst()
    where tensor.doubles.map({ $0.bitPattern }) != first.tensor.doubles.map({ $0.bitPattern }) {
      problems.append("\(name) is not \(first.name), but the model has one weight for both")
    }
    return first.tensor
  }

  mutating func complainOfTheRest() {
    for (name, _) in weights.tensors where left[name] != nil && !isCounter(name) {
      problems.append("has \(name), which the model does not know")
    }
  }
}

/// What PyTorch's normalisations count, and nothing uses: not every file has it.
private func isCounter(_ name: String) -> Bool {
  name == "num_batches_tracked" || name.hasSuffix(".num_batches_tracked")
}
