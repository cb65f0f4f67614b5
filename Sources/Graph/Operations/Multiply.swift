/// a · b, element by element. d(ab) = b da + a db.
package final class Multiply: BinaryFunction, PlainOperation {
  package static let shared = Multiply()
  package let name = "multiply"
  package let signature = Signature.of("multiply")

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.numberPair(name)
  }

  package func express(_ body: inout Expression, _ x: [Value]) -> Value {
    body.emit(.multiply, x[0], x[1])
  }

  package func alongA(_ flow: Tensor, _ a: Tensor, _ b: Tensor, _ y: Tensor) -> Tensor { flow * b }

  package func alongB(_ flow: Tensor, _ a: Tensor, _ b: Tensor, _ y: Tensor) -> Tensor {
    flow * a
  }
}

extension Tensor {
  /// a · b, element by element. Shapes broadcast by NumPy's rule; element types promote.
  public static func * (a: Tensor, b: Tensor) -> Tensor {
    if a.element == b.element { return Multiply.shared.apply(a, b) }
    let (a, b) = promoted(a, b)
    return Multiply.shared.apply(a, b)
  }
}
