/// a / 2ᵇ rounded down, element by element, of int64.
package final class ShiftRight: PointwiseOperation {
  package static let shared = ShiftRight()
  package let name = "shiftRight"
  package let attributes: [Int] = []
  package let signature = Signature.of("shiftRight")
  package let kind = OperationKind.pointwise

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.integers(name)
  }

  package func express(
    _ body: inout Expression, _ x: [Expression.Value]
  ) -> Expression.Value {
    body.emit(.shiftRight, x[0], x[1])
  }

  /// Integers do not change by degrees: no gradient flows.
  package func reverse(_ step: Reverse) {}
  package func forward(_ step: Forward) -> Tensor { step.zero() }
  package func batch(_ step: Batch) -> Tensor { step.transparent() }
}

/// a / 2ᵇ rounded down, element by element, of int64.
public func shiftRight(_ a: Tensor, _ b: Tensor) -> Tensor { ShiftRight.shared.apply(a, b) }
