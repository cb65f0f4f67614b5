/// The sine, element by element. d sin x = cos x dx.
package final class Sin: PointwiseOperation {
  package static let shared = Sin()
  package let name = "sin"
  package let attributes: [Int] = []
  package let signature = Signature.of("sin")
  package let kind = OperationKind.pointwise

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.sameFloating(name)
  }

  package func express(
    _ body: inout Expression, _ x: [Expression.Value]
  ) -> Expression.Value {
    body.emit(.sin, x[0])
  }

  package func reverse(_ step: Reverse) {
    step.add(to: 0, step.upstream * cos(step.input(0)))
  }

  package func forward(_ step: Forward) -> Tensor { step.tangent(0)! * cos(step.input(0)) }
  package func batch(_ step: Batch) -> Tensor { step.transparent() }
}

/// The sine, element by element.
public func sin(_ x: Tensor) -> Tensor { Sin.shared.apply(x) }
