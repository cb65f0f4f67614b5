/// aᵇ for real a and b. d aᵇ = b aᵇ⁻¹ da + aᵇ log a db; the first is 0 where b is 0, the second where a is 0.
package final class RealPower: BinaryFunction, PlainOperation {
  package static let shared = RealPower()
  package let name = "realPower"
  package let signature = Signature.of("realPower")

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.floatingPair(name)
  }

  package func express(_ body: inout Expression, _ x: [Value]) -> Value {
    body.emit(.power, x[0], x[1])
  }

  package func alongA(_ flow: Tensor, _ a: Tensor, _ b: Tensor, _ y: Tensor) -> Tensor {
    let (zero, one) = (Tensor.literal(0, b.element), Tensor.literal(1, b.element))
    // Nor may the side that is not taken be infinite: its own derivatives would be NaN.
    let isZero = equal(b, zero)
    return select(isZero, zero, flow * b * pow(a, select(isZero, one, b) - one))
  }

  package func alongB(_ flow: Tensor, _ a: Tensor, _ b: Tensor, _ y: Tensor) -> Tensor {
    let (zero, one) = (Tensor.literal(0, a.element), Tensor.literal(1, a.element))
    let isZero = equal(a, zero)
    return select(isZero, zero, flow * y * log(select(isZero, one, a)))
  }
}

/// a to the power of b, element by element, for a Swift number b. Integers to a whole power, which then belongs to
/// the structure, stay integers.
public func pow(_ a: Tensor, _ b: some TensorNumber) -> Tensor {
  if a.element.isInteger, let whole = b.asInteger {
    return power(a, Int(truncatingIfNeeded: whole))
  }
  return pow(a, a.beside(b))
}

/// a to the power of b, element by element, for a Swift number a.
public func pow(_ a: some TensorNumber, _ b: Tensor) -> Tensor { pow(b.beside(a), b) }

/// a to the power of b, element by element.
public func pow(_ a: Tensor, _ b: Tensor) -> Tensor {
  let (a, b) = promoted(a, b)
  return RealPower.shared.apply(a.asFloating, b.asFloating)
}
