/// A value that is there only once another is: what is computed from it is computed again, and not before.
///
/// Recomputation needs it: without, the planner would see that the second computation equals the first and
/// keep the first's values, which is what it was to spare.
package final class Barrier: Operation, PlainOperation {
  package static let shared = Barrier()
  package let name = "barrier"
  package let signature = Signature.of("barrier")
  package let kind = OperationKind.view

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType { inputs[0] }
  package func reverse(_ step: Reverse) { step.add(to: 0, step.upstream) }
  package func forward(_ step: Forward) -> Tensor { step.tangent(0) ?? step.zero() }

  package func batch(_ step: BatchStep) -> Tensor {
    step.isBatched[0]
      ? apply(step.inputs[0], step.inputs[1])
      : apply(
        step.inputs[0].broadcast(to: step.withBatchAxis(step.inputs[0].shape)), step.inputs[1])
  }
}
