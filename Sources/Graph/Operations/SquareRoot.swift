/// √x, element by element. d √x = dx / (2√x).
public final class SquareRoot: PointwiseOperation {
  public static let shared = SquareRoot()
  public let name = "squareRoot"
  public let attributes: [Int] = []
  public let signature = Signature.of("squareRoot")
  public let kind = OperationKind.pointwise

  public func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.sameFloating(name)
  }

  public func express(
    _ body: inout Expression, _ x: [Expression.Value]
  ) -> Expression.Value {
    body.emit(.squareRoot, x[0])
  }

  public func reverse(_ step: Reverse) {
    step.add(to: 0, step.upstream / (step.output + step.output))
  }

  public func forward(_ step: Forward) -> Tensor { step.tangent(0)! / (step.output + step.output) }
  public func batch(_ step: Batch) -> Tensor { step.transparent() }
}

/// √x, element by element.
public func sqrt(_ x: Tensor) -> Tensor { SquareRoot.shared.apply(x) }
