/// a ≠ b, element by element, as bool; true on NaN.
package final class NotEqual: PointwiseOperation {
  package static let shared = NotEqual()
  package let name = "notEqual"
  package let attributes: [Int] = []
  package let signature = Signature.of("notEqual")
  package let kind = OperationKind.pointwise

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    TensorType(try inputs.broadcastPair(name).shape, .bool)
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

/// a ≠ b, element by element, as bool; true on NaN.
public func notEqual(_ a: Tensor, _ b: Tensor) -> Tensor {
  let (a, b) = promoted(a, b)
  return NotEqual.shared.apply(a, b)
}
