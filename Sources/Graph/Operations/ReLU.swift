/// max(x, 0), element by element; the derivative at 0 is 0, and relu(NaN) is NaN.
package final class ReLU: UnaryFunction, PlainOperation {
  package static let shared = ReLU()
  package let name = "relu"
  package let signature = Signature.of("relu")

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.sameNumber(name)
  }

  package func express(_ body: inout Expression, _ x: [Value]) -> Value {
    body.emit(.maximum, x[0], body.constant(0))
  }

  package func moved(_ flow: Tensor, _ x: Tensor, _ y: Tensor) -> Tensor {
    let zero = Tensor.literal(0, y.element)
    return select(greater(y, zero), flow, zero)
  }
}

/// max(x, 0), element by element; the derivative at 0 is 0.
public func relu(_ x: Tensor) -> Tensor { ReLU.shared.apply(x) }
