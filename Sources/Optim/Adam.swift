import AdjointGraph
import AdjointNN
import AdjointRuntime

/// Adam (Kingma and Ba 2015) and, with decay, AdamW (Loshchilov and Hutter 2019):
/// m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², p ← p(1−ηλ) − η/(1−β₁ᵗ) · m / (√(v/(1−β₂ᵗ)) + ε).
public struct AdamRule: UpdateRule, SharedScalars {
  public let beta1: Double
  public let beta2: Double
  public let epsilon: Double
  public let weightDecay: Double

  public init(
    beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, weightDecay: Double = 0
  ) {
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
  }

  public let stateCount = 2

  public func scalars(count: Int, _ element: ElementType) -> [Tensor] {
    [
      beta1, 1 - beta1, beta2, 1 - beta2, 1 / (1 - power(beta1, count)),
      1 / (1 - power(beta2, count)).squareRoot(), epsilon, weightDecay,
    ].map { Tensor($0, element) }
  }

  public func update(_ step: UpdateStep) -> (value: Tensor, states: [Tensor]) {
    let s = step.scalars
    let g = step.gradient
    let m = step.states[0] * s[0] + g * s[1]
    let v = step.states[1] * s[2] + g * g * s[3]
    var value = step.value
    if weightDecay != 0 { value = value - value * (step.learningRate * s[7]) }
    let rate = step.learningRate * s[4]
    return (value - rate * m / (sqrt(v) * s[5] + s[6]), [m, v])
  }

  private func power(_ base: Double, _ exponent: Int) -> Double {
    var (result, square, rest) = (1.0, base, exponent)
    while rest > 0 {
      if rest & 1 == 1 { result *= square }
      square *= square
      rest >>= 1
    }
    return result
  }
}

public typealias Adam = Optimizer<AdamRule>

extension Optimizer where Rule == AdamRule {
  public convenience init(
    _ parameters: [Parameter], learningRate: Double = 1e-3, beta1: Double = 0.9,
    beta2: Double = 0.999, epsilon: Double = 1e-8, weightDecay: Double = 0
  ) {
    self.init(
      parameters,
      AdamRule(beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: weightDecay)
    ) { _ in learningRate }
  }

  #if !hasFeature(Embedded)
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
