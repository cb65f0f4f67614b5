import AdjointGraph
import AdjointNN
import AdjointRuntime

extension UpdateRule {
  /// Adam (Kingma and Ba 2015) and, with decay, AdamW (Loshchilov and Hutter 2019):
  /// m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², p ← p(1−ηλ) − η/(1−β₁ᵗ) · m / (√v/√(1−β₂ᵗ) + ε).
  public static func adam(
    beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, weightDecay: Double = 0
  ) -> UpdateRule {
    UpdateRule(stateCount: 2) { numbers in
      let (keep1, gain1) = (numbers.scalar(beta1), numbers.scalar(1 - beta1))
      let (keep2, gain2) = (numbers.scalar(beta2), numbers.scalar(1 - beta2))
      let rate = numbers.learningRate * numbers.scalar(1 / (1 - power(beta1, numbers.count)))
      let unbias = numbers.scalar(1 / (1 - power(beta2, numbers.count)).squareRoot())
      let small = numbers.scalar(epsilon)
      let decay = weightDecay == 0 ? nil : numbers.learningRate * numbers.scalar(weightDecay)
      return { step in
        let m = step.states[0] * keep1 + step.gradient * gain1
        let v = step.states[1] * keep2 + step.gradient * step.gradient * gain2
        let value = decay.map { step.value - step.value * $0 } ?? step.value
        return ParameterUpdate(value - rate * m / (sqrt(v) * unbias + small), states: [m, v])
      }
    }
  }
}

/// A power with a whole exponent, by squaring: the same on every machine.
private func power(_ base: Double, _ exponent: Int) -> Double {
  var (result, square, rest) = (1.0, base, exponent)
  while rest > 0 {
    if rest & 1 == 1 { result *= square }
    square *= square
    rest >>= 1
  }
  return result
}

/// Adam; with weight decay AdamW.
public final class Adam: Optimizer {
  /// Adam over these parameters.
  public init(
    _ parameters: [Parameter], learningRate: Double = 1e-3, beta1: Double = 0.9,
    beta2: Double = 0.999, epsilon: Double = 1e-8, weightDecay: Double = 0
  ) {
    super.init(
      parameters,
      .adam(beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: weightDecay)
    ) { _ in learningRate }
  }

  #if !hasFeature(Embedded)
    /// Adam over all parameters of a model.
    public convenience init(
      _ model: some Module, learningRate: Double = 1e-3, beta1: Double = 0.9,
      beta2: Double = 0.999, epsilon: Double = 1e-8, weightDecay: Double = 0
    ) {
      self.init(
        model.parameters, learningRate: learningRate, beta1: beta1, beta2: beta2,
        epsilon: epsilon, weightDecay: weightDecay)
    }
  #endif
}
