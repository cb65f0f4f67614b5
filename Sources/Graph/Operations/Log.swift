/// The natural logarithm, element by element. d ln x = dx / x.
package final class Log: PointwiseOperation {
  package static let shared = Log()
  package let name = "log"
  package let attributes: [Int] = []
  package let signature = Signature.of("log")
  package let kind = OperationKind.pointwise

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.sameFloating(name)
  }

  package func express(
    _ body: inout Expression, _ x: [Expression.Value]
  ) -> Expression.Value {
    body.emit(.log, x[0])
  }

  package func reverse(_ step: Reverse) {
    step.add(to: 0, step.upstream / step.input(0))
  }

  package func forward(_ step: Forward) -> Tensor { step.tangent(0)! / step.input(0) }
  package func batch(_ step: Batch) -> Tensor { step.transparent() }
}

/// The natural logarithm, element by element.
public func log(_ x: Tensor) -> Tensor { Log.shared.apply(x) }
