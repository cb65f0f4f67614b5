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
  /// A module whose parts are called otherwise than its fields.
  public protocol NamedParts {
    /// The parts with their names: cells, modules, lists of them, or nil. What is called "" has no name of its own
    /// and leaves its parts theirs.
    var parts: [(name: String, part: Any?)] { get }
  }

  extension Module {
    /// All cells of the model with their names, each once: `conv1.weight`, `blocks.0.bias`. The names come from the
    /// fields, or from `NamedParts`, and are PyTorch's where PyTorch has the layer.
    public var namedCells: [(name: String, cell: Cell)] {
      var found = CellCollector()
      found.collect(from: self, path: "")
      return found.cells
    }

    /// All cells of the model, each once. A cell is called as in the largest model that was asked for its cells.
    public var cells: [Cell] {
      namedCells.map { name, cell in
        if cell.name.utf8.count < name.utf8.count { cell.name = name }
        return cell
      }
    }

    /// Further names of cells that stand in the model more than once.
    package var furtherNames: [(name: String, cell: Cell)] {
      var found = CellCollector()
      found.collect(from: self, path: "")
      return found.again
    }

    /// The cells that training changes by gradients.
    public var parameters: [Parameter] { cells.compactMap { $0 as? Parameter } }

    /// The cells that hold statistics and the like.
    public var buffers: [Cell] { cells.filter { !($0 is Parameter) } }

    /// How many numbers the parameters hold.
    public var parameterCount: Int { parameters.reduce(0) { $0 + $1.value.count } }

    /// Keeps optimizers away from the parameters whose names fit a pattern, where `*` stands for anything.
    public func freeze(_ pattern: String = "*") {
      set(pattern, "freeze") { $0.isTrainable = false }
    }

    /// Lets optimizers change the parameters whose names fit a pattern, where `*` stands for anything.
    public func unfreeze(_ pattern: String = "*") {
      set(pattern, "unfreeze") { $0.isTrainable = true }
    }

    /// Gives the parameters whose names fit a pattern new values, each from a key of its own.
    public func initialize(_ pattern: String = "*", _ initializer: Initializer) {
      set(pattern, "initialize") { $0.initialize(initializer) }
    }

    private func set(_ pattern: String, _ what: String, _ change: (Parameter) -> Void) {
      var isFound = false
      for (name, cell) in namedCells where fits(name, pattern) {
        guard let parameter = cell as? Parameter else { continue }
        change(parameter)
        isFound = true
      }
      if !isFound { _ = fail(GraphError(what, "no parameter is called like \(pattern)")) }
    }

    /// A table of the cells: name, shape, count; and how many numbers are trained.
    public var summary: String {
      let rows = namedCells.map { name, cell in
        let note = cell is Parameter ? "" : "  statistics"
        let frozen = (cell as? Parameter)?.isTrainable == false ? "  frozen" : ""
        return (name, cell.value.shape.description, String(cell.value.count) + note + frozen)
      }
      let names = (rows.map { $0.0.count }.max() ?? 0) + 2
      let shapes = (rows.map { $0.1.count }.max() ?? 0) + 2
      let lines = rows.map { name, shape, count in
        name + String(repeating: " ", count: names - name.count)
          + shape + String(repeating: " ", count: shapes - shape.count) + count
      }
      return (lines + ["\(parameterCount) parameters"]).joined(separator: "\n")
    }
  }

  /// True where `*` in the pattern can stand for something so that it reads like the name.
  private func fits(_ name: String, _ pattern: String) -> Bool {
    let (name, pattern) = (Array(name.utf8), Array(pattern.utf8))
    let star = UInt8(ascii: "*")
    // Which beginnings of the name the pattern so far fits.
    var reached = [true] + Array(repeating: false, count: name.count)
    for letter in pattern {
      var next = Array(repeating: false, count: name.count + 1)
      if letter == star {
        next[0] = reached[0]
        for place in name.indices { next[place + 1] = next[place] || reached[place + 1] }
      } else {
        for place in name.indices where name[place] == letter { next[place + 1] = reached[place] }
      }
      reached = next
    }
    return reached[name.count]
  }

  /// Finds cells by reflection.
  private struct CellCollector {
    var cells: [(name: String, cell: Cell)] = []
    /// Cells that were met before, with the names that they have there.
    var again: [(name: String, cell: Cell)] = []
    private var seen: Set<ObjectIdentifier> = []

    mutating func collect(from value: Any, path: String) {
      if let cell = value as? Cell {
        let isNew = seen.insert(ObjectIdentifier(cell)).inserted
        if isNew { cells.append((path, cell)) } else { again.append((path, cell)) }
        return
      }
      if let named = value as? any NamedParts {
        for (name, part) in named.parts {
          if let part { collect(from: part, path: join(path, name)) }
        }
        return
      }
      if value is Tensor { return }
      let mirror = Mirror(reflecting: value)
      if mirror.displayStyle == .class {
        // Objects may hold each other in a circle, and only a module's cells are a model's.
        guard value is any Module, seen.insert(ObjectIdentifier(value as AnyObject)).inserted
        else { return }
      }
      for (index, child) in mirror.children.enumerated() {
        let part = mirror.displayStyle == .collection ? String(index) : (child.label ?? "")
        collect(from: child.value, path: join(path, mirror.displayStyle == .optional ? "" : part))
      }
    }

    private func join(_ path: String, _ part: String) -> String {
      path.isEmpty ? part : part.isEmpty ? path : path + "." + part
    }
  }
#endif
