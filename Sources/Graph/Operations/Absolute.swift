/// |x|, element by element. d|x| = sign(x) dx, 0 at 0.
package final class Absolute: UnaryFunction, PlainOperation {
  package static let shared = Absolute()
  package let name = "absolute"
  package let signature = Signature.of("absolute")

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.sameNumber(name)
  }

  package func express(_ body: inout Expression, _ x: [Value]) -> Value {
    body.emit(.absolute, x[0])
  }

  package func moved(_ flow: Tensor, _ x: Tensor, _ y: Tensor) -> Tensor {
    flow * sign(x)
  }
}

/// The absolute value, element by element; its derivative at 0 is 0.
public func abs(_ x: Tensor) -> Tensor { Absolute.shared.apply(x) }
