/// The smallest whole number not below x. The derivative is 0 everywhere.
package final class Ceil: PointwiseOperation {
  package static let shared = Ceil()
  package let name = "ceil"
  package let attributes: [Int] = []
  package let signature = Signature.of("ceil")
  package let kind = OperationKind.pointwise

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.sameNumber(name)
  }

  package func express(
    _ body: inout Expression, _ x: [Expression.Value]
  ) -> Expression.Value {
    body.emit(.ceil, x[0])
  }

  package func reverse(_ step: Reverse) { step.add(to: 0, step.flatSlope(0)) }
  package func forward(_ step: Forward) -> Tensor { step.zero() }
  package func batch(_ step: Batch) -> Tensor { step.transparent() }
}

/// The smallest whole number not below x, element by element.
public func ceil(_ x: Tensor) -> Tensor { Ceil.shared.apply(x) }
