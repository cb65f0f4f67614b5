/// √x, element by element. d √x = dx / (2√x).
package final class SquareRoot: PointwiseOperation {
  package static let shared = SquareRoot()
  package let name = "squareRoot"
  package let attributes: [Int] = []
  package let signature = Signature.of("squareRoot")
  package let kind = OperationKind.pointwise

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.sameFloating(name)
  }

  package func express(
    _ body: inout Expression, _ x: [Expression.Value]
  ) -> Expression.Value {
    body.emit(.squareRoot, x[0])
  }

  package func reverse(_ step: Reverse) {
    step.add(to: 0, step.upstream / (step.output + step.output))
  }

  package func forward(_ step: Forward) -> Tensor { step.tangent(0)! / (step.output + step.output) }
  package func batch(_ step: Batch) -> Tensor { step.transparent() }
}

/// √x, element by element.
public func sqrt(_ x: Tensor) -> Tensor { SquareRoot.shared.apply(x) }
