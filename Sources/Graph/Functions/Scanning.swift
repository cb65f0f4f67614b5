/// Goes through the first axis of `inputs`, all of one length, and at each place makes new carries and outputs from
/// the carries so far and the slices there. Gives the last carries, and the outputs of all places along a new first
/// axis.
///
/// The body is recorded once, however many places there are. It may use what it finds around it, parameters too;
/// carries keep their type, and carries and outputs are of one floating-point type. Without inputs `count` says how
/// often. `reversed` goes from the last place to the first.
public func scan(
  _ initial: [Tensor], over inputs: [Tensor], count: Int? = nil, reversed: Bool = false,
  _ body: (_ carries: [Tensor], _ inputs: [Tensor]) -> (carries: [Tensor], outputs: [Tensor])
) -> (carries: [Tensor], outputs: [Tensor]) {
  do throws(GraphError) {
    let length = try scanLength(inputs, count)
    var wrong: GraphError?
    var poisoned: Tensor?
    let pieces = Scan.traced(
      carries: initial, stepInputs: inputs, constants: [], length: length, isReversed: reversed
    ) { carries, slices, _ in
      let ((next, outputs), changes) = EffectLog.aside { body(carries, slices) }
      do throws(GraphError) {
        guard changes.isEmpty else {
          throw GraphError(
            "scan",
            "a layer with statistics, such as BatchNorm, cannot take them inside; move it out")
        }
        poisoned = (next + outputs).first { $0.node.isPoisoned }
        if poisoned == nil { try checkStep(initial, next, outputs) }
      } catch {
        wrong = error
      }
      if wrong != nil || poisoned != nil {
        return Scan.Step(carries: carries, outputs: [.literal(0, .float32)], sums: [])
      }
      return Scan.Step(carries: next, outputs: outputs, sums: [])
    }
    if let wrong { throw wrong }
    if let poisoned { return poisonedScan(poisoned, initial, inputs, body) }
    return (pieces.carries, pieces.outputs)
  } catch {
    return poisonedScan(fail(error), initial, inputs, body)
  }
}

/// As many poisoned values as the scan would have given.
private func poisonedScan(
  _ poison: Tensor, _ initial: [Tensor], _ inputs: [Tensor],
  _ body: ([Tensor], [Tensor]) -> (carries: [Tensor], outputs: [Tensor])
) -> (carries: [Tensor], outputs: [Tensor]) {
  let outputs = body(initial.map { _ in poison }, inputs.map { _ in poison }).outputs
  return (initial.map { _ in poison }, outputs.map { _ in poison })
}

/// Goes through the first axis of `inputs` with one carry and one output: see `scan` of lists.
public func scan(
  _ initial: Tensor, over inputs: Tensor, reversed: Bool = false,
  _ body: (_ carry: Tensor, _ input: Tensor) -> (carry: Tensor, output: Tensor)
) -> (carry: Tensor, outputs: Tensor) {
  let found = scan([initial], over: [inputs], reversed: reversed) { carries, slices in
    let (carry, output) = body(carries[0], slices[0])
    return ([carry], [output])
  }
  return (found.carries[0], found.outputs[0])
}

private func scanLength(_ inputs: [Tensor], _ count: Int?) throws(GraphError) -> Int {
  if let bad = inputs.first(where: { $0.node.isPoisoned })?.node.error { throw bad }
  guard inputs.allSatisfy({ $0.rank > 0 }) else {
    throw GraphError("scan", "an input without axes has no places to go through")
  }
  let lengths = inputs.map { $0.shape[0] } + (count.map { [$0] } ?? [])
  guard let length = lengths.first, length >= 0 else {
    throw GraphError("scan", "takes inputs, or a count of steps from 0 up")
  }
  guard lengths.allSatisfy({ $0 == length }) else {
    throw GraphError("scan", "the lengths differ: \(Shape.list(lengths))")
  }
  return length
}

private func checkStep(
  _ initial: [Tensor], _ next: [Tensor], _ outputs: [Tensor]
) throws(GraphError) {
  guard initial.count == next.count else {
    throw GraphError("scan", "\(initial.count) carries become \(next.count)")
  }
  guard let element = (next + outputs).first?.element else {
    throw GraphError("scan", "there is neither a carry nor an output")
  }
  for (place, (before, after)) in zip(initial, next).enumerated() where before.type != after.type {
    throw GraphError(
      "scan",
      "carry \(place) is \(before.element.name) \(before.shape.description) and becomes \(after.element.name) \(after.shape.description)"
    )
  }
  guard element.isFloating, (next + outputs).allSatisfy({ $0.element == element }) else {
    throw GraphError(
      "scan", "carries and outputs must be of one floating-point type; cast what is not")
  }
}
