/// The bits that a and b share, element by element, of int64.
package final class BitwiseAnd: PointwiseOperation {
  package static let shared = BitwiseAnd()
  package let name = "bitwiseAnd"
  package let attributes: [Int] = []
  package let signature = Signature.of("bitwiseAnd")
  package let kind = OperationKind.pointwise

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.integers(name)
  }

  package func express(
    _ body: inout Expression, _ x: [Expression.Value]
  ) -> Expression.Value {
    body.emit(.bitAnd, x[0], x[1])
  }

  /// Integers do not change by degrees: no gradient flows.
  package func reverse(_ step: Reverse) {}
  package func forward(_ step: Forward) -> Tensor { step.zero() }
  package func batch(_ step: Batch) -> Tensor { step.transparent() }
}

/// The bits that a and b share, element by element, of int64.
public func bitwiseAnd(_ a: Tensor, _ b: Tensor) -> Tensor { BitwiseAnd.shared.apply(a, b) }
