/// not a, element by element, of truth values.
package final class LogicalNot: DiscreteOperation, PlainOperation {
  package static let shared = LogicalNot()
  package let name = "logicalNot"
  package let signature = Signature.of("logicalNot")

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.truth(name)
  }

  package func express(_ body: inout Expression, _ x: [Value]) -> Value {
    body.emit(.equal, x[0], body.constant(0))
  }
}

/// not a, element by element, of truth values.
public func logicalNot(_ x: Tensor) -> Tensor { LogicalNot.shared.apply(x) }
