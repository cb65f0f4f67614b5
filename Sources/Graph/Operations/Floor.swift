/// The largest whole number not above x. The derivative is 0 everywhere.
package final class Floor: PointwiseOperation {
  package static let shared = Floor()
  package let name = "floor"
  package let attributes: [Int] = []
  package let signature = Signature.of("floor")
  package let kind = OperationKind.pointwise

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.sameNumber(name)
  }

  package func express(
    _ body: inout Expression, _ x: [Expression.Value]
  ) -> Expression.Value {
    body.emit(.floor, x[0])
  }

  package func reverse(_ step: Reverse) { step.add(to: 0, step.flatSlope(0)) }
  package func forward(_ step: Forward) -> Tensor { step.zero() }
  package func batch(_ step: Batch) -> Tensor { step.transparent() }
}

/// The largest whole number not above x, element by element.
public func floor(_ x: Tensor) -> Tensor { Floor.shared.apply(x) }
