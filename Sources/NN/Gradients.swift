import AdjointGraph
import AdjointRuntime

/// The gradients of a loss with respect to parameters, in their order. A parameter without a path to the loss
/// is an error that names it: it is never silently zero.
public func gradient(of loss: Tensor, withRespectTo parameters: [Parameter]) -> [Tensor] {
  gradient(
    of: loss, withRespectTo: parameters.map { $0.value },
    named: { parameters[$0].name.isEmpty ? "parameter \($0)" : "parameter " + parameters[$0].name })
}

/// A loss and its gradients with respect to parameters: the open form of a training step.
public func valueAndGradient(
  of parameters: [Parameter], _ loss: () -> Tensor
) -> (value: Tensor, gradients: [Tensor]) {
  let value = loss()
  return (value, gradient(of: value, withRespectTo: parameters))
}

#if !hasFeature(Embedded)
  /// A loss and its gradients with respect to the trainable parameters of a model.
  public func valueAndGradient(
    of model: some Module, _ loss: () -> Tensor
  ) -> (value: Tensor, gradients: [Tensor]) {
    valueAndGradient(of: model.parameters.filter { $0.isTrainable }, loss)
  }
#endif
