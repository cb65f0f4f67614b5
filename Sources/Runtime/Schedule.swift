import AdjointGraph

/// What runs together: one kernel's worth of a program.
package enum Unit {
  /// Pointwise values of one shape, in topological order, computed in one pass, and sums over them or over what they
  /// read. Of the members only the results are read from memory; `givesResults` where nobody reads them at all.
  case group(
    [Int], sums: [Int], results: [Int], compute: ElementType, givesResults: Bool)
  case single(Int)

  package var members: [Int] {
    switch self {
    case .group(let members, let sums, _, _, _): members + sums
    case .single(let value): [value]
    }
  }
}

/// Groups a program's pointwise values and puts everything in order.
///
/// Values fuse when they have the same *stage*, the number of kernels that must have run before. Any path
/// that leaves a stage through a kernel arrives at a later one, so that groups never wait for each other in
/// a circle. A sum is taken in the pass that makes what it sums, and read by later stages. What only feeds results (the updates of parameters) runs last: by then nobody reads the old
/// values, which may be overwritten in place.
package struct Schedule {
  package private(set) var units: [Unit] = []

  /// Bounds that keep a group within the registers of the bytecode.
  private static let memberLimit = 24
  private static let inputLimit = 24
  /// Members, inputs and constants together; what is left of 64 is for steps within a member.
  private static let registerLimit = 54
  private static let sumLimit = 32

  private let program: Program
  private let computeType: (Int) -> ElementType?
  private let sumType: (Int) -> ElementType?
  private let isHeld: (Int) -> Bool
  private var stage: [Int]
  private var isLast: [Bool]
  private var unitOf: [Int]
  private var drafts: [Draft] = []

  /// A unit as it grows.
  struct Draft {
    var members: [Int]
    var sums: [Int] = []
    var results: [Int] = []
    var inputs: [Int]
    var constants: [UInt64] = []
    let compute: ElementType?
    let isLast: Bool

    /// Whether all that it would compute is computed where it is needed.
    var isEmpty: Bool { members.isEmpty && sums.isEmpty }
  }

  private struct GroupKey: Equatable {
    let stage: Int
    let shape: Shape
    let compute: ElementType
    let isLast: Bool
    /// What is computed once has no part in what is computed in every run.
    let isHeld: Bool

    var hash: UInt64 {
      var key = StructureKey()
      key.mix(UInt64(stage) << 8 | UInt64(compute.rawValue) << 1 | (isLast ? 1 : 0))
      key.mix(isHeld ? 1 : 0)
      for axis in 0..<shape.rank { key.mix(UInt64(shape[axis])) }
      return key.a
    }
  }

  /// `computeType` tells in what type a pointwise value may be computed in a group, `sumType` in what type a sum may
  /// be taken in one; nil keeps a value alone. `isHeld` tells what stays from run to run.
  package init(
    _ program: Program, computeType: @escaping (Int) -> ElementType?,
    sumType: @escaping (Int) -> ElementType?, isHeld: @escaping (Int) -> Bool = { _ in false }
  ) {
    self.program = program
    self.isHeld = isHeld
    self.computeType = computeType
    self.sumType = sumType
    let count = program.values.count
    stage = Array(repeating: 0, count: count)
    isLast = Array(repeating: false, count: count)
    unitOf = Array(repeating: -1, count: count)
    findStages()
    delayStages()
    findLast()
    draftUnits()
    drafts = Recomputation(program, drafts, unitOf: unitOf).drafted(stage: stage)
    order()
  }

  private func inputs(of value: Int) -> [Int] { program.inputs(of: value) }

  private func isComputed(_ value: Int) -> Bool {
    if case .computed = program.values[value].source { return true }
    return false
  }

  /// How many stages lie between a value and one of its readers: none between pointwise values of one type.
  /// Where truth values cross from one type's group to another's, the groups must not wait for each other. A sum is
  /// there only when the pass over all that it sums is done.
  private func distance(from input: Int, to reader: Int) -> Int {
    let sum = sumType(reader)
    guard let type = computeType(reader) ?? sum else { return 1 }
    let made = computeType(input)
    return (made == nil || made == type ? 0 : 1) + (sum == nil ? 0 : 1)
  }

  private mutating func findStages() {
    for value in program.values.indices where isComputed(value) {
      for input in inputs(of: value) {
        stage[value] = max(stage[value], stage[input] + distance(from: input, to: value))
      }
    }
  }

  /// A pointwise value waits until somebody needs it: what an update makes of old states alone then joins
  /// the rest of the update, and what the backward pass makes of an activation is not kept till then.
  private mutating func delayStages() {
    var latest = [Int](repeating: .max, count: program.values.count)
    for value in program.values.indices.reversed() where isComputed(value) {
      if computeType(value) != nil, latest[value] != .max {
        stage[value] = max(stage[value], latest[value])
      }
      for input in inputs(of: value) {
        latest[input] = min(latest[input], stage[value] - distance(from: input, to: value))
      }
    }
  }

  /// Pointwise values all of whose readers are of the same sort.
  private mutating func findLast() {
    for value in program.values.indices { isLast[value] = computeType(value) != nil }
    for value in program.values.indices.reversed() where isComputed(value) && !isLast[value] {
      markRead(value)
    }
  }

  /// Everything that a value outside the last part reads is outside it too.
  private mutating func markRead(_ reader: Int) {
    var waiting = inputs(of: reader).filter { isLast[$0] }
    while let value = waiting.popLast() {
      guard isLast[value] else { continue }
      isLast[value] = false
      waiting.append(contentsOf: inputs(of: value).filter { isLast[$0] })
    }
  }

  private mutating func draftUnits() {
    var open = HashIndex()
    var keys: [GroupKey] = []
    var current: [Int] = []
    for value in program.values.indices where isComputed(value) {
      if let compute = sumType(value), joinAsSum(value, compute, &open, &keys, &current) {
        continue
      }
      guard let compute = computeType(value) else {
        unitOf[value] = drafts.count
        drafts.append(
          Draft(members: [value], inputs: inputs(of: value), compute: nil, isLast: false))
        continue
      }
      let key = GroupKey(
        stage: stage[value], shape: program.values[value].type.shape, compute: compute,
        isLast: isLast[value], isHeld: isHeld(value))
      let place = open.find(key.hash) {
        keys[$0] == key
      } orInsert: {
        keys.append(key)
        current.append(-1)
        return keys.count - 1
      }
      if current[place] < 0 || !join(value, current[place]) {
        current[place] = drafts.count
        drafts.append(
          Draft(members: [], inputs: [], compute: compute, isLast: isLast[value]))
        _ = join(value, current[place])
      }
    }
  }

  /// A sum joins the group that makes what it sums; otherwise one that reads it in the same stage, or starts one.
  private mutating func joinAsSum(
    _ value: Int, _ compute: ElementType, _ open: inout HashIndex, _ keys: inout [GroupKey],
    _ current: inout [Int]
  ) -> Bool {
    let summed = inputs(of: value)[0]
    let unit = unitOf[summed]
    if computeType(summed) != nil, unit >= 0 {
      guard drafts[unit].compute == compute else { return false }
      if drafts[unit].sums.count < Schedule.sumLimit {
        drafts[unit].sums.append(value)
        unitOf[value] = unit
        return true
      }
    }
    let key = GroupKey(
      stage: stage[value] - 1, shape: program.values[summed].type.shape, compute: compute,
      isLast: false, isHeld: isHeld(value))
    let place = open.find(key.hash) {
      keys[$0] == key
    } orInsert: {
      keys.append(key)
      current.append(-1)
      return keys.count - 1
    }
    let isFull = current[place] < 0 || drafts[current[place]].sums.count >= Schedule.sumLimit
    if isFull || !drafts[current[place]].inputs.contains(summed) {
      current[place] = drafts.count
      drafts.append(Draft(members: [], inputs: [summed], compute: compute, isLast: false))
    }
    drafts[current[place]].sums.append(value)
    unitOf[value] = current[place]
    return true
  }

  /// Adds a value to a group if it still fits.
  private mutating func join(_ value: Int, _ unit: Int) -> Bool {
    let new = inputs(of: value).filter { input in
      unitOf[input] != unit && !drafts[unit].inputs.contains(input)
    }
    let members = drafts[unit].members.count
    let inputs = drafts[unit].inputs.count + new.count
    let constants = program.steps(of: value).numbers.filter {
      !drafts[unit].constants.contains($0)
    }
    let registers = members + 1 + inputs + drafts[unit].constants.count + constants.count
    let fits =
      members < Schedule.memberLimit && inputs <= Schedule.inputLimit
      && registers <= Schedule.registerLimit
    guard fits || drafts[unit].members.isEmpty && drafts[unit].sums.isEmpty else { return false }
    drafts[unit].inputs.append(contentsOf: new)
    drafts[unit].constants.append(contentsOf: constants)
    drafts[unit].members.append(value)
    unitOf[value] = unit
    return true
  }

  /// First the spine, depth-first: what leads on to other kernels. Into it go its ends (gradients of
  /// parameters), each as soon as its inputs are there: two that read one value then find it in the cache.
  /// Last what only gives results, each as soon as nobody else will read the leaves that it reads: the
  /// gradient it uses is still near, and its memory is free for the next.
  private mutating func order() {
    let leadsOn = unitsThatLeadOn()
    var isDone = [Bool](repeating: false, count: drafts.count)
    var parts: [[Int]] = [[], [], []]
    for part in 0..<3 {
      for unit in drafts.indices
      where (drafts[unit].isLast ? 2 : leadsOn[unit] ? 0 : 1) == part && !drafts[unit].isEmpty {
        emit(unit, &isDone, &parts[part])
      }
    }
    let main = merged(parts[0], with: parts[1], afterReaders: false)
    for index in merged(main, with: parts[2], afterReaders: true) { units.append(unit(at: index)) }
  }

  private func unitsThatLeadOn() -> [Bool] {
    var leadsOn = [Bool](repeating: false, count: drafts.count)
    for draft in drafts where !draft.isLast {
      for input in draft.inputs where unitOf[input] >= 0 { leadsOn[unitOf[input]] = true }
    }
    return leadsOn
  }

  private func unit(at index: Int) -> Unit {
    let draft = drafts[index]
    return draft.compute.map {
      .group(
        draft.members, sums: draft.sums, results: draft.results, compute: $0,
        givesResults: draft.isLast)
    } ?? .single(draft.members[0])
  }

  /// `base` with each unit of `extra` put in as early as its inputs allow, and with `afterReaders` also not
  /// before the last unit of `base` that reads a leaf it reads.
  private func merged(_ base: [Int], with extra: [Int], afterReaders: Bool) -> [Int] {
    var lastRead = [Int](repeating: 0, count: program.values.count)
    var place = [Int](repeating: 0, count: drafts.count)
    for (index, unit) in base.enumerated() {
      place[unit] = index + 1
      for input in drafts[unit].inputs { lastRead[owner(of: input)] = index + 1 }
    }
    var waiting = [[Int]](repeating: [], count: base.count + 1)
    let firstSafe = afterReaders ? placeAfterChecks(base) : 0
    for unit in extra {
      var earliest = firstSafe
      for input in drafts[unit].inputs {
        let made = unitOf[input]
        if made >= 0 { earliest = max(earliest, place[made]) }
        if afterReaders { earliest = max(earliest, lastRead[owner(of: input)]) }
      }
      place[unit] = earliest
      waiting[earliest].append(unit)
    }
    return waiting[0] + base.indices.flatMap { [base[$0]] + waiting[$0 + 1] }
  }

  /// The place after which nothing can fail any more: a step that fails has then overwritten nothing.
  private func placeAfterChecks(_ base: [Int]) -> Int {
    var (safe, checks) = (0, CheckList())
    for (index, unit) in base.enumerated() where drafts[unit].compute == nil {
      if case .computed(let operation, let inputs) = program.values[drafts[unit].members[0]].source,
        checks.isFirst(operation, inputs, program)
      {
        safe = index + 1
      }
    }
    return safe
  }

  /// The value whose memory a view looks into.
  private func owner(of value: Int) -> Int {
    var value = value
    while case .computed(let operation, let inputs) = program.values[value].source,
      operation.kind == .view
    { value = inputs[0] }
    return value
  }

  /// Everything that a unit needs, then the unit: iteratively.
  private func emit(_ root: Int, _ isDone: inout [Bool], _ sequence: inout [Int]) {
    guard !isDone[root] else { return }
    var stack = [(unit: root, next: 0)]
    while let top = stack.last {
      if top.next < drafts[top.unit].inputs.count, !isDone[top.unit] {
        stack[stack.count - 1].next += 1
        let needed = unitOf[drafts[top.unit].inputs[top.next]]
        if needed >= 0, !isDone[needed] { stack.append((needed, 0)) }
        continue
      }
      stack.removeLast()
      guard !isDone[top.unit] else { continue }
      isDone[top.unit] = true
      sequence.append(top.unit)
    }
  }
}
