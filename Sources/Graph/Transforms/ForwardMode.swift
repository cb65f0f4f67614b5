// Forward-mode differentiation: tangents carried along the graph.

/// One operation's turn in a forward walk: what its forward rule reads.
package struct Forward {
  let node: Node
  let tangents: [Tensor?]

  package var output: Tensor { Tensor(node) }
  package func input(_ index: Int) -> Tensor { Tensor(node.input(index)) }
  /// The tangent of an input, nil where it does not move.
  package func tangent(_ index: Int) -> Tensor? { tangents[index] }

  /// A tangent that is zero everywhere.
  package func zero() -> Tensor { zeros(like: node) }

  private func zeros(like node: Node) -> Tensor {
    Tensor.literal(0, node.element).broadcast(to: node.shape)
  }

  /// The rule of an operation that is linear in all its inputs together: the operation itself.
  package func linear() -> Tensor {
    node.operation.apply(
      tangents.enumerated().map { $1 ?? zeros(like: node.input($0)) })
  }

  /// The rule of an operation that is linear in each of its two inputs.
  package func bilinear() -> Tensor {
    sum(
      tangent(0).map { node.operation.apply([$0, input(1)]) },
      tangent(1).map { node.operation.apply([input(0), $0]) })
  }

  /// The sum of the parts that are there.
  package func sum(_ a: Tensor?, _ b: Tensor?) -> Tensor {
    if let a, let b { return a + b }
    return a ?? b ?? zero()
  }

  /// The rule that a region's body implies.
  package func throughBody(_ region: some Region) -> Tensor {
    let inputs = (0..<node.inputCount).map { input($0) }
    let moving = inputs.indices.filter { tangents[$0] != nil }
    return pushForward(
      [withPrecision(.float32) { region.body(inputs) }], at: moving.map { inputs[$0] },
      along: moving.map { tangents[$0]! },
      behind: inputs)[0] ?? zero()
  }
}

/// The tangents of `outputs` when `inputs` move along `tangents`; nil where one does not move.
package func pushForward(
  _ outputs: [Tensor], at inputs: [Tensor], along tangents: [Tensor],
  behind boundary: [Tensor] = []
) -> [Tensor?] {
  GraphLock.withLock {
    let walk = Walk.take()
    defer { walk.giveBack() }
    walk.order(
      roots: outputs.map { $0.node }, boundary: boundary.map { $0.node }, stoppingAtValues: false)
    var moving = [Tensor?](repeating: nil, count: walk.count)
    for (input, tangent) in zip(inputs, tangents) {
      let place = Int(input.node.ordinal)
      if place < walk.count, walk.node(place) === input.node { moving[place] = tangent }
    }
    let places = outputs.map { Int($0.node.ordinal) }
    for index in 0..<walk.count where moving[index] == nil {
      let range = Int(walk.inputStart[index])..<Int(walk.inputStart[index + 1])
      let below = range.map { moving[Int(walk.inputs[$0])] }
      guard below.contains(where: { $0 != nil }) else { continue }
      let node = walk.node(index)
      let tangent = withPrecision(.float32) {
        node.operation.forward(Forward(node: node, tangents: below))
      }
      moving[index] = node.element.isFloating ? tangent.broadcast(to: node.shape) : nil
    }
    return places.map { moving[$0] }
  }
}

/// The value of `f` at `x` and its directional derivative along `tangent`.
public func valueAndDerivative(
  _ f: (Tensor) -> Tensor, at x: Tensor, along tangent: Tensor
) -> (value: Tensor, derivative: Tensor) {
  guard x.type == tangent.type else {
    let wrong = fail(
      GraphError(
        "derivative",
        "the direction, \(tangent.element.name) \(tangent.shape.description), must be of the point's type, \(x.element.name) \(x.shape.description)"
      ))
    return (wrong, wrong)
  }
  let value = f(x)
  let moved = pushForward([value], at: [x], along: [tangent])[0]
  return (value, moved ?? Tensor.literal(0, value.element).broadcast(to: value.shape))
}
