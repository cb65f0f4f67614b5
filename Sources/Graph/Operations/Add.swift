/// a + b, element by element.
package final class Add: PointwiseOperation, PlainOperation {
  package static let shared = Add()
  package let name = "add"
  package let signature = Signature.of("add")

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.numberPair(name)
  }

  package func express(_ body: inout Expression, _ x: [Value]) -> Value {
    body.emit(.add, x[0], x[1])
  }

  package func reverse(_ step: Reverse) {
    step.add(to: 0, step.upstream)
    step.add(to: 1, step.upstream)
  }

  package func forward(_ step: Forward) -> Tensor { step.linear() }
}

extension Tensor {
  /// a + b, element by element. Shapes broadcast by NumPy's rule; element types promote.
  public static func + (a: Tensor, b: Tensor) -> Tensor {
    if a.element == b.element { return Add.shared.apply(a, b) }
    let (a, b) = promoted(a, b)
    return Add.shared.apply(a, b)
  }
}
