import AdjointGraph
import AdjointNN
import AdjointRuntime

extension UpdateRule {
  /// Stochastic gradient descent: v ← μ v + g + λ p, p ← p − η v (no state where μ is 0).
  public static func sgd(momentum: Double = 0, weightDecay: Double = 0) -> UpdateRule {
    UpdateRule(stateCount: momentum == 0 ? 0 : 1) { numbers in
      let decay = weightDecay == 0 ? nil : numbers.scalar(weightDecay)
      let keep = momentum == 0 ? nil : numbers.scalar(momentum)
      return { step in
        let gradient = decay.map { step.gradient + step.value * $0 } ?? step.gradient
        let velocity = keep.map { step.states[0] * $0 + gradient } ?? gradient
        return ParameterUpdate(
          step.value - numbers.learningRate * velocity, states: keep == nil ? [] : [velocity])
      }
    }
  }
}

/// Stochastic gradient descent, with momentum and weight decay as in PyTorch.
public final class SGD: Optimizer {
  /// SGD over these parameters.
  public init(
    _ parameters: [Parameter], learningRate: Double, momentum: Double = 0, weightDecay: Double = 0
  ) {
    super.init(parameters, .sgd(momentum: momentum, weightDecay: weightDecay)) { _ in learningRate }
  }

  #if !hasFeature(Embedded)
    /// SGD over all parameters of a model.
    public convenience init(
      _ model: some Module, learningRate: Double, momentum: Double = 0, weightDecay: Double = 0
    ) {
      self.init(
        model.parameters, learningRate: learningRate, momentum: momentum, weightDecay: weightDecay)
    }
  #endif
}
