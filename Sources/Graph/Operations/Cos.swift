/// The cosine, element by element. d cos x = −sin x dx.
public final class Cos: PointwiseOperation {
  public static let shared = Cos()
  public let name = "cos"
  public let attributes: [Int] = []
  public let signature = Signature.of("cos")
  public let kind = OperationKind.pointwise

  public func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.sameFloating(name)
  }

  public func express(
    _ body: inout Expression, _ x: [Expression.Value]
  ) -> Expression.Value {
    body.emit(.cos, x[0])
  }

  public func reverse(_ step: Reverse) {
    step.add(to: 0, step.upstream * -sin(step.input(0)))
  }

  public func forward(_ step: Forward) -> Tensor { step.tangent(0)! * -sin(step.input(0)) }
  public func batch(_ step: Batch) -> Tensor { step.transparent() }
}

/// The cosine, element by element.
public func cos(_ x: Tensor) -> Tensor { Cos.shared.apply(x) }
