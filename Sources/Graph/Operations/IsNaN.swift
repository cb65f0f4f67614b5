/// True where an element is not a number.
package final class IsNaN: PointwiseOperation {
  package static let shared = IsNaN()
  package let name = "isNaN"
  package let attributes: [Int] = []
  package let signature = Signature.of("isNaN")
  package let kind = OperationKind.pointwise

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    TensorType(inputs[0].shape, .bool)
  }

  package func express(
    _ body: inout Expression, _ x: [Expression.Value]
  ) -> Expression.Value {
    body.emit(.equal, body.emit(.equal, x[0], x[0]), body.constant(0))
  }

  /// A truth value does not change by degrees: no gradient flows.
  package func reverse(_ step: Reverse) {}
  package func forward(_ step: Forward) -> Tensor { step.zero() }
  package func batch(_ step: Batch) -> Tensor { step.transparent() }
}

/// True where an element is not a number.
public func isNaN(_ x: Tensor) -> Tensor { IsNaN.shared.apply(x) }
