/// a · b, element by element. d(ab) = b da + a db.
package final class Multiply: PointwiseOperation {
  package static let shared = Multiply()
  package let name = "multiply"
  package let attributes: [Int] = []
  package let signature = Signature.of("multiply")
  package let kind = OperationKind.pointwise

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.numberPair(name)
  }

  package func express(
    _ body: inout Expression, _ x: [Expression.Value]
  ) -> Expression.Value {
    body.emit(.multiply, x[0], x[1])
  }

  package func reverse(_ step: Reverse) {
    step.add(to: 0, step.upstream * step.input(1))
    step.add(to: 1, step.upstream * step.input(0))
  }

  package func forward(_ step: Forward) -> Tensor { step.bilinear() }
  package func batch(_ step: Batch) -> Tensor { step.transparent() }
}

extension Tensor {
  /// a · b, element by element. Shapes broadcast by NumPy's rule; element types promote.
  public static func * (a: Tensor, b: Tensor) -> Tensor {
    if a.element == b.element { return Multiply.shared.apply(a, b) }
    let (a, b) = promoted(a, b)
    return Multiply.shared.apply(a, b)
  }
}
