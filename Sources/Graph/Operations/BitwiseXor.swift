/// The bits in which a and b differ, element by element, of int64.
package final class BitwiseXor: DiscreteOperation, PlainOperation {
  package static let shared = BitwiseXor()
  package let name = "bitwiseXor"
  package let signature = Signature.of("bitwiseXor")

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.integers(name)
  }

  package func express(_ body: inout Expression, _ x: [Value]) -> Value {
    body.emit(.bitXor, x[0], x[1])
  }
}

/// The bits in which a and b differ, element by element, of int64.
public func bitwiseXor(_ a: Tensor, _ b: Tensor) -> Tensor { BitwiseXor.shared.apply(a, b) }
