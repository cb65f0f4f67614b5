import AdjointGraph
import AdjointNN
import AdjointRuntime

/// How weight decay acts beside averages of gradients.
public enum WeightDecayKind: Sendable {
  /// The value shrinks by ηλ a step, whatever the gradient: AdamW's.
  case decoupled
  /// λ p is added to the gradient, and averaged with it: that of a sum of squares in the loss.
  case inGradient
}

extension UpdateRule {
  /// Adam (Kingma and Ba 2015) and, with decay, AdamW (Loshchilov and Hutter 2019):
  /// m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², p ← p(1−ηλ) − η/(1−β₁ᵗ) · m / (√v/√(1−β₂ᵗ) + ε).
  /// AMSGrad (Reddi et al. 2018) divides by the largest v so far.
  public static func adam(
    beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, weightDecay: Double = 0,
    decay kind: WeightDecayKind = .decoupled, amsgrad: Bool = false
  ) -> UpdateRule {
    let names: [StateForm] = ["exp_avg", "exp_avg_sq"]
    return UpdateRule(states: amsgrad ? names + ["max_exp_avg_sq"] : names) { numbers in
      let betas = AdamBetas(beta1, beta2)
      let averages = AdamAverages(numbers, betas)
      let rate = numbers.learningRate * numbers.scalar { 1 / betas.correction1($0) }
      let unbias = numbers.scalar { 1 / betas.correction2($0).squareRoot() }
      let small = numbers.scalar(epsilon)
      let decay = WeightDecay(numbers, weightDecay, kind)
      return { step in
        let (m, v) = averages.next(step, decay.gradient(step))
        let largest = amsgrad ? maximum(step.states[2], v) : v
        return ParameterUpdate(
          decay.value(step) - rate * m / (sqrt(largest) * unbias + small),
          states: amsgrad ? [m, v, largest] : [m, v])
      }
    }
  }

  /// NAdam (Dozat 2016), Adam with Nesterov's momentum: μₜ = β₁(1 − ½·0.96^(tψ)),
  /// p ← p − η ((1−μₜ)/(1−Πμ) g + μₜ₊₁/(1−μₜ₊₁Πμ) m) / (√(v/(1−β₂ᵗ)) + ε).
  public static func nadam(
    beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, weightDecay: Double = 0,
    decay kind: WeightDecayKind = .inGradient, momentumDecay: Double = 4e-3
  ) -> UpdateRule {
    let product = StateForm("mu_product", shape: [], start: .number(1))
    return UpdateRule(states: ["exp_avg", "exp_avg_sq", product]) { numbers in
      let betas = AdamBetas(beta1, beta2)
      let averages = AdamAverages(numbers, betas)
      @Sendable func momentum(_ figures: StepFigures, ahead: Int) -> Double {
        let exponent = Double(figures.count + ahead) * momentumDecay
        return betas.beta1(figures) * (1 - 0.5 * ScalarMath.pow(0.96, exponent))
      }
      let now = numbers.scalar { momentum($0, ahead: 0) }
      let next = numbers.scalar { momentum($0, ahead: 1) }
      let (one, left) = (numbers.scalar(1), numbers.scalar { 1 - momentum($0, ahead: 0) })
      let unbias = numbers.scalar { 1 / betas.correction2($0) }
      let small = numbers.scalar(epsilon)
      let decay = WeightDecay(numbers, weightDecay, kind)
      return { step in
        let gradient = decay.gradient(step)
        let (m, v) = averages.next(step, gradient)
        let product = step.states[2] * now
        let direction = gradient * (left / (one - product)) + m * (next / (one - product * next))
        return ParameterUpdate(
          decay.value(step) - numbers.learningRate * direction / (sqrt(v * unbias) + small),
          states: [m, v, product])
      }
    }
  }

  /// RAdam (Liu et al. 2020): Adam that goes along the mean gradient while the variance of v is not to be
  /// trusted yet, and then with the rectified rate.
  public static func radam(
    beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, weightDecay: Double = 0,
    decay kind: WeightDecayKind = .inGradient
  ) -> UpdateRule {
    UpdateRule(states: ["exp_avg", "exp_avg_sq"]) { numbers in
      let betas = AdamBetas(beta1, beta2)
      let averages = AdamAverages(numbers, betas)
      let rate = numbers.learningRate * numbers.scalar { 1 / betas.correction1($0) }
      let longest = 2 / (1 - beta2) - 1
      @Sendable func length(_ figures: StepFigures) -> Double {
        longest - 2 * Double(figures.count) * power(beta2, figures.count)
          / betas.correction2(figures)
      }
      let isTrusted = greater(numbers.scalar { length($0) }, numbers.scalar(5))
      let rectified = numbers.scalar { figures in
        let length = length(figures)
        guard length > 5 else { return 1 }
        let trust =
          ((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length))
        return trust.squareRoot() * betas.correction2(figures).squareRoot()
      }
      let (small, one) = (numbers.scalar(epsilon), numbers.scalar(1))
      let decay = WeightDecay(numbers, weightDecay, kind)
      return { step in
        let (m, v) = averages.next(step, decay.gradient(step))
        let scale = select(isTrusted, rectified / (sqrt(v) + small), one)
        return ParameterUpdate(decay.value(step) - rate * m * scale, states: [m, v])
      }
    }
  }
}

/// β₁ and β₂, and what follows from them in a step.
struct AdamBetas: Sendable {
  private let given1: Double
  let beta2: Double

  init(_ beta1: Double, _ beta2: Double) {
    given1 = beta1
    self.beta2 = beta2
  }

  func beta1(_ figures: StepFigures) -> Double { figures.momentum ?? given1 }
  /// 1 − β₁ᵗ.
  func correction1(_ figures: StepFigures) -> Double { 1 - power(beta1(figures), figures.count) }
  /// 1 − β₂ᵗ.
  func correction2(_ figures: StepFigures) -> Double { 1 - power(beta2, figures.count) }
}

/// The running means of gradients and of their squares, which Adam and its kin keep as their first two states.
struct AdamAverages {
  private let keep1: Tensor
  private let gain1: Tensor
  private let keep2: Tensor
  private let gain2: Tensor

  init(_ numbers: StepNumbers, _ betas: AdamBetas) {
    keep1 = numbers.scalar { betas.beta1($0) }
    gain1 = numbers.scalar { 1 - betas.beta1($0) }
    (keep2, gain2) = (numbers.scalar(betas.beta2), numbers.scalar(1 - betas.beta2))
  }

  func next(_ step: ParameterStep, _ gradient: Tensor) -> (m: Tensor, v: Tensor) {
    (
      step.states[0] * keep1 + gradient * gain1,
      step.states[1] * keep2 + gradient * gradient * gain2
    )
  }
}

/// Weight decay of either kind, as what becomes of gradient and value.
struct WeightDecay {
  private let inGradient: Tensor?
  private let decoupled: Tensor?

  init(_ numbers: StepNumbers, _ decay: Double, _ kind: WeightDecayKind) {
    switch kind {
    case .inGradient:
      inGradient = numbers.scalarUnlessZero(decay)
      decoupled = nil
    case .decoupled:
      inGradient = nil
      decoupled = numbers.scalarUnlessZero(decay).map { numbers.learningRate * $0 }
    }
  }

  func gradient(_ step: ParameterStep) -> Tensor { step.gradient(withDecay: inGradient) }
  func value(_ step: ParameterStep) -> Tensor { step.value(withDecay: decoupled) }
}

/// Adam; with weight decay AdamW.
public final class Adam: Optimizer {
  /// Adam over these parameters.
  public init(
    _ parameters: [Parameter], learningRate: Double = 1e-3, beta1: Double = 0.9,
    beta2: Double = 0.999, epsilon: Double = 1e-8, weightDecay: Double = 0, amsgrad: Bool = false
  ) {
    let rule = UpdateRule.adam(
      beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: weightDecay, amsgrad: amsgrad)
    super.init([ParameterGroup(parameters, rule)]) { _ in learningRate }
  }

  #if !hasFeature(Embedded)
    /// Adam over all parameters of a model.
    public convenience init(
      _ model: some Module, learningRate: Double = 1e-3, beta1: Double = 0.9,
      beta2: Double = 0.999, epsilon: Double = 1e-8, weightDecay: Double = 0, amsgrad: Bool = false
    ) {
      self.init(
        model.parameters, learningRate: learningRate, beta1: beta1, beta2: beta2,
        epsilon: epsilon, weightDecay: weightDecay, amsgrad: amsgrad)
    }
  #endif
}
