// Activations made of other operations. Numbers given to them are operands: another number tomorrow is the
// same plan.

extension Tensor {
  /// A number of this tensor's element type that belongs to the structure.
  func constant(_ value: Double) -> Tensor { .literal(value, element) }
}

/// log σ(x) = −softplus(−x), element by element.
public func logSigmoid(_ x: Tensor) -> Tensor { -softplus(-x) }

/// x where x > 0, otherwise `slope` · x; the derivative at 0 is `slope`.
public func leakyReLU(_ x: Tensor, slope: Double = 0.01) -> Tensor {
  prelu(x.asFloating, Tensor(slope, x.asFloating.element))
}

/// x where x > 0, otherwise `slope` · x, for a slope that may be learned and broadcasts.
public func prelu(_ x: Tensor, _ slope: Tensor) -> Tensor {
  let x = x.asFloating
  return select(greater(x, x.constant(0)), x, slope * x)
}

/// x where x > 0, otherwise α (eˣ − 1).
public func elu(_ x: Tensor, alpha: Double = 1) -> Tensor {
  let x = x.asFloating
  return select(greater(x, x.constant(0)), x, expm1(negativePart(x)) * alpha)
}

/// λ x where x > 0, otherwise λ α (eˣ − 1), with the λ and α that keep mean and variance.
public func selu(_ x: Tensor) -> Tensor {
  let x = x.asFloating
  let exponential = x.constant(1.6732632423543772) * expm1(negativePart(x))
  let inner = select(greater(x, x.constant(0)), x, exponential)
  return x.constant(1.0507009873554805) * inner
}

/// x where x > 0, otherwise α (e^(x/α) − 1).
public func celu(_ x: Tensor, alpha: Double = 1) -> Tensor {
  let x = x.asFloating
  return select(greater(x, x.constant(0)), x, expm1(negativePart(x) / alpha) * alpha)
}

/// x where x ≤ 0 or NaN, otherwise 0: keeps what is not taken finite, and its gradient with it.
private func negativePart(_ x: Tensor) -> Tensor {
  let zero = x.constant(0)
  return select(greater(x, zero), zero, x)
}

/// x Φ(x) = x/2 (1 + erf(x/√2)); 0 at −∞.
public func gelu(_ x: Tensor) -> Tensor {
  levelled(x) { x in
    x.constant(0.5) * x * (x.constant(1) + erf(x.constant(0.7071067811865476) * x))
  }
}

/// The approximation x/2 (1 + tanh(√(2/π) (x + 0.044715 x³))) of `gelu`; 0 at −∞.
public func geluTanh(_ x: Tensor) -> Tensor {
  levelled(x) { x in
    // (1 + tanh u) / 2 = σ(2u), which keeps its accuracy where that is a difference. 2√(2/π) and its cubic term:
    let cubic = x.constant(1.5957691216057308) + x.constant(0.07135481627260025) * (x * x)
    return x * sigmoid(x * cubic)
  }
}

/// x σ(x), also called swish; 0 at −∞.
public func silu(_ x: Tensor) -> Tensor { levelled(x) { $0 * sigmoid($0) } }

/// x tanh(softplus(x)); 0 at −∞.
public func mish(_ x: Tensor) -> Tensor { levelled(x) { $0 * tanh(softplus($0)) } }

/// f(x) for an f that beyond ±`levelling` is relu to the last bit. There ∞ · 0 would be NaN, in the value or in
/// a derivative.
private func levelled(_ x: Tensor, _ f: (Tensor) -> Tensor) -> Tensor {
  x.asFloating.computedWide { x in
    let isFar = greaterEqual(abs(x), x.constant(levelling))
    return select(isFar, relu(x), f(select(isFar, x.constant(0), x)))
  }
}

/// Beyond it e⁻ˣ is 0 in every element type, and x e⁻ˣ too.
private let levelling = 760.0

/// x within [−1, 1]; the derivative is 1 strictly inside, otherwise 0.
public func hardTanh(_ x: Tensor) -> Tensor { cut(x, -1, 1) }

/// x within [0, 6]; the derivative is 1 strictly inside, otherwise 0.
public func relu6(_ x: Tensor) -> Tensor { cut(x, 0, 6) }

/// relu6(x + 3) / 6.
public func hardSigmoid(_ x: Tensor) -> Tensor {
  let x = x.asFloating
  return relu6(x + x.constant(3)) / x.constant(6)
}

/// x relu6(x + 3) / 6; 0 at −∞.
public func hardSwish(_ x: Tensor) -> Tensor { levelled(x) { $0 * hardSigmoid($0) } }

private func cut(_ x: Tensor, _ low: Double, _ high: Double) -> Tensor {
  let (low, high) = (x.constant(low), x.constant(high))
  return select(lessEqual(x, low), low, select(greaterEqual(x, high), high, x))
}
