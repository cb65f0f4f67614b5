import AdjointGraph

/// A piece of graph as flat arrays: what a device compiles. Values are numbered in topological order.
package final class Program {
  package enum Source {
    /// Memory that the caller gives, by number.
    case leaf(Int)
    /// A number that the caller gives, by number of leaf.
    case scalar(Int)
    /// A number that is part of the structure.
    case literal(Double)
    case computed(any Operation, inputs: [Int])
  }

  package struct Value {
    package let source: Source
    package let type: TensorType
  }

  package private(set) var values: [Value] = []
  private var inputLists: [[Int]] = []
  private var knownSteps: [PointwiseSteps?] = []
  /// The values that are asked for, one a root.
  package private(set) var outputs: [Int] = []
  package private(set) var leafCount = 0
  /// The walk as it was, for comparing structures.
  private let outline: Outline
  private var known = HashIndex()
  private var takesNarrow: NarrowChoice

  package typealias RegionChoice = (_ region: any Region, _ inputs: [TensorType]) -> Bool
  /// Whether a kernel takes and gives narrow elements as they are, of these inputs.
  package typealias NarrowChoice = (
    _ operation: any Operation, _ inputs: [TensorType], _ result: TensorType
  ) -> Bool

  /// Flattens an ordered graph. Regions that `runsWhole` declines are replaced by their bodies; equal
  /// computations become one value.
  package init(
    _ walk: Walk, roots: [Node], runsWhole: RegionChoice,
    takesNarrow: @escaping NarrowChoice = { _, _, _ in false }
  ) {
    self.takesNarrow = takesNarrow
    outline = Outline(walk, roots)
    var places = [Int]()
    places.reserveCapacity(walk.count)
    let rootPlaces = roots.map { Int($0.ordinal) }
    for index in 0..<walk.count {
      let node = walk.node(index)
      let inputs = (walk.inputStart[index]..<walk.inputStart[index + 1]).map {
        places[Int(walk.inputs[Int($0)])]
      }
      places.append(add(node, inputs, runsWhole, isOutermost: true))
    }
    outputs = rootPlaces.map { places[$0] }
    known = HashIndex()
    self.takesNarrow = { _, _, _ in false }
  }

  /// True where an ordered graph has exactly the structure this program was made from.
  package func matches(_ walk: Walk, roots: [Node]) -> Bool {
    outline.isSame(as: Outline(walk, roots))
  }

  /// What a value is computed from.
  package func inputs(of value: Int) -> [Int] { inputLists[value] }

  /// How a pointwise value is computed from its inputs; nothing of others. Asked for often, found out once.
  package func steps(of value: Int) -> PointwiseSteps {
    if let known = knownSteps[value] { return known }
    var steps = PointwiseSteps()
    if case .computed(let operation, let inputs) = values[value].source,
      let pointwise = operation.asPointwise
    {
      steps = PointwiseSteps(pointwise, inputCount: inputs.count)
    }
    knownSteps[value] = steps
    return steps
  }

  private func append(_ source: Source, _ type: TensorType) -> Int {
    values.append(Value(source: source, type: type))
    if case .computed(_, let inputs) = source {
      inputLists.append(inputs)
    } else {
      inputLists.append([])
    }
    knownSteps.append(nil)
    return values.count - 1
  }

  private func add(
    _ node: Node, _ inputs: [Int], _ runsWhole: RegionChoice, isOutermost: Bool
  ) -> Int {
    if inputs.isEmpty, node.operation.kind == .leaf || node.storage != nil {
      return addLeaf(node, isOutermost)
    }
    if let same = simplified(node, inputs) { return same }
    if takesNarrowElements(node.operation)
      || node.element.isNarrow
        && takesNarrow(node.operation, inputs.map { values[$0].type }, node.type)
    {
      return addComputation(node.operation, inputs, node.type, runsWhole)
    }
    // Whatever the operation is, in wide elements: what it computes rounds once, at its end.
    let wide = inputs.map { cast($0, to: values[$0].type.element.wide) }
    let type = TensorType(node.shape, node.element.wide)
    return cast(addComputation(node.operation, wide, type, runsWhole), to: node.element)
  }

  private func addComputation(
    _ operation: any Operation, _ inputs: [Int], _ type: TensorType, _ runsWhole: RegionChoice
  ) -> Int {
    if let region = operation.asRegion, !runsWhole(region, inputs.map { values[$0].type }) {
      return inline(region, inputs, runsWhole)
    }
    return compute(operation, inputs, type)
  }

  /// A computation; one that is there already is the same value.
  private func compute(_ operation: any Operation, _ inputs: [Int], _ type: TensorType) -> Int {
    known.find(hash(operation, inputs)) { place in
      guard case .computed(let other, let others) = values[place].source else { return false }
      return others == inputs && isSame(other, operation)
    } orInsert: {
      append(.computed(operation, inputs: inputs), type)
    }
  }

  private func cast(_ place: Int, to element: ElementType) -> Int {
    let type = values[place].type
    if type.element == element { return place }
    return compute(Cast.to(element), [place], TensorType(type.shape, element))
  }

  private func addLeaf(_ node: Node, _ isOutermost: Bool) -> Int {
    if let literal = node.operation as? Literal, node.storage == nil {
      return known.find(literal.signature) { place in
        guard case .literal(let number) = values[place].source else { return false }
        return number.bitPattern == literal.value.bitPattern
          && values[place].type.element == node.element
      } orInsert: {
        append(.literal(literal.value), node.type)
      }
    }
    precondition(isOutermost, "a region's body may use its inputs and literals only")
    leafCount += 1
    let isNumber = node.storage == nil && !(node.operation is Placeholder)
    return append(isNumber ? .scalar(leafCount - 1) : .leaf(leafCount - 1), node.type)
  }

  /// A region's body, over these values.
  private func inline(_ region: any Region, _ inputs: [Int], _ runsWhole: RegionChoice) -> Int {
    let examples = inputs.map { Tensor.placeholder(values[$0].type) }
    let root = withPrecision(.float32) { region.body(examples) }.node
    let walk = Walk.take()
    defer { walk.giveBack() }
    walk.order(roots: [root], boundary: examples.map { $0.node }, stoppingAtValues: false)
    var places = inputs
    for index in inputs.count..<walk.count {
      let below = (walk.inputStart[index]..<walk.inputStart[index + 1]).map {
        places[Int(walk.inputs[Int($0)])]
      }
      places.append(add(walk.node(index), below, runsWhole, isOutermost: false))
    }
    return places[Int(root.ordinal)]
  }

  /// The value that a computation merely repeats, if it does: x · 1, or a view that changes nothing.
  private func simplified(_ node: Node, _ inputs: [Int]) -> Int? {
    switch node.operation {
    case is Multiply:
      if isOne(inputs[1]), values[inputs[0]].type == node.type { return inputs[0] }
      if isOne(inputs[0]), values[inputs[1]].type == node.type { return inputs[1] }
      return nil
    case is StopGradient: return inputs[0]
    case is Reshape, is Broadcast:
      return values[inputs[0]].type == node.type ? inputs[0] : nil
    default: return nil
    }
  }

  private func isOne(_ place: Int) -> Bool {
    if case .literal(1) = values[place].source { return true }
    return false
  }

  private func hash(_ operation: any Operation, _ inputs: [Int]) -> UInt64 {
    var key = StructureKey()
    key.mix(operation.signature)
    for input in inputs { key.mix(UInt64(input)) }
    return key.a
  }
}

extension Program {
  /// For each value whether it is made of leaves alone that stay from run to run; nothing where no leaf does.
  package func heldValues(_ held: [Bool]) -> [Bool] {
    guard held.contains(true) else { return [] }
    var found = values.map { $0.isHeldLeaf(held) }
    for (index, value) in values.enumerated() {
      guard case .computed(_, let inputs) = value.source else { continue }
      found[index] = !inputs.isEmpty && inputs.allSatisfy { found[$0] }
    }
    return found
  }
}

extension Program.Value {
  /// Whether it is a number of the structure, or a leaf that stays from run to run.
  func isHeldLeaf(_ held: [Bool]) -> Bool {
    switch source {
    case .leaf(let leaf), .scalar(let leaf): held[leaf]
    case .literal: true
    case .computed: false
    }
  }
}

/// What a structure key was made from, kept to tell collisions. Unlike the key it holds the operations
/// themselves, so that not even two attributes with one hash go unnoticed.
private struct Outline {
  private var operations: [(any Operation)?] = []
  private var leafTypes: [TensorType] = []
  private var inputs: [Int32] = []
  private var roots: [Int32]

  init(_ walk: Walk, _ roots: [Node]) {
    self.roots = roots.map { $0.ordinal }
    for index in 0..<walk.count {
      let node = walk.node(index)
      let isLeaf = walk.inputStart[index] == walk.inputStart[index + 1]
      operations.append(isLeaf && node.storage != nil ? nil : node.operation)
      if isLeaf { leafTypes.append(node.type) }
      inputs.append(-1)
      for place in walk.inputStart[index]..<walk.inputStart[index + 1] {
        inputs.append(walk.inputs[Int(place)])
      }
    }
  }

  func isSame(as other: Outline) -> Bool {
    guard inputs == other.inputs, leafTypes == other.leafTypes, roots == other.roots else {
      return false
    }
    return operations.indices.allSatisfy { index in
      switch (operations[index], other.operations[index]) {
      case (nil, nil): true
      case (let a?, let b?): AdjointGraph.isSame(a, b)
      default: false
      }
    }
  }
}

extension Program {
  /// The first operation at which an ordered graph departs from this program: what it was, and what it is.
  package func departure(of walk: Walk, roots: [Node]) -> (was: String, is: String)? {
    outline.departure(of: Outline(walk, roots))
  }
}

extension Outline {
  fileprivate func departure(of other: Outline) -> (was: String, is: String)? {
    for index in 0..<Swift.max(operations.count, other.operations.count) {
      let (was, now) = (name(index), other.name(index))
      if !isSame(was, now) { return (was, now) }
    }
    return nil
  }

  private func isSame(_ a: String, _ b: String) -> Bool { a.utf8.elementsEqual(b.utf8) }

  private func name(_ index: Int) -> String {
    guard index < operations.count else { return "nothing" }
    return operations[index]?.name ?? "data"
  }
}

/// Finds places by hash: an open-addressed table of numbers.
struct HashIndex {
  private var slots: [(hash: UInt64, place: Int)] = []
  private var count = 0

  mutating func find(
    _ hash: UInt64, where isSame: (Int) -> Bool, orInsert make: () -> Int
  ) -> Int {
    if count * 2 >= slots.count { grow() }
    var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[slot].place >= 0 {
      if slots[slot].hash == hash, isSame(slots[slot].place) { return slots[slot].place }
      slot = (slot + 1) & (slots.count - 1)
    }
    let place = make()
    slots[slot] = (hash, place)
    count += 1
    return place
  }

  private mutating func grow() {
    let old = slots
    slots = Array(repeating: (0, -1), count: Swift.max(64, old.count * 2))
    for entry in old where entry.place >= 0 {
      var slot = Int(truncatingIfNeeded: entry.hash) & (slots.count - 1)
      while slots[slot].place >= 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = entry
    }
  }
}
