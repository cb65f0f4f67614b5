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
  /// become the cell's. If any name is missing, unexpected or wrongly shaped, nothing changes and all are named.
  public func load(weights path: String) throws {
    try load(try Safetensors(reading: path), source: path)
  }

  /// Takes the cells' values by name; `source` is what errors call them.
  public func load(_ weights: Safetensors, source: String) throws {
    let cells = self.cells
    var given: [String: Tensor] = [:]
    for (name, tensor) in weights.tensors { given[name] = tensor }
    var problems: [String] = []
    for cell in cells {
      guard let tensor = given.removeValue(forKey: cell.name) else {
        if !isCounter(cell.name) {
          problems.append("has no \(cell.name), which the model needs")
        }
        continue
      }
      let shape = cell.value.shape
      if tensor.shape != shape {
        problems.append(
          "\(cell.name) is \(tensor.shape.description), but the model's is \(shape.description)")
      }
    }
    for (name, _) in weights.tensors where given[name] != nil && !isCounter(name) {
      problems.append("has \(name), which the model does not know")
    }
    guard problems.isEmpty else { throw WeightsError(source: source, problems: problems) }
    for cell in cells {
      if let tensor = weights[cell.name] {
        cell.value = try tensor.cast(to: cell.value.element).tryEvaluated()
      }
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

/// What PyTorch's normalisations count, and nothing uses: not every file has it.
private func isCounter(_ name: String) -> Bool {
  name == "num_batches_tracked" || name.hasSuffix(".num_batches_tracked")
}
