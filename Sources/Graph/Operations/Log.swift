/// The natural logarithm, element by element. d ln x = dx / x.
package final class Log: UnaryFunction, PlainOperation {
  package static let shared = Log()
  package let name = "log"
  package let signature = Signature.of("log")

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.sameFloating(name)
  }

  package func express(_ body: inout Expression, _ x: [Value]) -> Value {
    body.emit(.log, x[0])
  }

  package func moved(_ flow: Tensor, _ x: Tensor, _ y: Tensor) -> Tensor { flow / x }
}

/// The natural logarithm, element by element.
public func log(_ x: Tensor) -> Tensor { Log.shared.apply(x.asFloating) }
