import AdjointGraph
import AdjointReference
import AdjointRuntime
import CKernels

/// Turns a program into kernels: decides what fuses, how each value lies in memory, and which kernel runs it.
struct CPUCompiler {
  let device: CPUDevice
  let program: Program
  var builder: ExecutableBuilder
  /// Where each value lies, once its kernel is made.
  var locations: [Location?]
  /// Copies already made, by what they are of, so that two readers share one.
  private var copies: [Int: [(strides: [Int], copy: Location)]] = [:]
  /// The group that computes a value, for in-place updates.
  private var groupOf: [Int: Int] = [:]
  private var groupKernels: [GroupKernel] = []
  /// The operations left to the plain kernels so far.
  private(set) var fallbacks: [String] = []

  /// How many units have yet to read each value; a value that is computed again is read again.
  private(set) var readsLeft: [Int]
  private let held: [Bool]
  private let folded: FoldedLayers

  /// `held` says which leaves stay from run to run; where it is empty none does.
  init(_ device: CPUDevice, _ program: Program, held: [Bool] = []) {
    self.device = device
    self.program = program
    builder = ExecutableBuilder(program, held: held)
    self.held = program.heldValues(held)
    folded = FoldedLayers(program, held: self.held, device)
    readsLeft = program.values.map { _ in 0 }
    locations = program.values.enumerated().map { index, value in
      if case .computed = value.source { return nil }
      return .rowMajor(index, value.type)
    }
  }

  mutating func compile(reuse: [Int]) throws(GraphError) -> Executable {
    let program = self.program
    var types = computeTypes(program)
    for value in types.indices where folded.isPart(value) { types[value] = nil }
    let held = held
    let sums = sumTypes(program)
    let schedule = Schedule(program) { [types] in
      types[$0]
    } sumType: {
      sums[$0]
    } isHeld: {
      !held.isEmpty && held[$0]
    }
    if !folded.layers.isEmpty { for unit in schedule.units { noteReads(of: unit.members, 1) } }
    for unit in schedule.units {
      switch unit {
      case .group(let members, let sums, let results, let compute, let givesResults):
        appendGroup(members, sums, results, compute, givesResults)
      case .single(let value): try appendSingle(value)
      }
      if !folded.layers.isEmpty { noteEnd(of: unit) }
    }
    let found = program.outputs.map { value in
      copied(location(value), as: location(value).shape.strides).slot
    }
    let (groupOf, kernels, owners) = (groupOf, groupKernels, builder.owners)
    return builder.finish(found: found, reuse: reuse) { slot, leaf in
      groupOf[slot].map { kernels[$0].worksInPlace(on: leaf) { owners[$0] } } ?? false
    }
  }

  private mutating func noteReads(of members: [Int], _ change: Int) {
    for value in Set(members.flatMap { program.inputs(of: $0) }) { readsLeft[value] += change }
  }

  /// What is inside a layer has read when the layer has.
  private mutating func noteEnd(of unit: Unit) {
    if case .single(let value) = unit {
      if folded.inside.contains(value) { return }
      for part in folded.layers[value]?.inside ?? [] { noteReads(of: [part], -1) }
    }
    noteReads(of: unit.members, -1)
  }

  func location(_ value: Int) -> Location { locations[value].unsafelyUnwrapped }

  /// Where the value lies with exactly these strides; copied there if it does not yet.
  mutating func located(_ value: Int, as strides: [Int]) -> Location {
    let source = location(value)
    return copied(source, as: strides)
  }

  mutating func copied(_ source: Location, as strides: [Int]) -> Location {
    if source.lies(as: strides) { return source }
    if let known = copies[source.slot]?.first(where: { entry in
      entry.strides == source.strides && entry.copy.shape == source.shape
        && entry.copy.strides == strides
    }) {
      return known.copy
    }
    let slot = builder.newSlot(bytes: source.type.byteCount)
    let copy = Location(slot: slot, type: source.type, strides: strides)
    builder.append(
      StridedCopyKernel(source, to: copy, device), reads: [source.slot], writes: [slot])
    copies[source.slot, default: []].append((source.strides, copy))
    return copy
  }

  /// Before the memory of a slot is written anew.
  mutating func forgetCopies(of slot: Int) { copies[slot] = nil }

  mutating func rowMajor(_ value: Int) -> Location {
    located(value, as: program.values[value].type.shape.strides)
  }

  private mutating func appendSingle(_ value: Int) throws(GraphError) {
    guard case .computed(let operation, let inputs) = program.values[value].source else { return }
    if folded.inside.contains(value) { return }
    if let layer = folded.layers[value] { return appendLayer(layer) }
    let type = program.values[value].type
    if try appendView(operation, value, inputs, type) { return }
    if appendPieces(operation, value, inputs, type) { return }
    if try appendNative(operation, value, inputs, type) { return }
    // What has no kernel of its own runs on the plain one. A scan's steps are this engine's own program.
    if !(operation is Scan) { fallbacks.append(operation.name) }
    let operands = inputs.map { input in
      let place = rowMajor(input)
      return Operand(place.slot, place.type)
    }
    let (kernel, canFail) = try device.plainKernel(operation, operands, Operand(value, type))
    builder.append(
      kernel, reads: operands.map { $0.slot }, writes: [value],
      canFail: builder.isFirstCheck(operation, inputs) || canFail)
    locations[value] = .rowMajor(value, type)
  }

  /// Values that are only another look at memory.
  private mutating func appendView(
    _ operation: any Operation, _ value: Int, _ inputs: [Int], _ type: TensorType
  ) throws(GraphError) -> Bool {
    switch operation {
    case let transpose as Transpose:
      locations[value] = location(inputs[0]).transposed(transpose.order, type)
    case is Broadcast:
      locations[value] = location(inputs[0]).broadcast(type)
    case is StopGradient, is Barrier:
      locations[value] = location(inputs[0])
    case is Reshape:
      locations[value] =
        location(inputs[0]).reshaped(type) ?? rowMajor(inputs[0]).reshaped(type)
    case let slice as Slice:
      let source = location(inputs[0])
      let start = location(inputs[1])
      builder.append(
        SliceKernel(source, axis: slice.axis, length: slice.length, start: start.slot, to: value),
        reads: [source.slot, start.slot], writes: [value])
      builder.setView(value, into: source.slot)
      locations[value] = Location(slot: value, type: type, strides: source.strides)
    case let slice as StridedSlice: appendStridedSlice(slice, value, location(inputs[0]), type)
    default: return false
    }
    return true
  }

  /// A fused pass. Images keep the order in which most of them lie. Sums that cannot be taken along the way are taken
  /// afterwards.
  private mutating func appendGroup(
    _ members: [Int], _ sums: [Int], _ results: [Int], _ compute: ElementType,
    _ givesResults: Bool
  ) {
    var inputs: [Int] = []
    for value in [members, sums].joined() {
      for input in program.inputs(of: value)
      where !members.contains(input) && !inputs.contains(input) {
        inputs.append(input)
      }
    }
    let shape = program.values[members.first ?? inputs[0]].type.shape
    let prefersChannelsLast =
      Location.canBeImages(shape.rank)
      && inputs.contains { location($0).shape == shape && isChannelsLastOnly(location($0)) }
    var draft = GroupDraft(
      program: program, members: members, inputs: inputs, compute: compute, shape: shape,
      isChannelsLast: prefersChannelsLast, fusesProducts: givesResults)
    // What lies in memory in another order is summed in an order of its own.
    let along = sums.compactMap { sum in draft.sum(sum) }.filter {
      members.contains($0.summed) || draft.isDense(location($0.summed))
    }
    if !sums.isEmpty { draft.takeSums(along) }
    let later = along.filter { sum in !draft.sums.contains { $0.value == sum.value } }
    let apart = sums.filter { sum in !along.contains { $0.value == sum } }
    let summedApart = (later.map { $0.value } + apart).flatMap { program.inputs(of: $0) }
    draft.results = members.filter {
      results.contains($0) || summedApart.contains($0) && locations[$0] == nil
    }
    if !members.isEmpty || !draft.sums.isEmpty { appendGroup(draft) }
    for sum in later {
      appendGroup([], [sum.value], [], compute, givesResults)
    }
    for sum in apart {
      guard case .computed(let operation, let inputs) = program.values[sum].source,
        let axes = (operation as? Sum)?.axes
      else { continue }
      appendReduction(ADJ_SUM, axes, sum, inputs[0], program.values[sum].type)
    }
  }

  private mutating func appendGroup(_ draft: GroupDraft) {
    let kernel = GroupKernel(draft, locations: draft.inputs.map { location($0) }, device)
    let sums = draft.sums.map { $0.value }
    builder.append(
      kernel, reads: draft.inputs.map { location($0).slot }, writes: draft.results + sums)
    for member in draft.results {
      let type = program.values[member].type
      locations[member] =
        draft.isChannelsLast ? .channelsLast(member, type) : .rowMajor(member, type)
      groupOf[member] = groupKernels.count
    }
    for sum in sums { locations[sum] = .rowMajor(sum, program.values[sum].type) }
    groupKernels.append(kernel)
  }

  private func isChannelsLastOnly(_ location: Location) -> Bool {
    location.isChannelsLast && !location.isRowMajor
  }
}
