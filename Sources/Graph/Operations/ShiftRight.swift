/// a / 2ᵇ rounded down, element by element, of int64.
package final class ShiftRight: DiscreteOperation, PlainOperation {
  package static let shared = ShiftRight()
  package let name = "shiftRight"
  package let signature = Signature.of("shiftRight")

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.integers(name)
  }

  package func express(_ body: inout Expression, _ x: [Value]) -> Value {
    body.emit(.shiftRight, x[0], x[1])
  }
}

/// a / 2ᵇ rounded down, element by element, of int64.
public func shiftRight(_ a: Tensor, _ b: Tensor) -> Tensor { ShiftRight.shared.apply(a, b) }
