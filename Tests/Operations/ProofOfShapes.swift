import Adjoint
import AdjointGraph
import AdjointReference
import AdjointRuntime
import Testing

/// How an input is given instead of dense memory of its own.
private struct ViewKind: Sendable {
  let kind: ProofKind
  let name: String
  /// The view, or nil where a tensor of this shape has none.
  let make: @Sendable (Tensor) -> Tensor?
}

private let viewKinds: [ViewKind] = [
  // The last two axes, or all of them, lie in memory the other way round.
  ViewKind(kind: .permuted, name: "last two axes swapped") { x in
    x.rank < 2 ? nil : reordered(x, Array(0..<(x.rank - 2)) + [x.rank - 1, x.rank - 2])
  },
  ViewKind(kind: .permuted, name: "axes reversed") { x in
    x.rank < 3 ? nil : reordered(x, (0..<x.rank).reversed())
  },
  ViewKind(kind: .strided, name: "a piece of a larger tensor") { x in
    x.rank == 0 ? nil : surrounded(x) { $0.slice(axis: $1, start: 1, length: x.shape[$1]) }
  },
  ViewKind(kind: .strided, name: "every second place, backwards") { x in
    guard x.rank > 0 else { return nil }
    let axes = (0..<x.rank).filter { x.shape[$0] > 0 }
    var large = x
    for axis in axes {
      let size = x.shape[axis]
      large = large.strided(axis, AxisStride(start: size - 1, step: -1, count: size))
        .stridedPlaced(axis, AxisStride(start: 0, step: 2, count: size), in: 2 * size)
    }
    var result = copied(large)
    for axis in axes {
      let size = x.shape[axis]
      result = result.strided(axis, AxisStride(start: 2 * size - 2, step: -2, count: size))
    }
    return result
  },
]

/// `x` as a transposed copy of what was transposed the other way.
private func reordered(_ x: Tensor, _ order: [Int]) -> Tensor {
  var inverse = order
  for (place, axis) in order.enumerated() { inverse[axis] = place }
  return copied(x.transposed(inverse)).transposed(order)
}

/// `x` inside of a larger tensor, whose other places nobody must read.
private func surrounded(_ x: Tensor, _ take: (Tensor, Int) -> Tensor) -> Tensor {
  var large = x
  for axis in 0..<x.rank {
    var edge = large.shape.dimensions
    edge[axis] = 1
    let poison = Tensor.full(Shape(edge), x.element.isFloating ? .nan : 1, x.element)
    large = concatenated([poison, large, poison], axis: axis)
  }
  var result = copied(large)
  for axis in 0..<x.rank { result = take(result, axis) }
  return result
}

extension Proof {
  /// Inputs given as views have the values and the gradients of dense ones.
  mutating func viewsMatchCopies(_ row: OperationRow) {
    let dense = row.makeInputs(.float64)
    for view in viewKinds { compare(row, dense, view.kind, view.name, view.make) }
    // One value many times: what is dense here has equal elements along an axis.
    for axis in 0..<(dense.map { $0.rank }.max() ?? 0) {
      compareRepeated(row, dense, axis)
    }
  }

  private mutating func compare(
    _ row: OperationRow, _ dense: [Tensor], _ kind: ProofKind, _ name: String,
    _ make: (Tensor) -> Tensor?
  ) {
    guard dense.contains(where: { make($0) != nil }) else { return }
    let expected = Devices.with(ReferenceDevice.shared) { valueAndSlopes(row, dense) }
    for device in testDevices {
      let found = Devices.with(device) { valueAndSlopes(row, dense.map { make($0) ?? $0 }) }
      for (index, (a, b)) in zip(found, expected).enumerated() {
        let what = index == 0 ? "value" : "gradient \(index - 1)"
        expectClose(a, b, 1e-11, "\(row), \(name), \(what) on \(device.name)")
        note(kind)
      }
    }
  }

  /// Only floating-point inputs: others say which places are meant.
  private mutating func compareRepeated(_ row: OperationRow, _ dense: [Tensor], _ axis: Int) {
    func isRepeatable(_ x: Tensor) -> Bool {
      x.element.isFloating && axis < x.rank && x.shape[axis] > 1
    }
    guard row.repeats, dense.contains(where: isRepeatable) else { return }
    func repeated(_ x: Tensor) -> Tensor {
      x.slice(axis: axis, start: 0, length: 1).broadcast(to: x.shape)
    }
    compare(
      row, dense.map { isRepeatable($0) ? copied(repeated($0)) : $0 }, .broadcast,
      "one value along axis \(axis)"
    ) { isRepeatable($0) ? repeated(copied($0)) : nil }
  }

  private func valueAndSlopes(_ row: OperationRow, _ inputs: [Tensor]) -> [[Double]] {
    let y = row.apply(inputs)
    let given = inputs.filter { $0.element.isFloating }
    guard row.withoutDerivative == nil, y.element.isFloating, !given.isEmpty else {
      return [y.doubles]
    }
    let found = gradients(of: (y * weights(y)).sum(), withRespectTo: given)
    return [y.doubles] + found.map { $0?.doubles ?? [] }
  }

  /// A pointwise operation over scalars, nothing, shapes that broadcast and eight axes, with the elements that
  /// the rows give it.
  mutating func shapesMatchElements() {
    for row in rows {
      for node in row.nodes(row.makeInputs(.float64)) where node.shape.count >= 2 {
        let inputs = (0..<node.inputCount).map {
          copied(Tensor(node.input($0)).broadcast(to: node.shape)).flattened()
        }
        checkShapes(node.operation, inputs, row.description)
      }
    }
  }

  private mutating func checkShapes(
    _ operation: any Operation, _ inputs: [Tensor], _ name: String
  ) {
    let count = inputs[0].count
    let scalars = inputs.map { copied($0.slice(start: 0, length: 1), shape: []) }
    let expected = Devices.with(ReferenceDevice.shared) { operation.apply(inputs).doubles }
    for device in testDevices {
      Devices.with(device) {
        let alone = operation.apply(scalars)
        #expect(alone.shape == [], "\(name) of scalars on \(device.name)")
        expectClose(alone.doubles, [expected[0]], 1e-12, "\(name) of scalars on \(device.name)")
        note(.scalar)
        for shapes in [[[0]], [[2, 0], [2, 1], [0]], [[], [3, 0, 2], [2]]] as [[Shape]] {
          let empty = inputs.indices.map { place in
            // As many shapes as there are inputs, the last one with no places at all.
            let shape = inputs.count == 1 ? shapes.first { $0.count == 0 } : nil
            return numbers(inputs[place], shape ?? shapes[place % shapes.count])
          }
          let result = operation.apply(empty)
          #expect(result.count == 0 && result.doubles.isEmpty, "\(name) of nothing")
          note(.empty)
        }
        for shape in [[1, count], [count, 1, 1], [1, 1, 1, count, 1, 1, 1, 1]] as [Shape] {
          let result = operation.apply(inputs.map { copied($0, shape: shape) })
          #expect(result.shape == shape, "\(name) as \(shape)")
          expectClose(result.doubles, expected, 1e-12, "\(name) as \(shape) on \(device.name)")
          note(.value)
        }
        if inputs.count > 1 { crossed(operation, inputs, "\(name) crossed on \(device.name)") }
      }
    }
  }

  private func numbers(_ x: Tensor, _ shape: Shape) -> Tensor {
    copied(x.slice(start: 0, length: 1).reshaped([]).broadcast(to: shape))
  }

  /// The first input along one axis, the others along another.
  private mutating func crossed(_ operation: any Operation, _ inputs: [Tensor], _ name: String) {
    let (a, b) = (min(inputs[0].count, 3), min(inputs[0].count, 2))
    let few = inputs.enumerated().map { place, x in
      copied(x.slice(start: 0, length: place == 0 ? a : b), shape: place == 0 ? [a, 1] : [b])
    }
    let expected = Devices.with(ReferenceDevice.shared) {
      operation.apply(few.map { copied($0.broadcast(to: [a, b])) }).doubles
    }
    let result = operation.apply(few)
    #expect(result.shape == [a, b], "\(name)")
    expectClose(result.doubles, expected, 1e-12, name)
    note(.broadcast)
  }
}
