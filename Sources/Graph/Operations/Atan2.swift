/// The angle of the point (b, a) in radians, of a's sign. d atan2(a, b) = (b da − a db) / (a² + b²).
package final class Atan2: BinaryFunction, PlainOperation {
  package static let shared = Atan2()
  package let name = "atan2"
  package let signature = Signature.of("atan2")

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.floatingPair(name)
  }

  package func express(_ body: inout Expression, _ x: [Value]) -> Value {
    let (zero, one) = (body.constant(0), body.constant(1))
    let rise = body.emit(.absolute, x[0])
    let run = body.emit(.absolute, x[1])
    let ratio = body.emit(
      .divide, body.emit(.minimum, rise, run), body.emit(.maximum, rise, run))
    // Both infinite, or both zero.
    let same = body.emit(.select, rise, one, zero)
    let known = body.emit(.select, body.emit(.equal, rise, run), same, ratio)
    let angle = body.emit(.atan, known)
    let rest = body.emit(.subtract, body.constant(.pi / 2), angle)
    let upright = body.emit(.select, body.emit(.greater, rise, run), rest, angle)
    let isBehind = body.emit(.greater, zero, body.emit(.copySign, one, x[1]))
    let behind = body.emit(.subtract, body.constant(.pi), upright)
    return body.emit(.copySign, body.emit(.select, isBehind, behind, upright), x[0])
  }

  package func alongA(_ flow: Tensor, _ a: Tensor, _ b: Tensor, _ y: Tensor) -> Tensor {
    flow * Atan2.slope(b, a, b)
  }

  package func alongB(_ flow: Tensor, _ a: Tensor, _ b: Tensor, _ y: Tensor) -> Tensor {
    -(flow * Atan2.slope(a, a, b))
  }
}

extension Atan2 {
  /// x / (a² + b²) by the length, which neither overflows nor vanishes; 0 at the origin.
  fileprivate static func slope(_ x: Tensor, _ a: Tensor, _ b: Tensor) -> Tensor {
    let length = Hypot.divisor(hypot(a, b))
    return x / length / length
  }
}

/// The angle of the point (b, a), element by element, in radians.
public func atan2(_ a: Tensor, _ b: Tensor) -> Tensor {
  let (a, b) = promoted(a, b)
  return Atan2.shared.apply(a.asFloating, b.asFloating)
}
