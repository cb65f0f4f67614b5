/// The error function 2/√π ∫₀ˣ e^(−t²) dt. d erf x = 2/√π e^(−x²) dx.
package final class Erf: PointwiseOperation {
  package static let shared = Erf()
  package let name = "erf"
  package let attributes: [Int] = []
  package let signature = Signature.of("erf")
  package let kind = OperationKind.pointwise

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.sameFloating(name)
  }

  package func express(
    _ body: inout Expression, _ x: [Expression.Value]
  ) -> Expression.Value {
    body.emit(.erf, x[0])
  }

  package func reverse(_ step: Reverse) {
    step.add(to: 0, moved(step.upstream, step.input(0), step.output))
  }

  package func forward(_ step: Forward) -> Tensor {
    moved(step.tangent(0)!, step.input(0), step.output)
  }

  package func batch(_ step: Batch) -> Tensor { step.transparent() }

  private func moved(_ flow: Tensor, _ x: Tensor, _ y: Tensor) -> Tensor {
    flow * (.literal(0x1.20dd750429b6dp+0, x.element) * exp(-(x * x)))
  }
}

/// The error function, element by element.
public func erf(_ x: Tensor) -> Tensor { Erf.shared.apply(x) }
