import AdjointGraph
import AdjointNN
import AdjointRuntime

/// Stochastic gradient descent: v ← μ v + g, p ← p − η v (v = g where μ is 0).
public struct SGDRule: UpdateRule, SharedScalars {
  public let momentum: Double
  public let weightDecay: Double

  public init(momentum: Double = 0, weightDecay: Double = 0) {
    self.momentum = momentum
    self.weightDecay = weightDecay
  }

  public var stateCount: Int { momentum == 0 ? 0 : 1 }

  public func scalars(count: Int, _ element: ElementType) -> [Tensor] {
    [Tensor(momentum, element), Tensor(weightDecay, element)]
  }

  public func update(_ step: UpdateStep) -> (value: Tensor, states: [Tensor]) {
    var direction = step.gradient
    if weightDecay != 0 { direction = direction + step.value * step.scalars[1] }
    guard momentum != 0 else { return (step.value - step.learningRate * direction, []) }
    let velocity = step.states[0] * step.scalars[0] + direction
    return (step.value - step.learningRate * velocity, [velocity])
  }
}

public typealias SGD = Optimizer<SGDRule>

extension Optimizer where Rule == SGDRule {
  public convenience init(
    _ parameters: [Parameter], learningRate: Double, momentum: Double = 0, weightDecay: Double = 0
  ) {
    self.init(
      parameters, SGDRule(momentum: momentum, weightDecay: weightDecay)
    ) { _ in learningRate }
  }

  #if !hasFeature(Embedded)
    public convenience init(
      _ model: some Module, learningRate: Double, momentum: Double = 0, weightDecay: Double = 0
    ) {
      self.init(
        model.parameters, learningRate: learningRate, momentum: momentum, weightDecay: weightDecay)
    }
  #endif
}
