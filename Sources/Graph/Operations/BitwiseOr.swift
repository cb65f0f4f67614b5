/// The bits of a and of b, element by element, of int64.
package final class BitwiseOr: DiscreteOperation, PlainOperation {
  package static let shared = BitwiseOr()
  package let name = "bitwiseOr"
  package let signature = Signature.of("bitwiseOr")

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.integers(name)
  }

  package func express(_ body: inout Expression, _ x: [Value]) -> Value {
    body.emit(.bitOr, x[0], x[1])
  }
}

/// The bits of a and of b, element by element, of int64.
public func bitwiseOr(_ a: Tensor, _ b: Tensor) -> Tensor { BitwiseOr.shared.apply(a, b) }
