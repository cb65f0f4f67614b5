import AdjointGraph
import AdjointRuntime

/// A model or a layer: something with parameters that turns a tensor into a tensor.
///
/// Write `forward`; call the module like a function.
public protocol Module: Sendable {
  func forward(_ x: Tensor) -> Tensor
}

extension Module {
  /// What the module makes of `x`.
  public func callAsFunction(_ x: Tensor) -> Tensor { forward(x) }
}

#if !hasFeature(Embedded)
  extension Module {
    /// All cells of the model, each once, named by its fields: `conv1.weight`, `blocks.0.bias`.
    public var cells: [Cell] {
      var found = CellCollector()
      found.collect(from: self, path: "")
      return found.cells
    }

    /// The cells that training changes.
    public var parameters: [Parameter] { cells.compactMap { $0 as? Parameter } }
  }

  /// Finds cells by reflection, once for a model.
  private struct CellCollector {
    var cells: [Cell] = []
    private var seen: Set<ObjectIdentifier> = []

    mutating func collect(from value: Any, path: String) {
      if let cell = value as? Cell {
        guard seen.insert(ObjectIdentifier(cell)).inserted else { return }
        if cell.name.isEmpty { cell.name = path }
        cells.append(cell)
        return
      }
      let mirror = Mirror(reflecting: value)
      for (index, child) in mirror.children.enumerated() {
        let isList = mirror.displayStyle == .collection || mirror.displayStyle == .optional
        let part = mirror.displayStyle == .collection ? String(index) : (child.label ?? "")
        let below = isList && mirror.displayStyle == .optional ? path : join(path, part)
        collect(from: child.value, path: below)
      }
    }

    private func join(_ path: String, _ part: String) -> String {
      path.isEmpty ? part : path + "." + part
    }
  }
#endif
