/// The value, through which no gradient flows.
public final class StopGradient: Operation {
  public static let shared = StopGradient()
  public let name = "stopGradient"
  public let attributes: [Int] = []
  public let signature = Signature.of("stopGradient")
  public let kind = OperationKind.view

  public func infer(_ inputs: Inputs) throws(GraphError) -> TensorType { inputs[0] }
  public func reverse(_ step: Reverse) {}
  public func forward(_ step: Forward) -> Tensor { step.zero() }
  public func batch(_ step: Batch) -> Tensor { step.transparent() }
}
