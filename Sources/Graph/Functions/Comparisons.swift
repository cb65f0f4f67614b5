/// a < b, element by element, as bool; false on NaN.
public func less(_ a: Tensor, _ b: Tensor) -> Tensor { greater(b, a) }

/// a ≤ b, element by element, as bool; false on NaN.
public func lessEqual(_ a: Tensor, _ b: Tensor) -> Tensor { greaterEqual(b, a) }

/// True where an element is +∞ or −∞.
public func isInfinite(_ x: Tensor) -> Tensor {
  x.element.isFloating ? equal(abs(x), x.constant(.infinity)) : logicalNot(isFinite(x))
}

/// The bits of a inverted, element by element, of int64.
public func bitwiseNot(_ a: Tensor) -> Tensor { .literal(-1, a.element) - a }
