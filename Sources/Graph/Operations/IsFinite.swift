/// True where an element is neither infinite nor NaN.
package final class IsFinite: PointwiseOperation {
  package static let shared = IsFinite()
  package let name = "isFinite"
  package let attributes: [Int] = []
  package let signature = Signature.of("isFinite")
  package let kind = OperationKind.pointwise

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    TensorType(inputs[0].shape, .bool)
  }

  package func express(
    _ body: inout Expression, _ x: [Expression.Value]
  ) -> Expression.Value {
    let difference = body.emit(.subtract, x[0], x[0])
    return body.emit(.equal, difference, body.constant(0))
  }

  /// A truth value does not change by degrees: no gradient flows.
  package func reverse(_ step: Reverse) {}
  package func forward(_ step: Forward) -> Tensor { step.zero() }
  package func batch(_ step: Batch) -> Tensor { step.transparent() }
}

/// True where an element is neither infinite nor NaN.
public func isFinite(_ x: Tensor) -> Tensor { IsFinite.shared.apply(x) }
