/// A function as one node: its body is the graph that it builds. What is special is its reverse rule.
package final class FunctionRegion: Region {
  /// What the gradient with respect to each input is, given inputs, output and upstream.
  package typealias ReverseRule =
    @Sendable (_ inputs: [Tensor], _ output: Tensor, _ upstream: Tensor) -> [Tensor?]

  package let name: String
  package let attributes: [Int]
  package let signature: UInt64
  package let kind = OperationKind.region
  private let template: Template
  /// Nil recomputes: the body is run again where its gradient is needed.
  private let rule: ReverseRule?

  package init(_ name: String, _ template: Template, rule: ReverseRule?) {
    self.name = name
    self.template = template
    self.rule = rule
    attributes = template.fingerprint
    signature = Signature.of(name, attributes)
  }

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType { template.type }
  package func body(_ inputs: [Tensor]) -> Tensor { template(inputs) }

  package func reverse(_ step: Reverse) {
    let inputs = (0..<step.inputCount).map { step.input($0) }
    let found = rule?(inputs, step.output, step.upstream) ?? recomputed(inputs, step)
    for (place, contribution) in found.enumerated() where place < inputs.count {
      if let contribution { step.add(to: place, contribution) }
    }
  }

  /// The gradients through a second run of the body, which waits for the upstream gradient.
  private func recomputed(_ inputs: [Tensor], _ step: Reverse) -> [Tensor?] {
    // Integers too: what is drawn from a key is drawn again, not kept.
    let again = inputs.enumerated().map { place, input in
      input.element == .int64 || input.element.isFloating && step.needs(place)
        ? Barrier.shared.apply(input, step.upstream) : input
    }
    let wanted = again.indices.filter { step.needs($0) }
    let found = gradients(
      of: body(again), withRespectTo: wanted.map { again[$0] }, upstream: step.upstream,
      behind: again)
    var result = [Tensor?](repeating: nil, count: inputs.count)
    for (place, gradient) in zip(wanted, found) { result[place] = gradient }
    return result
  }

  package func forward(_ step: Forward) -> Tensor {
    rule.map { transposed($0, step) } ?? step.throughBody(self)
  }

  /// The tangent that an own rule implies: the rule is linear in the upstream gradient u, so that it is what the sum
  /// of rule(u) · tangent becomes when u is asked for.
  private func transposed(_ rule: ReverseRule, _ step: Forward) -> Tensor {
    let inputs = (0..<step.node.inputCount).map { step.input($0) }
    let upstream = Tensor.zeros(step.output.shape, step.output.element)
    var paired: Tensor?
    for (place, gradient) in rule(inputs, step.output, upstream).enumerated() {
      guard place < inputs.count, let gradient, let tangent = step.tangent(place) else { continue }
      let part = (gradient * tangent).sum()
      paired = paired.map { $0 + part } ?? part
    }
    guard let paired else { return step.zero() }
    let moving = step.tangents.compactMap { $0 }
    let found = gradients(
      of: paired, withRespectTo: [upstream], behind: inputs + [step.output] + moving)
    return found[0] ?? step.zero()
  }
  package func batch(_ step: BatchStep) -> Tensor { step.throughBody(self) }
}

/// `block(x)`, whose intermediate values are not kept for the backward pass but computed again there: less
/// memory for more work. Value and gradients are the same to the last bit. What the block makes of numbers from
/// around it, without x, is computed once and kept. The statistics of its layers are taken once.
public func recomputed(_ x: Tensor, _ block: (Tensor) -> Tensor) -> Tensor {
  let (template, captured) = tracedWithEffects([x]) { block($0[0]) }
  return template.poison
    ?? FunctionRegion("recomputed", template, rule: nil).apply([x] + captured)
}

/// A function traced, and what its layers note of placeholders noted of the inputs themselves.
private func tracedWithEffects(
  _ inputs: [Tensor], _ function: ([Tensor]) -> Tensor
) -> (template: Template, captured: [Tensor]) {
  Template.trace(inputs.map { $0.type }) { holes in
    let (result, changes) = EffectLog.aside { function(holes) }
    let values = Template.filled(changes.map { $0.value }, holes, with: inputs)
    for (change, value) in zip(changes, values) { EffectLog.current?.set(change.cell, value) }
    return result
  }
}

/// `function` of these inputs with a gradient of your own: `gradient` gets the inputs, the output and the
/// upstream gradient, and gives one gradient an input, nil where none flows.
public func withGradient(
  _ inputs: [Tensor], of function: ([Tensor]) -> Tensor,
  gradient rule:
    @escaping @Sendable (
      _ inputs: [Tensor], _ output: Tensor, _ upstream: Tensor
    ) -> [Tensor?]
) -> Tensor {
  let (template, captured) = tracedWithEffects(inputs, function)
  let count = inputs.count
  let region = FunctionRegion("withGradient", template) { all, output, upstream in
    let own = Array(all.prefix(count))
    return checkedGradients(rule(own, output, upstream), of: own)
  }
  return template.poison ?? region.apply(inputs + captured)
}

/// The gradients that a rule gave, each of its input's type; where one is not, an error in its place.
private func checkedGradients(_ found: [Tensor?], of inputs: [Tensor]) -> [Tensor?] {
  guard found.count == inputs.count else {
    return [
      fail(
        GraphError(
          "withGradient", "the rule gives \(found.count) gradients for \(inputs.count) inputs"))
    ]
  }
  return found.enumerated().map { place, gradient in
    guard let gradient, !gradient.node.isPoisoned, gradient.type != inputs[place].type else {
      return gradient
    }
    let (given, wanted) = (gradient.type, inputs[place].type)
    return fail(
      GraphError(
        "withGradient",
        "the rule's gradient of input \(place) is \(given.element.name) \(given.shape.description), the input \(wanted.element.name) \(wanted.shape.description)"
      ))
  }
}
