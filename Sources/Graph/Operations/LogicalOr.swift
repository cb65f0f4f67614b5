/// a or b, element by element, of truth values.
package final class LogicalOr: DiscreteOperation, PlainOperation {
  package static let shared = LogicalOr()
  package let name = "logicalOr"
  package let signature = Signature.of("logicalOr")

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.truth(name)
  }

  package func express(_ body: inout Expression, _ x: [Value]) -> Value {
    body.emit(.maximum, x[0], x[1])
  }
}

/// a or b, element by element, of truth values.
public func logicalOr(_ a: Tensor, _ b: Tensor) -> Tensor { LogicalOr.shared.apply(a, b) }
