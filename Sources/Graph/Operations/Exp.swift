/// eˣ, element by element. d eˣ = eˣ dx.
package final class Exp: PointwiseOperation {
  package static let shared = Exp()
  package let name = "exp"
  package let attributes: [Int] = []
  package let signature = Signature.of("exp")
  package let kind = OperationKind.pointwise

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.sameFloating(name)
  }

  package func express(
    _ body: inout Expression, _ x: [Expression.Value]
  ) -> Expression.Value {
    body.emit(.exp, x[0])
  }

  package func reverse(_ step: Reverse) {
    step.add(to: 0, step.upstream * step.output)
  }

  package func forward(_ step: Forward) -> Tensor { step.tangent(0)! * step.output }
  package func batch(_ step: Batch) -> Tensor { step.transparent() }
}

/// eˣ, element by element.
public func exp(_ x: Tensor) -> Tensor { Exp.shared.apply(x) }
