/// The value, through which no gradient flows.
package final class StopGradient: Operation, PlainOperation {
  package static let shared = StopGradient()
  package let name = "stopGradient"
  package let signature = Signature.of("stopGradient")
  package let kind = OperationKind.view

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType { inputs[0] }
  package func reverse(_ step: Reverse) {}
  package func forward(_ step: Forward) -> Tensor { step.zero() }
  package func batch(_ step: BatchStep) -> Tensor { step.transparent() }
}
