/// Either a or b and not both, element by element, of truth values.
package final class LogicalXor: DiscreteOperation, PlainOperation {
  package static let shared = LogicalXor()
  package let name = "logicalXor"
  package let signature = Signature.of("logicalXor")

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.truth(name)
  }

  package func express(_ body: inout Expression, _ x: [Value]) -> Value {
    body.emit(.equal, body.emit(.equal, x[0], x[1]), body.constant(0))
  }
}

/// Either a or b and not both, element by element, of truth values.
public func logicalXor(_ a: Tensor, _ b: Tensor) -> Tensor { LogicalXor.shared.apply(a, b) }
