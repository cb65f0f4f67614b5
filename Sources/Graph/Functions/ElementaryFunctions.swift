// Elementary functions made of other operations.

/// The tangent, sin x / cos x, element by element.
public func tan(_ x: Tensor) -> Tensor { sin(x) / cos(x) }

/// x within [low, high]; NaN stays. The derivative is 1 inside and at the ends, otherwise 0.
public func clamp(_ x: Tensor, _ low: Double, _ high: Double) -> Tensor {
  clamp(x, Tensor(low, x.element), Tensor(high, x.element))
}

/// x within [low, high], element by element; NaN stays, and where low > high it is high. The gradient flows to what
/// is taken, x at the ends.
public func clamp(_ x: Tensor, _ low: Tensor, _ high: Tensor) -> Tensor {
  let raised = select(less(x, low), low, x)
  return select(greater(raised, high), high, raised)
}

/// x², element by element.
public func square(_ x: Tensor) -> Tensor { x * x }

/// 1 / x, element by element.
public func reciprocal(_ x: Tensor) -> Tensor { x.constant(1) / x }

/// 1 / √x, element by element.
public func rsqrt(_ x: Tensor) -> Tensor { x.constant(1) / sqrt(x) }

/// The logarithm to base 2, element by element.
public func log2(_ x: Tensor) -> Tensor { log(x) / x.constant(0x1.62e42fefa39efp-1) }

/// The logarithm to base 10, element by element.
public func log10(_ x: Tensor) -> Tensor { log(x) / x.constant(0x1.26bb1bbb55516p+1) }

/// 2ˣ, element by element.
public func exp2(_ x: Tensor) -> Tensor { pow(x.constant(2), x) }
