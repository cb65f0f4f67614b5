/// a ≥ b, element by element, as bool; false on NaN.
package final class GreaterEqual: PointwiseOperation {
  package static let shared = GreaterEqual()
  package let name = "greaterEqual"
  package let attributes: [Int] = []
  package let signature = Signature.of("greaterEqual")
  package let kind = OperationKind.pointwise

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    TensorType(try inputs.broadcastPair(name).shape, .bool)
  }

  package func express(
    _ body: inout Expression, _ x: [Expression.Value]
  ) -> Expression.Value {
    body.emit(.maximum, body.emit(.greater, x[0], x[1]), body.emit(.equal, x[0], x[1]))
  }

  /// A truth value does not change by degrees: no gradient flows.
  package func reverse(_ step: Reverse) {}
  package func forward(_ step: Forward) -> Tensor { step.zero() }
  package func batch(_ step: Batch) -> Tensor { step.transparent() }
}

/// a ≥ b, element by element, as bool; false on NaN.
public func greaterEqual(_ a: Tensor, _ b: Tensor) -> Tensor {
  let (a, b) = promoted(a, b)
  return GreaterEqual.shared.apply(a, b)
}
