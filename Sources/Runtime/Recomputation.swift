import AdjointGraph

/// Puts what later groups need of an earlier one into those too, where computing it again costs less than writing it
/// to memory and reading it back: the normalised values, masks and activations that a backward pass asks for.
///
/// A value is computed by the same instructions wherever it is computed, so that its bits are the same.
package struct Recomputation {
  /// Below this many elements what is written is still near when it is read. Tests set it, under the graph's lock.
  @exclusivity(unchecked) package nonisolated(unsafe) static var fewestElements = 32_768
  /// Bounds of a group that takes up others' members.
  private static let memberLimit = 40
  private static let registerLimit = 54
  private static let stepLimit = 120
  /// Nanoseconds of one thread for a byte to or from memory.
  private static let byteCost = 0.08

  private let program: Program
  private let readers: [[Int]]
  private let isOutput: [Bool]
  private var drafts: [Schedule.Draft]
  /// The groups that compute a value, the one it belongs to first.
  private var homes: [[Int]]

  init(_ program: Program, _ drafts: [Schedule.Draft], unitOf: [Int]) {
    self.program = program
    self.drafts = drafts
    homes = unitOf.map { $0 < 0 ? [] : [$0] }
    var readers = [[Int]](repeating: [], count: program.values.count)
    for value in program.values.indices {
      for input in program.inputs(of: value) where readers[input].last != value {
        readers[input].append(value)
      }
    }
    self.readers = readers
    var isOutput = [Bool](repeating: false, count: program.values.count)
    for value in program.outputs { isOutput[value] = true }
    self.isOutput = isOutput
  }

  /// The groups with what they compute again, and with the results that others read from memory.
  consuming func drafted(stage: [Int]) -> [Schedule.Draft] {
    let large = drafts.indices.filter { draft in
      drafts[draft].compute != nil && !drafts[draft].isLast && !drafts[draft].members.isEmpty
        && shape(of: draft).count >= Recomputation.fewestElements
    }
    for source in large.sorted(by: { stage[drafts[$0].members[0]] < stage[drafts[$1].members[0]] })
    {
      let wanted = drafts[source].members.filter { homes[$0][0] == source && isCandidate($0) }
      if !takeUp(wanted, of: source) {
        for value in wanted { _ = takeUp([value], of: source) }
      }
    }
    for reader in large { takeUpWhatIsAtHand(reader) }
    let times = drafts.indices.map { time(of: $0, stage) }
    for draft in drafts.indices.sorted(by: { times[$0] > times[$1] })
    where drafts[draft].compute != nil {
      settle(draft)
    }
    return drafts
  }

  private func time(of draft: Int, _ stage: [Int]) -> Int {
    drafts[draft].members.map { stage[$0] }.max() ?? .max
  }

  /// What others read of a group are its results; what neither they nor its sums need is left out.
  private mutating func settle(_ draft: Int) {
    let own = drafts[draft]
    let results = own.members.filter {
      homes[$0][0] == draft && (isOutput[$0] || isReadFromMemory($0))
    }
    drafts[draft].results = results
    guard own.members.count > results.count else { return }
    var needed: Set<Int> = []
    var waiting = results + own.sums.flatMap { program.inputs(of: $0) }
    while let value = waiting.popLast() {
      guard own.members.contains(value), needed.insert(value).inserted else { continue }
      waiting.append(contentsOf: program.inputs(of: value))
    }
    guard needed.count < own.members.count else { return }
    for member in own.members where !needed.contains(member) {
      homes[member].removeAll { $0 == draft }
    }
    drafts[draft].members = own.members.filter { needed.contains($0) }
    let read = Set((drafts[draft].members + own.sums).flatMap { program.inputs(of: $0) })
    drafts[draft].inputs = own.inputs.filter { read.contains($0) }
  }

  private func shape(of draft: Int) -> Shape {
    program.values[drafts[draft].members.first ?? drafts[draft].inputs[0]].type.shape
  }

  /// The units that read a value from memory.
  private func storedReaders(_ value: Int) -> [Int] {
    var found: [Int] = []
    var known = Set(homes[value])
    for reader in readers[value] {
      for home in homes[reader] where known.insert(home).inserted { found.append(home) }
    }
    return found
  }

  private func isReadFromMemory(_ value: Int) -> Bool {
    readers[value].contains { reader in homes[reader].contains { !homes[value].contains($0) } }
  }

  /// Whether only groups over the same elements read a value, and some do.
  private func isCandidate(_ value: Int) -> Bool {
    guard !isOutput[value] else { return false }
    let units = storedReaders(value)
    let own = drafts[homes[value][0]]
    return !units.isEmpty
      && units.allSatisfy { unit in
        drafts[unit].compute == own.compute && !drafts[unit].isLast
          && shape(of: unit) == program.values[value].type.shape
      }
  }

  /// What a reader takes up so as not to read these values: members of the source in order, and what they read.
  private func cone(_ values: [Int], of source: Int, for reader: Int) -> (
    members: [Int], inputs: [Int]
  ) {
    var waiting = values
    var members: Set<Int> = []
    var inputs: [Int] = []
    while let value = waiting.popLast() {
      guard !members.contains(value), !drafts[reader].members.contains(value) else { continue }
      members.insert(value)
      for input in program.inputs(of: value) {
        if drafts[source].members.contains(input) {
          waiting.append(input)
        } else if !inputs.contains(input) {
          inputs.append(input)
        }
      }
    }
    return (members.sorted(), inputs)
  }

  /// Lets all readers compute these values themselves, if that fits and pays.
  private mutating func takeUp(_ values: [Int], of source: Int) -> Bool {
    guard !values.isEmpty else { return false }
    var units: [Int] = []
    var known: Set<Int> = []
    for value in values {
      for unit in storedReaders(value) where known.insert(unit).inserted { units.append(unit) }
    }
    // A line is read before it is written.
    var saved = 2 * memoryCost(of: values)
    var taken: [(unit: Int, members: [Int], inputs: [Int])] = []
    for unit in units {
      let read = values.filter { drafts[unit].inputs.contains($0) }
      let (members, inputs) = cone(read, of: source, for: unit)
      let new = inputs.filter {
        !drafts[unit].inputs.contains($0) && !drafts[unit].members.contains($0)
      }
      guard fits(unit, members, new.count - read.count) else { return false }
      let large = new.filter { program.values[$0].type.shape == shape(of: unit) }
      saved += memoryCost(of: read) - memoryCost(of: large)
      saved -= members.reduce(0) { $0 + program.steps(of: $1).cost }
      taken.append((unit, members, inputs))
    }
    guard saved > 0 else { return false }
    for entry in taken { add(entry.members, entry.inputs, to: entry.unit) }
    return true
  }

  /// Lets a group compute again what others read from memory too, where it reads all that this is made from anyway.
  private mutating func takeUpWhatIsAtHand(_ reader: Int) {
    let summed = drafts[reader].sums.flatMap { program.inputs(of: $0) }
    for value in drafts[reader].inputs
    where computes(value, drafts[reader].compute) && !summed.contains(value) {
      guard program.values[value].type.shape == shape(of: reader) else { continue }
      let (members, inputs) = cone([value], of: homes[value][0], for: reader)
      let isAtHand = inputs.allSatisfy {
        drafts[reader].inputs.contains($0) || drafts[reader].members.contains($0)
          || program.values[$0].type.shape != shape(of: reader)
      }
      let steps = members.reduce(0) { $0 + program.steps(of: $1).cost }
      guard isAtHand, steps < memoryCost(of: [value]),
        fits(reader, members, inputs.count - 1)
      else { continue }
      add(members, inputs, to: reader)
    }
  }

  /// Whether a group of this type computes a value.
  private func computes(_ value: Int, _ type: ElementType?) -> Bool {
    guard let home = homes[value].first else { return false }
    return drafts[home].compute == type && drafts[home].members.contains(value)
  }

  private func fits(_ unit: Int, _ members: [Int], _ inputs: Int) -> Bool {
    let draft = drafts[unit]
    let count = draft.members.count + members.count
    let constants = constants(of: members, beside: draft).count
    let registers = count + draft.inputs.count + inputs + draft.constants.count + constants
    let steps = (draft.members + members).reduce(0) {
      $0 + program.steps(of: $1).count
    }
    return count <= Recomputation.memberLimit && registers <= Recomputation.registerLimit
      && steps <= Recomputation.stepLimit
  }

  private func constants(of members: [Int], beside draft: Schedule.Draft) -> [UInt64] {
    var found: [UInt64] = []
    for member in members {
      for number in program.steps(of: member).numbers
      where !draft.constants.contains(number) && !found.contains(number) {
        found.append(number)
      }
    }
    return found
  }

  /// Nanoseconds an element for writing or reading these values.
  private func memoryCost(of values: [Int]) -> Double {
    values.reduce(0) {
      $0 + Double(program.values[$1].type.element.byteCount) * Recomputation.byteCost
    }
  }

  private mutating func add(_ members: [Int], _ inputs: [Int], to unit: Int) {
    drafts[unit].constants += constants(of: members, beside: drafts[unit])
    drafts[unit].members = (drafts[unit].members + members).sorted()
    for member in members { homes[member].append(unit) }
    for input in inputs where !drafts[unit].inputs.contains(input) {
      drafts[unit].inputs.append(input)
    }
    let inside = drafts[unit].members
    drafts[unit].inputs.removeAll { inside.contains($0) }
  }
}
