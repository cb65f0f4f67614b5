/// a and b, element by element, of truth values.
package final class LogicalAnd: DiscreteOperation, PlainOperation {
  package static let shared = LogicalAnd()
  package let name = "logicalAnd"
  package let signature = Signature.of("logicalAnd")

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.truth(name)
  }

  package func express(_ body: inout Expression, _ x: [Value]) -> Value {
    body.emit(.minimum, x[0], x[1])
  }
}

/// a and b, element by element, of truth values.
public func logicalAnd(_ a: Tensor, _ b: Tensor) -> Tensor { LogicalAnd.shared.apply(a, b) }
