/// a · 2ᵇ within 64 bits, element by element, of int64.
package final class ShiftLeft: DiscreteOperation, PlainOperation {
  package static let shared = ShiftLeft()
  package let name = "shiftLeft"
  package let signature = Signature.of("shiftLeft")

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.integers(name)
  }

  package func express(_ body: inout Expression, _ x: [Value]) -> Value {
    body.emit(.shiftLeft, x[0], x[1])
  }
}

/// a · 2ᵇ within 64 bits, element by element, of int64.
public func shiftLeft(_ a: Tensor, _ b: Tensor) -> Tensor { ShiftLeft.shared.apply(a, b) }
