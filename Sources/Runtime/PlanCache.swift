import AdjointGraph

/// What evaluation did so far: whether steady loops are steady.
public struct EngineStatistics: Sendable {
  /// Structures planned.
  public package(set) var plans = 0
  /// Evaluations that found their plan.
  public package(set) var hits = 0
  /// Captured steps and functions that ran without being traced.
  public package(set) var replays = 0
  /// Two structures under one key, told apart (debug builds compare on every hit).
  public package(set) var collisions = 0
  /// Cells evaluated early because too much was pending behind them.
  public package(set) var cutCells = 0
  /// Bytes of intermediate values of the latest evaluation.
  public package(set) var intermediateBytes = 0
  /// Parameters and states updated in their own memory.
  public package(set) var reusedBuffers = 0
}

/// Plans by structure. Bounded: the one used longest ago goes first.
final class PlanCache {
  final class Entry {
    let key: StructureKey
    let program: Program
    /// One compiled plan for each choice of reused buffers.
    @exclusivity(unchecked) var variants: [(reuse: [Int], executable: Executable)] = []
    @exclusivity(unchecked) var lastUse = 0

    init(_ key: StructureKey, _ program: Program) {
      self.key = key
      self.program = program
    }
  }

  static let capacity = 512
  @exclusivity(unchecked) private var entries: [Entry] = []
  @exclusivity(unchecked) private var clock = 0
  @exclusivity(unchecked) private var latest: Entry?

  /// The entry of a key, if it also `fits` (when structures are compared).
  func find(_ key: StructureKey, fits: ((Program) -> Bool)?) -> (entry: Entry?, collided: Bool) {
    clock += 1
    if let latest, latest.key == key, fits?(latest.program) ?? true {
      latest.lastUse = clock
      return (latest, false)
    }
    var collided = false
    for entry in entries where entry.key == key {
      guard fits?(entry.program) ?? true else {
        collided = true
        continue
      }
      entry.lastUse = clock
      latest = entry
      return (entry, collided)
    }
    return (nil, collided)
  }

  func insert(_ key: StructureKey, _ program: Program) -> Entry {
    if entries.count >= PlanCache.capacity { removeOldest() }
    let entry = Entry(key, program)
    entry.lastUse = clock
    entries.append(entry)
    latest = entry
    return entry
  }

  private func removeOldest() {
    var oldest = 0
    for index in entries.indices where entries[index].lastUse < entries[oldest].lastUse {
      oldest = index
    }
    entries.swapAt(oldest, entries.count - 1)
    entries.removeLast()
  }

  var count: Int { entries.count }

  func removeAll() {
    entries.removeAll()
    latest = nil
  }
}
