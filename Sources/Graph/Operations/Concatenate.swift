/// Tensors one after another along an axis. All other axes agree.
package final class Concatenate: Operation {
  package let name = "concatenate"
  package let attributes: [Int]
  package let signature: UInt64
  package let kind = OperationKind.movement
  package let axis: Int

  package init(axis: Int) {
    self.axis = axis
    attributes = [axis]
    signature = Signature.of("concatenate", attributes)
  }

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    guard inputs.count > 0 else { throw GraphError(name, "needs at least one tensor") }
    let first = inputs[0]
    guard axis >= 0, axis < first.shape.rank else {
      throw GraphError(name, "axis \(axis) is outside \(first.shape.description)")
    }
    var length = 0
    for index in 0..<inputs.count {
      let next = inputs[index]
      guard next.element == first.element, next.shape.rank == first.shape.rank else {
        throw mismatch(first, next)
      }
      for other in 0..<first.shape.rank where other != axis {
        guard next.shape[other] == first.shape[other] else { throw mismatch(first, next) }
      }
      length += next.shape[axis]
    }
    var shape = first.shape
    shape[axis] = length
    guard shape.isValid else {
      throw GraphError(name, "no tensor has the shape \(shape.description)")
    }
    return TensorType(shape, first.element)
  }

  private func mismatch(_ a: TensorType, _ b: TensorType) -> GraphError {
    GraphError(
      name,
      "\(a.element.name) \(a.shape.description) and \(b.element.name) \(b.shape.description) do not fit along axis \(axis)"
    )
  }

  package func reverse(_ step: Reverse) {
    var start = 0
    for index in 0..<step.inputCount {
      let length = step.input(index).shape[axis]
      step.add(
        to: index,
        step.upstream.strided(axis, AxisStride(start: start, step: 1, count: length)))
      start += length
    }
  }

  package func forward(_ step: Forward) -> Tensor { step.linear() }

  package func batch(_ step: BatchStep) -> Tensor {
    Concatenate(axis: axis + 1).apply(
      step.inputs.indices.map { index in
        let input = step.inputs[index]
        return step.isBatched[index]
          ? input : input.broadcast(to: step.withBatchAxis(input.shape))
      })
  }
}

/// Tensors one after another along an axis, in the element type that holds all of them.
public func concatenated(_ tensors: [Tensor], axis: Int = 0) -> Tensor {
  guard let first = tensors.first else {
    return fail(GraphError("concatenate", "needs at least one tensor"))
  }
  let element = tensors.reduce(first.element) { $0.promoted(with: $1.element) }
  return Concatenate(axis: first.fromFront(axis)).apply(tensors.map { $0.cast(to: element) })
}

/// Tensors of one shape side by side along a new axis.
public func stacked(_ tensors: [Tensor], axis: Int = 0) -> Tensor {
  guard let first = tensors.first else {
    return fail(GraphError("stacked", "needs at least one tensor"))
  }
  if let other = tensors.first(where: { $0.shape != first.shape }) {
    return fail(
      GraphError(
        "stacked",
        "takes tensors of one shape, not \(first.shape.description) and \(other.shape.description)")
    )
  }
  let place = axis < 0 ? axis + first.rank + 1 : axis
  guard place >= 0, place <= first.rank else {
    return fail(
      GraphError("stacked", "axis \(axis) is outside \(first.shape.description) and a new one"))
  }
  return concatenated(tensors.map { $0.unsqueezed(place) }, axis: place)
}
