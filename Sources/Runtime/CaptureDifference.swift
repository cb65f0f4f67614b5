import AdjointGraph

/// In what a trace departs from the one that was captured.
enum CaptureDifference {
  case structure
  case cells
  case leaf(Int)

  /// What it is, in a sentence. `roots` are those of the new trace.
  func text(_ old: CapturedPlan, _ new: CapturedPlan, _ roots: [Node]) -> String {
    let walk = Walk.take()
    defer { walk.giveBack() }
    walk.order(roots: roots, stoppingAtValues: true)
    switch self {
    case .structure:
      let departure = old.entry.program.departure(of: walk, roots: roots)
      let what = departure.map { ": `\($0.is)` where `\($0.was)` was" } ?? ""
      return
        "the closure's structure has changed\(what); a replay goes on as it was: trace such steps, or compile one closure for each"
    case .cells: return "the closure changes other cells than before: trace such steps"
    case .leaf(let leaf): return CaptureDifference.text(leaf, old.leaves, new.leaves, walk)
    }
  }

  private static func text(
    _ leaf: Int, _ old: [CaptureLog.Leaf], _ new: [CaptureLog.Leaf], _ walk: Walk
  ) -> String {
    let reader = Reader(of: leaf, new, walk)
    let (was, now) = (old[leaf].source.name, new[leaf].source.name)
    if case (.constant, .constant) = (old[leaf].source, new[leaf].source) {
      return
        "the data that \(reader.text) reads are others than at another step: pass them to the closure as an argument"
    }
    return
      "\(now) that \(reader.text) reads was \(was) at another step, and no rule says why: pass it to the closure as an argument (in an update rule: `numbers.scalar { … }`)"
  }
}

extension CapturedPlan {
  /// Where another trace's plan could not be replayed in the place of this one.
  func difference(from new: CapturedPlan) -> CaptureDifference? {
    guard entry === new.entry || entry.key == new.entry.key, device === new.device,
      identity == new.identity, leaves.count == new.leaves.count
    else { return .structure }
    guard updates.count == new.updates.count,
      zip(updates, new.updates).allSatisfy({
        $0.cell.toOpaque() == $1.cell.toOpaque() && $0.leaf == $1.leaf
      })
    else { return .cells }
    let place = leaves.indices.first { place in
      !isSame(leaves[place].source, new.leaves[place].source, leaves[place].type)
    }
    return place.map { .leaf($0) }
  }

  private func isSame(
    _ a: CaptureLog.Source, _ b: CaptureLog.Source, _ type: TensorType
  ) -> Bool {
    switch (a, b) {
    case (.cell(let a), .cell(let b)): a === b
    case (.argument(let a), .argument(let b)): a == b
    case (.number(let a, _), .number(let b, let traced)):
      a == b && numbers.values[a].bitPattern == traced.bitPattern
    case (.key, .key): true
    case (.constant(let a), .constant(let b)): a === b || hasSameBytes(a, b, type.byteCount)
    case (.fixed(let a), .fixed(let b)): a.bitPattern == b.bitPattern
    default: false
    }
  }

  private func hasSameBytes(_ a: Storage, _ b: Storage, _ count: Int) -> Bool {
    UnsafeRawBufferPointer(start: a.pointer, count: count)
      .elementsEqual(UnsafeRawBufferPointer(start: b.pointer, count: count))
  }
}

extension CaptureLog.Source {
  /// What it is, in a word or two.
  fileprivate var name: String {
    switch self {
    case .cell(let cell): cell.name.isEmpty ? "a cell" : cell.name
    case .argument: "an argument"
    case .number(_, let number), .fixed(let number): "the number " + CaptureLog.text(number)
    case .key: "the step's key"
    case .constant: "data"
    }
  }
}

extension CaptureLog {
  static func text(_ number: Double) -> String {
    #if hasFeature(Embedded)
      return "given"
    #else
      return "\(number)"
    #endif
  }
}

/// Who reads a leaf: the operation, and the layer that it stands in.
private struct Reader {
  let text: String

  init(of leaf: Int, _ leaves: [CaptureLog.Leaf], _ walk: Walk) {
    let places = (0..<walk.count).filter { walk.isOperandLeaf($0) }
    let inputs = { (place: Int) in
      (walk.inputStart[place]..<walk.inputStart[place + 1]).map { Int(walk.inputs[Int($0)]) }
    }
    guard let reader = (0..<walk.count).first(where: { inputs($0).contains(places[leaf]) }) else {
      text = "the result"
      return
    }
    // The layer is that of the parameter to which the way through the inputs is shortest.
    var (waiting, next) = ([reader], 0)
    var layer = ""
    while next < waiting.count, layer.isEmpty {
      for place in inputs(waiting[next]) where !waiting.contains(place) {
        waiting.append(place)
        guard let number = places.firstIndex(of: place),
          case .cell(let cell) = leaves[number].source, layer.isEmpty
        else { continue }
        layer = cell.name
      }
      next += 1
    }
    let near = layer.isEmpty ? "" : " near \(layer)"
    text = "`\(walk.node(reader).operation.name)`" + near
  }
}
