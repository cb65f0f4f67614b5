/// The bits in which a and b differ, element by element, of int64.
package final class BitwiseXor: PointwiseOperation {
  package static let shared = BitwiseXor()
  package let name = "bitwiseXor"
  package let attributes: [Int] = []
  package let signature = Signature.of("bitwiseXor")
  package let kind = OperationKind.pointwise

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.integers(name)
  }

  package func express(
    _ body: inout Expression, _ x: [Expression.Value]
  ) -> Expression.Value {
    body.emit(.bitXor, x[0], x[1])
  }

  /// Integers do not change by degrees: no gradient flows.
  package func reverse(_ step: Reverse) {}
  package func forward(_ step: Forward) -> Tensor { step.zero() }
  package func batch(_ step: Batch) -> Tensor { step.transparent() }
}

/// The bits in which a and b differ, element by element, of int64.
public func bitwiseXor(_ a: Tensor, _ b: Tensor) -> Tensor { BitwiseXor.shared.apply(a, b) }
