/// |x|, element by element. d|x| = sign(x) dx, 0 at 0.
package final class Absolute: PointwiseOperation {
  package static let shared = Absolute()
  package let name = "absolute"
  package let attributes: [Int] = []
  package let signature = Signature.of("absolute")
  package let kind = OperationKind.pointwise

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.sameNumber(name)
  }

  package func express(
    _ body: inout Expression, _ x: [Expression.Value]
  ) -> Expression.Value {
    body.emit(.absolute, x[0])
  }

  package func reverse(_ step: Reverse) {
    step.add(to: 0, moved(step.upstream, step.input(0), step.output))
  }

  package func forward(_ step: Forward) -> Tensor {
    moved(step.tangent(0)!, step.input(0), step.output)
  }

  package func batch(_ step: Batch) -> Tensor { step.transparent() }

  private func moved(_ flow: Tensor, _ x: Tensor, _ y: Tensor) -> Tensor {
    flow * sign(x)
  }
}

/// The absolute value, element by element; its derivative at 0 is 0.
public func abs(_ x: Tensor) -> Tensor { Absolute.shared.apply(x) }
