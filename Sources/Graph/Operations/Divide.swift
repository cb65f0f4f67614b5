/// a / b, element by element. d(a/b) = da/b − (a/b) db/b.
package final class Divide: BinaryFunction, PlainOperation {
  package static let shared = Divide()
  package let name = "divide"
  package let signature = Signature.of("divide")

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.numberPair(name)
  }

  package func express(_ body: inout Expression, _ x: [Value]) -> Value {
    body.emit(.divide, x[0], x[1])
  }

  package func alongA(_ flow: Tensor, _ a: Tensor, _ b: Tensor, _ y: Tensor) -> Tensor { flow / b }

  package func alongB(_ flow: Tensor, _ a: Tensor, _ b: Tensor, _ y: Tensor) -> Tensor {
    -(flow * y / b)
  }
}

extension Tensor {
  /// a / b, element by element. Shapes broadcast by NumPy's rule; element types promote, integers to float32.
  public static func / (a: Tensor, b: Tensor) -> Tensor {
    var (a, b) = promoted(a, b)
    if !a.element.isFloating { (a, b) = (a.cast(to: .float32), b.cast(to: .float32)) }
    return Divide.shared.apply(a, b)
  }
}
