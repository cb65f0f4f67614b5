// Batching: a function of one example made a function of many, by rewriting its graph.

/// One operation's turn in a batching walk. Batched inputs carry the batch as axis 0.
package struct BatchStep {
  let node: Node
  package let inputs: [Tensor]
  package let isBatched: [Bool]
  package let size: Int

  /// The rank of one example of an input.
  package func exampleRank(_ index: Int) -> Int { inputs[index].rank - (isBatched[index] ? 1 : 0) }

  /// A shape with the batch in front.
  package func withBatchAxis(_ shape: Shape) -> Shape {
    var result = shape
    result.insert(size, at: 0)
    return result
  }

  /// An input whose examples have at least `rank` axes: axes of size 1 go between batch and example.
  package func aligned(_ index: Int, toRank rank: Int) -> Tensor {
    guard isBatched[index] else { return inputs[index] }
    guard rank < Shape.maximumRank else {
      let text = "\(node.operation.name) would have a batch and \(rank) axes, more than 8"
      return fail(GraphError("vmap", text))
    }
    var shape = inputs[index].shape
    while shape.rank - 1 < rank { shape.insert(1, at: 1) }
    return inputs[index].reshaped(shape)
  }

  /// The rule of an operation that works element by element: align the axes and apply it.
  package func transparent() -> Tensor {
    let rank = inputs.indices.map { exampleRank($0) }.max() ?? 0
    return node.operation.apply(inputs.indices.map { aligned($0, toRank: rank) })
  }

  /// An input with the batch folded into its first axis.
  package func merged(_ index: Int) -> Tensor {
    var shape = inputs[index].shape
    var input = inputs[index]
    if !isBatched[index] {
      shape.insert(size, at: 0)
      input = input.broadcast(to: shape)
    }
    shape[1] *= shape[0]
    shape.remove(at: 0)
    return input.reshaped(shape)
  }

  /// Undoes `merged` on a result, whose first axis is that of the first input.
  package func split(_ result: Tensor) -> Tensor {
    var shape = result.shape
    shape[0] = inputs[0].shape[isBatched[0] ? 1 : 0]
    shape.insert(size, at: 0)
    return result.reshaped(shape)
  }

  /// The results of a batch of no examples.
  package func nothing() -> Tensor { .zeros(withBatchAxis(node.shape), node.element) }

  /// Example by example, for operations that cannot take a batch of this input.
  package func unrolled() -> Tensor {
    if size == 0 { return nothing() }
    var total: Tensor?
    for example in 0..<size {
      let result = node.operation.apply(inputs.indices.map { self.example($0, example) })
      var row = result.shape
      row.insert(1, at: 0)
      let placed = result.reshaped(row).placed(start: example, in: size)
      total = total.map { $0 + placed } ?? placed
    }
    return total!
  }

  private func example(_ index: Int, _ place: Int) -> Tensor {
    guard isBatched[index] else { return inputs[index] }
    var shape = inputs[index].shape
    shape.remove(at: 0)
    return inputs[index].slice(start: place, length: 1).reshaped(shape)
  }

  /// The rule that a region's body implies.
  package func throughBody(_ region: some Region) -> Tensor {
    let examples = inputs.indices.map { Tensor.placeholder(node.input($0).type) }
    return batched(
      [withPrecision(.float32) { region.body(examples) }], replacing: examples, by: inputs,
      areBatched: isBatched, size: size)[
        0]
  }
}

extension Tensor {
  package static func placeholder(_ type: TensorType) -> Tensor {
    Tensor(Node(Placeholder.shared, type))
  }
}

/// `outputs`, a graph over `examples`, as a graph over whole batches: axis 0 of each result is the batch.
func batched(
  _ outputs: [Tensor], replacing examples: [Tensor], by inputs: [Tensor], areBatched: [Bool],
  size: Int
) -> [Tensor] {
  GraphLock.withLock {
    let walk = Walk.take()
    defer { walk.giveBack() }
    walk.order(
      roots: outputs.map { $0.node }, boundary: examples.map { $0.node }, stoppingAtValues: false)
    var results = [(tensor: Tensor, isBatched: Bool)]()
    results.reserveCapacity(walk.count)
    let places = outputs.map { Int($0.node.ordinal) }
    for index in 0..<walk.count {
      let node = walk.node(index)
      if let given = examples.firstIndex(where: { $0.node === node }) {
        results.append((inputs[given], areBatched[given]))
        continue
      }
      let below = (walk.inputStart[index]..<walk.inputStart[index + 1]).map {
        results[Int(walk.inputs[Int($0)])]
      }
      guard below.contains(where: { $0.isBatched }) else {
        results.append((rebuilt(node, below.map { $0.tensor }), false))
        continue
      }
      let step = BatchStep(
        node: node, inputs: below.map { $0.tensor }, isBatched: below.map { $0.isBatched },
        size: size)
      results.append((withPrecision(.float32) { node.operation.batch(step) }, true))
    }
    return places.map { place in
      let result = results[place]
      guard !result.isBatched else { return result.tensor }
      var shape = result.tensor.shape
      shape.insert(size, at: 0)
      return result.tensor.broadcast(to: shape)
    }
  }
}

/// A node over other inputs; the same node where they are its own.
private func rebuilt(_ node: Node, _ inputs: [Tensor]) -> Tensor {
  let isUnchanged = inputs.indices.allSatisfy { inputs[$0].node === node.input($0) }
  return isUnchanged ? Tensor(node) : node.operation.apply(inputs)
}

/// `f`, a function of examples, over a batch of them along axis 0 of every input.
public func vmap(_ f: ([Tensor]) -> [Tensor], _ inputs: [Tensor]) -> [Tensor] {
  guard let first = inputs.first, first.rank > 0,
    inputs.allSatisfy({ $0.rank > 0 && $0.shape[0] == first.shape[0] })
  else {
    let wrong = fail(
      GraphError("vmap", "every input needs an axis 0, and all of them the same size"))
    // As many as the function gives, so that none of them is missed.
    return f(inputs.map { _ in wrong }).map { _ in wrong }
  }
  let examples = inputs.map { input in
    var shape = input.shape
    shape.remove(at: 0)
    return Tensor.placeholder(TensorType(shape, input.element))
  }
  // One example's statistics are nobody's: they are not taken.
  return batched(
    EffectLog.aside { f(examples) }.result, replacing: examples, by: inputs,
    areBatched: inputs.map { _ in true },
    size: first.shape[0])
}

/// `f`, a function of one example, over a batch of them along axis 0.
public func vmap(_ f: (Tensor) -> Tensor, _ input: Tensor) -> Tensor {
  vmap({ [f($0[0])] }, [input])[0]
}
