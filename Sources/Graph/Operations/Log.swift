/// The natural logarithm, element by element. d ln x = dx / x.
public final class Log: PointwiseOperation {
  public static let shared = Log()
  public let name = "log"
  public let attributes: [Int] = []
  public let signature = Signature.of("log")
  public let kind = OperationKind.pointwise

  public func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.sameFloating(name)
  }

  public func express(
    _ body: inout Expression, _ x: [Expression.Value]
  ) -> Expression.Value {
    body.emit(.log, x[0])
  }

  public func reverse(_ step: Reverse) {
    step.add(to: 0, step.upstream / step.input(0))
  }

  public func forward(_ step: Forward) -> Tensor { step.tangent(0)! / step.input(0) }
  public func batch(_ step: Batch) -> Tensor { step.transparent() }
}

/// The natural logarithm, element by element.
public func log(_ x: Tensor) -> Tensor { Log.shared.apply(x) }
