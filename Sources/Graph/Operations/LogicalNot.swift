/// not a, element by element, of truth values.
package final class LogicalNot: PointwiseOperation {
  package static let shared = LogicalNot()
  package let name = "logicalNot"
  package let attributes: [Int] = []
  package let signature = Signature.of("logicalNot")
  package let kind = OperationKind.pointwise

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.truth(name)
  }

  package func express(
    _ body: inout Expression, _ x: [Expression.Value]
  ) -> Expression.Value {
    body.emit(.equal, x[0], body.constant(0))
  }

  /// A truth value does not change by degrees: no gradient flows.
  package func reverse(_ step: Reverse) {}
  package func forward(_ step: Forward) -> Tensor { step.zero() }
  package func batch(_ step: Batch) -> Tensor { step.transparent() }
}

/// not a, element by element, of truth values.
public func logicalNot(_ x: Tensor) -> Tensor { LogicalNot.shared.apply(x) }
