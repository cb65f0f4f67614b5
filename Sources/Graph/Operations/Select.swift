/// condition ? a : b, element by element. The gradient flows to the side that was taken.
package final class Select: PointwiseOperation, PlainOperation {
  package static let shared = Select()
  package let name = "select"
  package let signature = Signature.of("select")

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    let (condition, a, b) = (inputs[0], inputs[1], inputs[2])
    guard condition.element == .bool else {
      throw GraphError(name, "the condition must be bool, not \(condition.element.name)")
    }
    guard a.element == b.element else {
      throw GraphError(name, "element types differ: \(a.element.name) and \(b.element.name)")
    }
    guard let choices = a.shape.broadcast(with: b.shape),
      let shape = condition.shape.broadcast(with: choices)
    else {
      throw GraphError(
        name,
        "shapes do not broadcast: \(condition.shape.description), \(a.shape.description) and \(b.shape.description)"
      )
    }
    return TensorType(shape, a.element)
  }

  package func express(_ body: inout Expression, _ x: [Value]) -> Value {
    body.emit(.select, x[0], x[1], x[2])
  }

  package func reverse(_ step: Reverse) {
    let zero = Tensor.literal(0, step.upstream.element)
    step.add(to: 1, select(step.input(0), step.upstream, zero))
    step.add(to: 2, select(step.input(0), zero, step.upstream))
  }

  package func forward(_ step: Forward) -> Tensor {
    let zero = Tensor.literal(0, step.output.element)
    return select(step.input(0), step.tangent(1) ?? zero, step.tangent(2) ?? zero)
  }
}

/// condition ? a : b, element by element.
public func select(_ condition: Tensor, _ a: Tensor, _ b: Tensor) -> Tensor {
  let (a, b) = promoted(a, b)
  return Select.shared.apply(condition, a, b)
}
