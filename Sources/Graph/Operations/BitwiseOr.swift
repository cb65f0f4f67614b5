/// The bits of a and of b, element by element, of int64.
package final class BitwiseOr: PointwiseOperation {
  package static let shared = BitwiseOr()
  package let name = "bitwiseOr"
  package let attributes: [Int] = []
  package let signature = Signature.of("bitwiseOr")
  package let kind = OperationKind.pointwise

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.integers(name)
  }

  package func express(
    _ body: inout Expression, _ x: [Expression.Value]
  ) -> Expression.Value {
    body.emit(.bitOr, x[0], x[1])
  }

  /// Integers do not change by degrees: no gradient flows.
  package func reverse(_ step: Reverse) {}
  package func forward(_ step: Forward) -> Tensor { step.zero() }
  package func batch(_ step: Batch) -> Tensor { step.transparent() }
}

/// The bits of a and of b, element by element, of int64.
public func bitwiseOr(_ a: Tensor, _ b: Tensor) -> Tensor { BitwiseOr.shared.apply(a, b) }
