import AdjointGraph
import AdjointNN
import AdjointRuntime

extension UpdateRule {
  /// Stochastic gradient descent: v ← μ v + (1−τ)(g + λ p), p ← p − η v (no state where μ is 0). τ, the dampening,
  /// leaves the first step alone. Nesterov's goes along g + μ v.
  public static func sgd(
    momentum: Double = 0, dampening: Double = 0, nesterov: Bool = false, weightDecay: Double = 0
  ) -> UpdateRule {
    UpdateRule(states: momentum == 0 ? [] : ["momentum_buffer"]) { numbers in
      let decay = numbers.scalarUnlessZero(weightDecay)
      let keep = momentum == 0 ? nil : numbers.scalar { $0.momentum ?? momentum }
      let gain = dampening == 0 ? nil : numbers.scalar { $0.count == 1 ? 1 : 1 - dampening }
      return { step in
        let gradient = step.gradient(withDecay: decay)
        guard let keep else {
          return ParameterUpdate(step.value - numbers.learningRate * gradient)
        }
        let velocity = step.states[0] * keep + (gain.map { gradient * $0 } ?? gradient)
        let direction = nesterov ? gradient + velocity * keep : velocity
        return ParameterUpdate(step.value - numbers.learningRate * direction, states: [velocity])
      }
    }
  }
}

/// Stochastic gradient descent, with momentum and weight decay as in PyTorch.
public final class SGD: Optimizer {
  /// SGD over these parameters.
  public init(
    _ parameters: [Parameter], learningRate: Double, momentum: Double = 0, dampening: Double = 0,
    nesterov: Bool = false, weightDecay: Double = 0
  ) {
    let rule = UpdateRule.sgd(
      momentum: momentum, dampening: dampening, nesterov: nesterov, weightDecay: weightDecay)
    super.init([ParameterGroup(parameters, rule)]) { _ in learningRate }
  }

  #if !hasFeature(Embedded)
    /// SGD over all parameters of a model.
    public convenience init(
      _ model: some Module, learningRate: Double, momentum: Double = 0, dampening: Double = 0,
      nesterov: Bool = false, weightDecay: Double = 0
    ) {
      self.init(
        model.parameters, learningRate: learningRate, momentum: momentum, dampening: dampening,
        nesterov: nesterov, weightDecay: weightDecay)
    }
  #endif
}
