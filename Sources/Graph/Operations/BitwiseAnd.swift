/// The bits that a and b share, element by element, of int64.
package final class BitwiseAnd: DiscreteOperation, PlainOperation {
  package static let shared = BitwiseAnd()
  package let name = "bitwiseAnd"
  package let signature = Signature.of("bitwiseAnd")

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.integers(name)
  }

  package func express(_ body: inout Expression, _ x: [Value]) -> Value {
    body.emit(.bitAnd, x[0], x[1])
  }
}

/// The bits that a and b share, element by element, of int64.
public func bitwiseAnd(_ a: Tensor, _ b: Tensor) -> Tensor { BitwiseAnd.shared.apply(a, b) }
