/// Either a or b and not both, element by element, of truth values.
package final class LogicalXor: PointwiseOperation {
  package static let shared = LogicalXor()
  package let name = "logicalXor"
  package let attributes: [Int] = []
  package let signature = Signature.of("logicalXor")
  package let kind = OperationKind.pointwise

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.truth(name)
  }

  package func express(
    _ body: inout Expression, _ x: [Expression.Value]
  ) -> Expression.Value {
    body.emit(.equal, body.emit(.equal, x[0], x[1]), body.constant(0))
  }

  /// A truth value does not change by degrees: no gradient flows.
  package func reverse(_ step: Reverse) {}
  package func forward(_ step: Forward) -> Tensor { step.zero() }
  package func batch(_ step: Batch) -> Tensor { step.transparent() }
}

/// Either a or b and not both, element by element, of truth values.
public func logicalXor(_ a: Tensor, _ b: Tensor) -> Tensor { LogicalXor.shared.apply(a, b) }
