/// xⁿ, element by element, for a whole number n that belongs to the structure. d xⁿ = n xⁿ⁻¹ dx; x⁰ is 1
/// everywhere, at 0 and NaN too, and its derivative 0.
package final class Power: UnaryFunction {
  package let name = "power"
  package let attributes: [Int]
  package let signature: UInt64
  package let exponent: Int

  init(_ exponent: Int) {
    self.exponent = exponent
    attributes = [exponent]
    signature = Signature.of("power", attributes)
  }

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    exponent < 0 ? try inputs.sameFloating(name) : try inputs.sameNumber(name)
  }

  /// Repeated squaring: as many products as n has binary digits, twice over at most.
  package func express(_ body: inout Expression, _ x: [Value]) -> Value {
    guard exponent != 0 else { return body.emit(.copy, body.constant(1)) }
    guard exponent != 1 else { return body.emit(.copy, x[0]) }
    var left = exponent.magnitude
    var square = x[0]
    var product: Value?
    while true {
      if left & 1 == 1 { product = product.map { body.emit(.multiply, $0, square) } ?? square }
      left >>= 1
      if left == 0 { break }
      square = body.emit(.multiply, square, square)
    }
    let result = product ?? square
    return exponent < 0 ? body.emit(.divide, body.constant(1), result) : result
  }

  /// n xⁿ⁻¹ · flow. Where n is 0 the power below would be infinite at 0, so that case is told apart.
  package func moved(_ flow: Tensor, _ x: Tensor, _ y: Tensor) -> Tensor {
    switch exponent {
    case 0: return .literal(0, x.element).broadcast(to: x.shape)
    case 1: return flow
    case 2: return flow * (.literal(2, x.element) * x)
    default: return flow * (.literal(Double(exponent), x.element) * power(x, exponent - 1))
    }
  }
}

/// xⁿ, element by element, for a whole number n.
public func power(_ x: Tensor, _ exponent: Int) -> Tensor { Power(exponent).apply(x) }
