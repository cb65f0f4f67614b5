/// −x, element by element.
package final class Negate: UnaryFunction, PlainOperation {
  package static let shared = Negate()
  package let name = "negate"
  package let signature = Signature.of("negate")

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.sameNumber(name)
  }

  package func express(_ body: inout Expression, _ x: [Value]) -> Value {
    body.emit(.negate, x[0])
  }

  package func moved(_ flow: Tensor, _ x: Tensor, _ y: Tensor) -> Tensor { -flow }
}

extension Tensor {
  /// −x, element by element.
  public static prefix func - (x: Tensor) -> Tensor { Negate.shared.apply(x) }
}
