/// The y with erf y = x: Winitzki's start, then three steps of Halley's; ±∞ at ±1, NaN beyond.
/// d erfinv x = √π/2 e^(y²) dx.
package final class Erfinv: UnaryFunction, PlainOperation {
  package static let shared = Erfinv()
  package let name = "erfinv"
  package let signature = Signature.of("erfinv")

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.sameFloating(name)
  }

  package func express(_ body: inout Expression, _ x: [Value]) -> Value {
    let one = body.constant(1)
    let size = body.emit(.absolute, x[0])
    var y = start(&body, size, one)
    for _ in 0..<3 { y = improved(&body, y, size) }
    let atEnd = body.emit(.equal, size, one)
    let result = body.emit(.select, atEnd, body.constant(.infinity), y)
    return body.emit(.copySign, result, x[0])
  }

  package func moved(_ flow: Tensor, _ x: Tensor, _ y: Tensor) -> Tensor {
    flow * (.literal(0x1.c5bf891b4ef6ap-1, x.element) * exp(y * y))
  }
}

extension Erfinv {
  /// √(√(t² − l/a) − t) with l = log(1 − x²), t = 2/(πa) + l/2, a = 0.147: right to two thousandths.
  private func start(
    _ body: inout Expression, _ size: Expression.Value, _ one: Expression.Value
  ) -> Expression.Value {
    let below = body.emit(.subtract, one, size)
    let above = body.emit(.add, one, size)
    let log = body.emit(.log, body.emit(.multiply, below, above))
    let half = body.emit(.multiply, body.constant(0.5), log)
    let t = body.emit(.add, body.constant(4.330746750799873), half)
    let scaled = body.emit(.multiply, log, body.constant(6.802721088435374))
    let square = body.emit(.subtract, body.emit(.multiply, t, t), scaled)
    let root = body.emit(.squareRoot, square)
    return body.emit(
      .squareRoot, body.emit(.maximum, body.emit(.subtract, root, t), body.constant(0)))
  }

  /// y − r / (1 + y r), where r is Newton's step (erf y − x) / (2/√π e^(−y²)).
  private func improved(
    _ body: inout Expression, _ y: Expression.Value, _ size: Expression.Value
  ) -> Expression.Value {
    let error = body.emit(.subtract, body.emit(.erf, y), size)
    let growth = body.emit(.exp, body.emit(.multiply, y, y))
    let slope = body.emit(.multiply, body.constant(0x1.c5bf891b4ef6ap-1), growth)
    let step = body.emit(.multiply, error, slope)
    let bend = body.emit(.add, body.constant(1), body.emit(.multiply, y, step))
    return body.emit(.subtract, y, body.emit(.divide, step, bend))
  }
}

/// The inverse of the error function, element by element.
public func erfinv(_ x: Tensor) -> Tensor { Erfinv.shared.apply(x.asFloating) }
