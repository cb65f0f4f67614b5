/// log(1 + x) without cancellation near 0. d log(1 + x) = dx / (1 + x).
package final class Log1p: PointwiseOperation {
  package static let shared = Log1p()
  package let name = "log1p"
  package let attributes: [Int] = []
  package let signature = Signature.of("log1p")
  package let kind = OperationKind.pointwise

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.sameFloating(name)
  }

  package func express(
    _ body: inout Expression, _ x: [Expression.Value]
  ) -> Expression.Value {
    body.emit(.log1p, x[0])
  }

  package func reverse(_ step: Reverse) {
    step.add(to: 0, moved(step.upstream, step.input(0), step.output))
  }

  package func forward(_ step: Forward) -> Tensor {
    moved(step.tangent(0)!, step.input(0), step.output)
  }

  package func batch(_ step: Batch) -> Tensor { step.transparent() }

  private func moved(_ flow: Tensor, _ x: Tensor, _ y: Tensor) -> Tensor {
    flow / (.literal(1, x.element) + x)
  }
}

/// log(1 + x), element by element, exact near 0 too.
public func log1p(_ x: Tensor) -> Tensor { Log1p.shared.apply(x) }
