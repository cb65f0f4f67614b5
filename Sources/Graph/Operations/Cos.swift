/// The cosine, element by element. d cos x = −sin x dx.
package final class Cos: PointwiseOperation {
  package static let shared = Cos()
  package let name = "cos"
  package let attributes: [Int] = []
  package let signature = Signature.of("cos")
  package let kind = OperationKind.pointwise

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.sameFloating(name)
  }

  package func express(
    _ body: inout Expression, _ x: [Expression.Value]
  ) -> Expression.Value {
    body.emit(.cos, x[0])
  }

  package func reverse(_ step: Reverse) {
    step.add(to: 0, step.upstream * -sin(step.input(0)))
  }

  package func forward(_ step: Forward) -> Tensor { step.tangent(0)! * -sin(step.input(0)) }
  package func batch(_ step: Batch) -> Tensor { step.transparent() }
}

/// The cosine, element by element.
public func cos(_ x: Tensor) -> Tensor { Cos.shared.apply(x) }
