/// log |Γ(x)|; infinite at 0 and the negative whole numbers. d lgamma x = digamma x dx.
package final class Lgamma: PointwiseOperation {
  package static let shared = Lgamma()
  package let name = "lgamma"
  package let attributes: [Int] = []
  package let signature = Signature.of("lgamma")
  package let kind = OperationKind.pointwise

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.sameFloating(name)
  }

  package func express(
    _ body: inout Expression, _ x: [Expression.Value]
  ) -> Expression.Value {
    body.emit(.lgamma, x[0])
  }

  package func reverse(_ step: Reverse) {
    step.add(to: 0, moved(step.upstream, step.input(0), step.output))
  }

  package func forward(_ step: Forward) -> Tensor {
    moved(step.tangent(0)!, step.input(0), step.output)
  }

  package func batch(_ step: Batch) -> Tensor { step.transparent() }

  private func moved(_ flow: Tensor, _ x: Tensor, _ y: Tensor) -> Tensor {
    flow * digamma(x)
  }
}

/// The logarithm of the absolute value of the gamma function, element by element.
public func lgamma(_ x: Tensor) -> Tensor { Lgamma.shared.apply(x) }
