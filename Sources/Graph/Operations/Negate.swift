/// −x, element by element.
package final class Negate: PointwiseOperation {
  package static let shared = Negate()
  package let name = "negate"
  package let attributes: [Int] = []
  package let signature = Signature.of("negate")
  package let kind = OperationKind.pointwise

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.sameFloating(name)
  }

  package func express(
    _ body: inout Expression, _ x: [Expression.Value]
  ) -> Expression.Value {
    body.emit(.negate, x[0])
  }

  package func reverse(_ step: Reverse) {
    step.add(to: 0, -step.upstream)
  }

  package func forward(_ step: Forward) -> Tensor { -step.tangent(0)! }
  package func batch(_ step: Batch) -> Tensor { step.transparent() }
}

extension Tensor {
  /// −x, element by element.
  public static prefix func - (x: Tensor) -> Tensor { Negate.shared.apply(x) }
}
