/// log(1 + x) without cancellation near 0. d log(1 + x) = dx / (1 + x).
package final class Log1p: UnaryFunction, PlainOperation {
  package static let shared = Log1p()
  package let name = "log1p"
  package let signature = Signature.of("log1p")

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.sameFloating(name)
  }

  package func express(_ body: inout Expression, _ x: [Value]) -> Value {
    body.emit(.log1p, x[0])
  }

  package func moved(_ flow: Tensor, _ x: Tensor, _ y: Tensor) -> Tensor {
    flow / (.literal(1, x.element) + x)
  }
}

/// log(1 + x), element by element, exact near 0 too.
public func log1p(_ x: Tensor) -> Tensor { Log1p.shared.apply(x.asFloating) }
