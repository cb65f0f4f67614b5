/// The arc tangent in radians. d atan x = dx / (1 + x²).
package final class Atan: UnaryFunction, PlainOperation {
  package static let shared = Atan()
  package let name = "atan"
  package let signature = Signature.of("atan")

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.sameFloating(name)
  }

  package func express(_ body: inout Expression, _ x: [Value]) -> Value {
    body.emit(.atan, x[0])
  }

  package func moved(_ flow: Tensor, _ x: Tensor, _ y: Tensor) -> Tensor {
    flow / (.literal(1, x.element) + x * x)
  }
}

/// The arc tangent, element by element, in radians.
public func atan(_ x: Tensor) -> Tensor { Atan.shared.apply(x.asFloating) }
