/// The sine, element by element. d sin x = cos x dx.
public final class Sin: PointwiseOperation {
  public static let shared = Sin()
  public let name = "sin"
  public let attributes: [Int] = []
  public let signature = Signature.of("sin")
  public let kind = OperationKind.pointwise

  public func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.sameFloating(name)
  }

  public func express(
    _ body: inout Expression, _ x: [Expression.Value]
  ) -> Expression.Value {
    body.emit(.sin, x[0])
  }

  public func reverse(_ step: Reverse) {
    step.add(to: 0, step.upstream * cos(step.input(0)))
  }

  public func forward(_ step: Forward) -> Tensor { step.tangent(0)! * cos(step.input(0)) }
  public func batch(_ step: Batch) -> Tensor { step.transparent() }
}

/// The sine, element by element.
public func sin(_ x: Tensor) -> Tensor { Sin.shared.apply(x) }
