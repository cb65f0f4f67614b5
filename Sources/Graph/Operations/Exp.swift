/// eˣ, element by element. d eˣ = eˣ dx.
public final class Exp: PointwiseOperation {
  public static let shared = Exp()
  public let name = "exp"
  public let attributes: [Int] = []
  public let signature = Signature.of("exp")
  public let kind = OperationKind.pointwise

  public func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.sameFloating(name)
  }

  public func express(
    _ body: inout Expression, _ x: [Expression.Value]
  ) -> Expression.Value {
    body.emit(.exp, x[0])
  }

  public func reverse(_ step: Reverse) {
    step.add(to: 0, step.upstream * step.output)
  }

  public func forward(_ step: Forward) -> Tensor { step.tangent(0)! * step.output }
  public func batch(_ step: Batch) -> Tensor { step.transparent() }
}

/// eˣ, element by element.
public func exp(_ x: Tensor) -> Tensor { Exp.shared.apply(x) }
