/// A function applied T times, each time to what it gave the time before: carries that go from step to step, and
/// outputs that are kept.
///
/// The body is recorded once and run T times: a plan's size does not depend on T. One dense vector holds the whole
/// result, as `ScanLayout` says. The backward pass is another scan the other way, over the carries that this one
/// kept; what many steps add to one gradient is a sum that is carried and not kept.
package final class Scan: Operation {
  package let name = "scan"
  package let attributes: [Int]
  package let signature: UInt64
  package let kind = OperationKind.kernel
  /// From carries, one step's inputs and constants to the next carries, outputs and terms of sums.
  package let body: Template
  package let layout: ScanLayout
  /// How many of the inputs have one entry a step; the carries come before them, constants after.
  package let stepInputCount: Int
  package let isReversed: Bool

  init(
    _ body: Template, length: Int, carries: Int, stepInputs: Int, outputs: Int, isReversed: Bool
  ) {
    self.body = body
    self.isReversed = isReversed
    stepInputCount = stepInputs
    layout = ScanLayout(
      length: length, outputs: body.results[carries..<(carries + outputs)].map { $0.shape },
      carries: body.holes[..<carries].map { $0.shape },
      sums: body.results[(carries + outputs)...].map { $0.shape })
    attributes = body.fingerprint + [length, carries, stepInputs, outputs, isReversed ? 1 : 0]
    signature = Signature.of("scan", attributes)
  }

  package var length: Int { layout.length }
  package var carryCount: Int { layout.carries.count }
  private var constantStart: Int { carryCount + stepInputCount }

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    guard inputs.count == body.holes.count else {
      throw GraphError(name, "takes \(body.holes.count) inputs, not \(inputs.count)")
    }
    for (place, hole) in body.holes.enumerated() {
      let (found, wanted) = (inputs[place], inputType(place, hole.type))
      guard found != wanted else { continue }
      throw GraphError(
        name,
        "input \(place) must be \(wanted.element.name) \(wanted.shape.description), not \(found.element.name) \(found.shape.description)"
      )
    }
    let type = TensorType([layout.count], body.type.element)
    guard type.shape.isValid else {
      throw GraphError(name, "\(length) steps keep more numbers than a tensor can hold")
    }
    return type
  }

  /// What an input must be: one entry a step, or what the body takes as it is.
  private func inputType(_ place: Int, _ hole: TensorType) -> TensorType {
    guard place >= carryCount, place < constantStart else { return hole }
    return TensorType(hole.shape.stacked(length), hole.element)
  }

  /// Each step's adjoints from those of the next: backwards, with the carries that were kept.
  package func reverse(_ step: Reverse) {
    let inputs = (0..<step.inputCount).map { step.input($0) }
    let upstream = layout.pieces(of: step.upstream)
    let wanted = (carryCount..<inputs.count).filter {
      step.needs($0) && inputs[$0].element.isFloating
    }
    let steps = wanted.filter { $0 < constantStart }
    let constants = wanted.filter { $0 >= constantStart }
    let own = Array(inputs[carryCount..<constantStart])
    let (n, m, k) = (own.count, carryCount, layout.outputs.count)
    // What adds up over the steps does so in wide elements; the walker casts back.
    let (element, wide) = (body.type.element, body.type.element.wide)
    let back = Scan.traced(
      carries: upstream.carries.map { $0.cast(to: wide) },
      stepInputs: own + layout.pieces(of: step.output).saved + upstream.outputs + upstream.saved,
      constants: Array(inputs[constantStart...]) + upstream.sums, length: length,
      isReversed: !isReversed
    ) { adjoints, now, fixed in
      let given =
        Array(now[n..<(n + m)]) + Array(now[..<n])
        + Array(fixed.dropLast(self.layout.sums.count))
      let targets = Array(given[..<m]) + wanted.map { given[$0] }
      let found = gradients(
        of: self.body.all(given), withRespectTo: targets,
        upstreams: adjoints.map { $0.cast(to: element) } + Array(now[(n + m)..<(n + m + k)])
          + Array(fixed.suffix(self.layout.sums.count)), behind: given)
      let flows = zip(found, targets).map { ($0 ?? .zeroFlow(like: $1)).cast(to: wide) }
      let kept = now[(n + m + k)...].map { $0.cast(to: wide) }
      return Step(
        carries: zip(flows, kept).map { $0 + $1 }, outputs: Array(flows[m..<(m + steps.count)]),
        sums: Array(flows[(m + steps.count)...]))
    }
    for place in 0..<m { step.add(to: place, back.carries[place]) }
    for (place, flow) in zip(steps, back.outputs) { step.add(to: place, flow) }
    for (place, flow) in zip(constants, back.sums) { step.add(to: place, flow) }
  }

  /// The tangents' own scan, beside the carries that were kept. Its result is laid out as this one's.
  package func forward(_ step: Forward) -> Tensor {
    let inputs = (0..<step.tangents.count).map { step.input($0) }
    let own = Array(inputs[carryCount..<constantStart])
    let moving = (carryCount..<inputs.count).filter { step.tangent($0) != nil }
    let (steps, constants) = (
      moving.filter { $0 < constantStart }, moving.filter { $0 >= constantStart }
    )
    let (n, m) = (own.count, carryCount)
    let tangent = Scan.traced(
      carries: (0..<m).map { step.tangent($0) ?? .zeroFlow(like: inputs[$0]) },
      stepInputs: own + layout.pieces(of: step.output).saved + steps.map { step.tangent($0)! },
      constants: Array(inputs[constantStart...]) + constants.map { step.tangent($0)! },
      length: length, isReversed: isReversed
    ) { carried, now, fixed in
      let given =
        Array(now[n..<(n + m)]) + Array(now[..<n])
        + Array(fixed.dropLast(constants.count))
      let moved = pushForward(
        self.body.all(given), at: Array(given[..<m]) + moving.map { given[$0] },
        along: carried + Array(now[(n + m)...]) + Array(fixed.suffix(constants.count)),
        behind: given)
      let flows = zip(moved, self.body.results).map { $0 ?? .zeroFlow(like: $1) }
      let ends = (m, m + self.layout.outputs.count)
      return Step(
        carries: Array(flows[..<ends.0]), outputs: Array(flows[ends.0..<ends.1]),
        sums: Array(flows[ends.1...]))
    }
    return tangent.whole
  }

  /// A scan of batches: every carry has the batch, and so has every result.
  package func batch(_ step: BatchStep) -> Tensor {
    let carries = (0..<carryCount).map { place in
      let given = step.inputs[place]
      return step.isBatched[place] ? given : given.broadcast(to: step.withBatchAxis(given.shape))
    }
    let steps = (carryCount..<constantStart).map { place in
      step.isBatched[place] ? step.inputs[place].movingAxis(1, to: 0) : step.inputs[place]
    }
    let areBatched = carries.map { _ in true } + step.isBatched[carryCount...]
    let scan = Scan.traced(
      carries: carries, stepInputs: steps, constants: Array(step.inputs[constantStart...]),
      length: length, isReversed: isReversed
    ) { carried, now, fixed in
      let results = batched(
        self.body.results, replacing: self.body.holes, by: carried + now + fixed,
        areBatched: areBatched, size: step.size)
      let ends = (self.carryCount, self.carryCount + self.layout.outputs.count)
      return Step(
        carries: Array(results[..<ends.0]), outputs: Array(results[ends.0..<ends.1]),
        sums: Array(results[ends.1...]))
    }
    let kept = (scan.outputs + scan.saved).map { $0.movingAxis(1, to: 0) }
    let flat = (kept + scan.sums + scan.carries).map { piece in
      piece.reshaped([step.size, piece.shape.withoutFirst.count])
    }
    return concatenated(flat, axis: 1)
  }
}

extension Scan {
  /// What one step gives.
  package struct Step {
    let carries: [Tensor]
    let outputs: [Tensor]
    /// Terms of sums over all steps.
    let sums: [Tensor]
  }

  /// A scan's body recorded, and the scan of these inputs. What the body uses from outside becomes a constant.
  static func traced(
    carries: [Tensor], stepInputs: [Tensor], constants: [Tensor], length: Int, isReversed: Bool,
    _ body: (_ carries: [Tensor], _ now: [Tensor], _ constants: [Tensor]) -> Step
  ) -> ScanPieces {
    let (m, n) = (carries.count, stepInputs.count)
    let slices = stepInputs.map { TensorType($0.shape.withoutFirst, $0.element) }
    var outputs = 0
    let (template, captured) = Template.trace(
      carries.map { $0.type } + slices + constants.map { $0.type }, capturing: .invariants
    ) { holes in
      let step = body(
        Array(holes[..<m]), Array(holes[m..<(m + n)]), Array(holes[(m + n)...]))
      outputs = step.outputs.count
      return step.carries + step.outputs + step.sums
    }
    let scan = Scan(
      template, length: length, carries: m, stepInputs: n, outputs: outputs,
      isReversed: isReversed)
    return scan.layout.pieces(of: scan.apply(carries + stepInputs + constants + captured))
  }

  /// For the register of operations: a running product.
  package static let example: Scan = {
    let number = TensorType([], .float32)
    let body = Template.trace([number, number], capturing: .invariants) { holes in
      [holes[0] * holes[1], holes[0] + holes[1]]
    }
    return Scan(
      body.template, length: 1, carries: 1, stepInputs: 1, outputs: 1, isReversed: false)
  }()
}

extension Tensor {
  /// Nothing that flows to or along a value.
  fileprivate static func zeroFlow(like value: Tensor) -> Tensor {
    .literal(0, value.element).broadcast(to: value.shape)
  }
}

extension Shape {
  /// The shape without its first axis.
  var withoutFirst: Shape {
    var result = self
    result.remove(at: 0)
    return result
  }

  /// The shape of so many of these along a new first axis.
  func stacked(_ count: Int) -> Shape {
    var result = self
    result.insert(count, at: 0)
    return result
  }
}
