import AdjointGraph
import AdjointNN
import AdjointRuntime

// Rules that look at a parameter as a whole: at its size, or at the matrix that it is.
extension UpdateRule {
  /// LAMB (You et al. 2020): Adam's direction with λ p added, r, scaled to the parameter's size:
  /// p ← p − η ‖p‖/‖r‖ r, and as it is where either norm is 0.
  public static func lamb(
    beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-6, weightDecay: Double = 0
  ) -> UpdateRule {
    UpdateRule(states: ["exp_avg", "exp_avg_sq"]) { numbers in
      let betas = AdamBetas(beta1, beta2)
      let averages = AdamAverages(numbers, betas)
      let unbias1 = numbers.scalar { 1 / betas.correction1($0) }
      let unbias2 = numbers.scalar { 1 / betas.correction2($0) }
      let (small, decay) = (numbers.scalar(epsilon), numbers.scalarUnlessZero(weightDecay))
      return { step in
        let (m, v) = averages.next(step, step.gradient)
        let adapted = m * unbias1 / (sqrt(v * unbias2) + small)
        let direction = decay.map { adapted + step.value * $0 } ?? adapted
        let trust = ratio(size(of: step.value), size(of: direction))
        return ParameterUpdate(
          step.value - direction * (numbers.learningRate * trust), states: [m, v])
      }
    }
  }

  /// LARS (You et al. 2017): momentum with a rate a parameter, in proportion to its size:
  /// v ← μv + η · c‖p‖/(‖g‖ + λ‖p‖) · (g + λp), p ← p − v. Where ‖p‖ or ‖g‖ is 0, the rate is η.
  public static func lars(
    momentum: Double = 0.9, weightDecay: Double = 0, coefficient: Double = 1e-3
  ) -> UpdateRule {
    UpdateRule(states: ["momentum_buffer"]) { numbers in
      let keep = numbers.scalar { $0.momentum ?? momentum }
      let (trust, decay) = (numbers.scalar(coefficient), numbers.scalar(weightDecay))
      return { step in
        let (value, gradient) = (step.value, step.gradient)
        let (length, slope) = (size(of: value), size(of: gradient))
        let zero = numbers.scalar(0)
        let own = ratio(
          select(greater(slope, zero), length * trust, zero), slope + length * decay)
        let velocity =
          step.states[0] * keep + (gradient + value * decay) * (numbers.learningRate * own)
        return ParameterUpdate(value - velocity, states: [velocity])
      }
    }
  }

  /// How Muon scales its rate for a matrix of A rows and B columns.
  public enum MuonScale: Sendable {
    /// √max(1, A/B).
    case original
    /// 0.2 √max(A, B): steps as large as AdamW's, whose rates then fit.
    case likeAdamW
  }

  /// Muon (Jordan 2024), for matrices: the momentum, made nearly orthogonal by Newton and Schulz's iteration,
  /// m ← μm + (1−μ)g, p ← p(1−ηλ) − η s O((1−μ)g + μm), with s by the matrix's shape.
  public static func muon(
    momentum: Double = 0.95, nesterov: Bool = true, weightDecay: Double = 0.1,
    scale: MuonScale = .original, iterations: Int = 5, epsilon: Double = 1e-7
  ) -> UpdateRule {
    UpdateRule(states: ["momentum_buffer"]) { numbers in
      let keep = numbers.scalar { $0.momentum ?? momentum }
      let gain = numbers.scalar { 1 - ($0.momentum ?? momentum) }
      let small = numbers.scalar(epsilon)
      let decay = WeightDecay(numbers, weightDecay, .decoupled)
      return { step in
        let shape = step.value.shape
        guard shape.rank == 2 else {
          let wrong = fail(
            GraphError("muon", "takes matrices, not \(shape.description); give others another rule")
          )
          return ParameterUpdate(wrong, states: [wrong])
        }
        let mean = step.states[0] * keep + step.gradient * gain
        let direction = nesterov ? step.gradient * gain + mean * keep : mean
        let factor = scale.factor(shape[0], shape[1])
        let rate = numbers.scalar { $0.rate * factor }
        let turned = orthogonalized(direction, iterations, small, numbers)
        return ParameterUpdate(decay.value(step) - turned * rate, states: [mean])
      }
    }
  }
}

extension UpdateRule.MuonScale {
  fileprivate func factor(_ rows: Int, _ columns: Int) -> Double {
    let (a, b) = (Double(rows), Double(columns))
    switch self {
    case .original: return Swift.max(1, a / b).squareRoot()
    case .likeAdamW: return 0.2 * Swift.max(a, b).squareRoot()
    }
  }
}

/// a / b, and 1 where either is 0.
private func ratio(_ a: Tensor, _ b: Tensor) -> Tensor {
  let (zero, one) = (Tensor(0, a.element), Tensor(1, a.element))
  let isUsable = logicalAnd(greater(a, zero), greater(b, zero))
  return select(isUsable, a / select(isUsable, b, one), one)
}

/// Nearly U Vᵀ of x = U S Vᵀ: X ← aX + (bXXᵀ + c(XXᵀ)²)X, whose slope at 0 is chosen steep, so that few rounds bring
/// all singular values near 1.
private func orthogonalized(
  _ x: Tensor, _ iterations: Int, _ small: Tensor, _ numbers: StepNumbers
) -> Tensor {
  let (a, b, c) = (numbers.scalar(3.4445), numbers.scalar(-4.775), numbers.scalar(2.0315))
  let isTall = x.shape[0] > x.shape[1]
  var x = isTall ? x.transposed([1, 0]) : x
  x = x / maximum(size(of: x), small)
  for _ in 0..<iterations {
    let gram = matmul(x, x, transposingB: true)
    x = x * a + matmul(gram * b + matmul(gram, gram) * c, x)
  }
  return isTall ? x.transposed([1, 0]) : x
}

/// Muon for matrices and AdamW for the rest, each with its learning rate.
///
/// What is a matrix and yet no map between features, such as an embedding, is better named among `others`.
public final class Muon: Optimizer {
  /// Muon over those of these parameters that are matrices and not among `others`.
  public init(
    _ parameters: [Parameter], learningRate: Double = 0.02, momentum: Double = 0.95,
    weightDecay: Double = 0.1, scale: UpdateRule.MuonScale = .original,
    others: [Parameter] = [], othersRate: Double = 3e-4
  ) {
    func isTurned(_ parameter: Parameter) -> Bool {
      parameter.value.rank == 2 && !others.contains { $0 === parameter }
    }
    let turned = UpdateRule.muon(momentum: momentum, weightDecay: weightDecay, scale: scale)
    super.init([
      ParameterGroup(parameters.filter(isTurned), turned),
      ParameterGroup(
        parameters.filter { !isTurned($0) } + others, .adam(weightDecay: weightDecay),
        rateFactor: learningRate == 0 ? 1 : othersRate / learningRate),
    ]) { _ in learningRate }
  }
}
