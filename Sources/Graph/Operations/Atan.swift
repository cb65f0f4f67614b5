/// The arc tangent in radians. d atan x = dx / (1 + x²).
package final class Atan: PointwiseOperation {
  package static let shared = Atan()
  package let name = "atan"
  package let attributes: [Int] = []
  package let signature = Signature.of("atan")
  package let kind = OperationKind.pointwise

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.sameFloating(name)
  }

  package func express(
    _ body: inout Expression, _ x: [Expression.Value]
  ) -> Expression.Value {
    body.emit(.atan, x[0])
  }

  package func reverse(_ step: Reverse) {
    step.add(to: 0, moved(step.upstream, step.input(0), step.output))
  }

  package func forward(_ step: Forward) -> Tensor {
    moved(step.tangent(0)!, step.input(0), step.output)
  }

  package func batch(_ step: Batch) -> Tensor { step.transparent() }

  private func moved(_ flow: Tensor, _ x: Tensor, _ y: Tensor) -> Tensor {
    flow / (.literal(1, x.element) + x * x)
  }
}

/// The arc tangent, element by element, in radians.
public func atan(_ x: Tensor) -> Tensor { Atan.shared.apply(x) }
