/// a or b, element by element, of truth values.
package final class LogicalOr: PointwiseOperation {
  package static let shared = LogicalOr()
  package let name = "logicalOr"
  package let attributes: [Int] = []
  package let signature = Signature.of("logicalOr")
  package let kind = OperationKind.pointwise

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.truth(name)
  }

  package func express(
    _ body: inout Expression, _ x: [Expression.Value]
  ) -> Expression.Value {
    body.emit(.maximum, x[0], x[1])
  }

  /// A truth value does not change by degrees: no gradient flows.
  package func reverse(_ step: Reverse) {}
  package func forward(_ step: Forward) -> Tensor { step.zero() }
  package func batch(_ step: Batch) -> Tensor { step.transparent() }
}

/// a or b, element by element, of truth values.
public func logicalOr(_ a: Tensor, _ b: Tensor) -> Tensor { LogicalOr.shared.apply(a, b) }
