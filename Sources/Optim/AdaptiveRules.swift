import AdjointGraph
import AdjointNN
import AdjointRuntime

// Rules that give every element a rate of its own, from the squares of its gradients.
extension UpdateRule {
  /// Adagrad (Duchi et al. 2011): s ← s + g², p ← p − η/(1 + (t−1)ρ) · g / (√s + ε).
  public static func adagrad(
    rateDecay: Double = 0, weightDecay: Double = 0, initialSum: Double = 0, epsilon: Double = 1e-10
  ) -> UpdateRule {
    UpdateRule(states: [StateForm("sum", start: .number(initialSum))]) { numbers in
      let decay = numbers.scalarUnlessZero(weightDecay)
      let rate = numbers.scalar { $0.rate / (1 + Double($0.count - 1) * rateDecay) }
      let small = numbers.scalar(epsilon)
      return { step in
        let gradient = step.gradient(withDecay: decay)
        let sum = step.states[0] + gradient * gradient
        return ParameterUpdate(step.value - rate * gradient / (sqrt(sum) + small), states: [sum])
      }
    }
  }

  /// Adadelta (Zeiler 2012): v ← ρv + (1−ρ)g², d = √(u+ε)/√(v+ε) · g, u ← ρu + (1−ρ)d², p ← p − η d. Its
  /// learning rate is 1 where nothing else is wanted.
  public static func adadelta(
    rho: Double = 0.9, epsilon: Double = 1e-6, weightDecay: Double = 0
  ) -> UpdateRule {
    UpdateRule(states: ["square_avg", "acc_delta"]) { numbers in
      let decay = numbers.scalarUnlessZero(weightDecay)
      let (keep, gain) = (numbers.scalar(rho), numbers.scalar(1 - rho))
      let small = numbers.scalar(epsilon)
      return { step in
        let gradient = step.gradient(withDecay: decay)
        let v = step.states[0] * keep + gradient * gradient * gain
        let change = sqrt(step.states[1] + small) / sqrt(v + small) * gradient
        let u = step.states[1] * keep + change * change * gain
        return ParameterUpdate(step.value - numbers.learningRate * change, states: [v, u])
      }
    }
  }

  /// RMSProp (Hinton 2012): v ← αv + (1−α)g², p ← p − η g/(√v + ε). Centred, the mean gradient's square is taken
  /// from v; with momentum, b ← μb + g/(√v + ε) and p ← p − η b.
  public static func rmsProp(
    alpha: Double = 0.99, epsilon: Double = 1e-8, weightDecay: Double = 0, momentum: Double = 0,
    centered: Bool = false
  ) -> UpdateRule {
    let states: [StateForm] =
      ["square_avg"] + (centered ? ["grad_avg"] : []) + (momentum == 0 ? [] : ["momentum_buffer"])
    return UpdateRule(states: states) { numbers in
      let decay = numbers.scalarUnlessZero(weightDecay)
      let (keep, gain) = (numbers.scalar(alpha), numbers.scalar(1 - alpha))
      let small = numbers.scalar(epsilon)
      let mass = momentum == 0 ? nil : numbers.scalar { $0.momentum ?? momentum }
      return { step in
        let gradient = step.gradient(withDecay: decay)
        var states = [step.states[0] * keep + gradient * gradient * gain]
        var spread = states[0]
        if centered {
          let mean = step.states[1] * keep + gradient * gain
          spread = spread - mean * mean
          states.append(mean)
        }
        var change = gradient / (sqrt(spread) + small)
        if let mass {
          change = step.states[states.count] * mass + change
          states.append(change)
        }
        return ParameterUpdate(step.value - numbers.learningRate * change, states: states)
      }
    }
  }

  /// Lion (Chen et al. 2023): p ← p(1−ηλ) − η sign(β₁m + (1−β₁)g), m ← β₂m + (1−β₂)g.
  public static func lion(
    beta1: Double = 0.9, beta2: Double = 0.99, weightDecay: Double = 0
  ) -> UpdateRule {
    UpdateRule(states: ["exp_avg"]) { numbers in
      let keep1 = numbers.scalar { $0.momentum ?? beta1 }
      let gain1 = numbers.scalar { 1 - ($0.momentum ?? beta1) }
      let (keep2, gain2) = (numbers.scalar(beta2), numbers.scalar(1 - beta2))
      let decay = WeightDecay(numbers, weightDecay, .decoupled)
      return { step in
        let (m, gradient) = (step.states[0], step.gradient)
        let direction = sign(m * keep1 + gradient * gain1)
        return ParameterUpdate(
          decay.value(step) - numbers.learningRate * direction,
          states: [m * keep2 + gradient * gain2])
      }
    }
  }

  /// Adafactor (Shazeer and Stern 2018), as PyTorch has it: of a matrix's squared gradients only the means of rows
  /// and columns are kept; the step is measured against the parameter's own size and against `threshold`.
  public static func adafactor(
    betaDecay: Double = -0.8, epsilon1: Double? = nil, epsilon2: Double = 1e-3,
    threshold: Double = 1, weightDecay: Double = 0
  ) -> UpdateRule {
    UpdateRule(states: { shape in
      guard shape.rank > 1 else { return ["variance"] }
      var (rows, columns) = (shape.dimensions, shape.dimensions)
      rows[shape.rank - 1] = 1
      columns[shape.rank - 2] = 1
      return [
        StateForm("row_var", shape: Shape(rows)), StateForm("col_var", shape: Shape(columns)),
      ]
    }) { numbers in
      let mix = numbers.scalar { ScalarMath.pow(Double($0.count), betaDecay) }
      let rate = numbers.scalar { Swift.min($0.rate, 1 / Double($0.count).squareRoot()) }
      let least = epsilon1 ?? numbers.element.spacingAtOne
      let (floor, floorSquared) = (numbers.scalar(least), numbers.scalar(least * least))
      let (smallest, limit) = (numbers.scalar(epsilon2), numbers.scalar(threshold))
      let one = numbers.scalar(1)
      let decay = WeightDecay(numbers, weightDecay, .decoupled)
      return { step in
        let (value, gradient) = (step.value, step.gradient)
        let root = numbers.scalar(Double(Swift.max(value.count, 1)).squareRoot())
        let (estimate, states) = squares(of: gradient, step.states, mix, floor)
        let update = gradient / sqrt(maximum(estimate, floorSquared))
        let excess = maximum(one, size(of: update) / (root * limit))
        let pace = maximum(smallest, size(of: value) / root) * rate
        return ParameterUpdate(decay.value(step) - update * (pace / excess), states: states)
      }
    }
  }
}

/// Adafactor's estimate of the mean of squared gradients, from the means of rows and columns where there are both.
private func squares(
  of gradient: Tensor, _ states: [Tensor], _ mix: Tensor, _ floor: Tensor
) -> (estimate: Tensor, states: [Tensor]) {
  let square = gradient * gradient
  guard states.count == 2 else {
    let variance = states[0] + (square - states[0]) * mix
    return (variance, [variance])
  }
  let rowMeans = square.mean([-1], keepingDimensions: true)
  let columnMeans = square.mean([-2], keepingDimensions: true)
  let rows = states[0] + (rowMeans - states[0]) * mix
  let columns = states[1] + (columnMeans - states[1]) * mix
  let whole = maximum(rows.mean([-2], keepingDimensions: true), floor)
  return (rows * columns / whole, [rows, columns])
}

extension ElementType {
  /// The distance from 1 to the next number.
  fileprivate var spacingAtOne: Double {
    switch self {
    case .float64: 0x1p-52
    case .float16: 0x1p-10
    case .bfloat16: 0x1p-7
    default: 0x1p-23
    }
  }
}
