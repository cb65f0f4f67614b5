/// √(a² + b²) without overflow on the way, infinite where either is. d y = (a da + b db) / y, 0 at the origin.
package final class Hypot: BinaryFunction, PlainOperation {
  package static let shared = Hypot()
  package let name = "hypot"
  package let signature = Signature.of("hypot")

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.floatingPair(name)
  }

  package func express(_ body: inout Expression, _ x: [Value]) -> Value {
    let (zero, infinity) = (body.constant(0), body.constant(.infinity))
    let a = body.emit(.absolute, x[0])
    let b = body.emit(.absolute, x[1])
    let large = body.emit(.maximum, a, b)
    let ratio = body.emit(.divide, body.emit(.minimum, a, b), large)
    let square = body.emit(.multiply, ratio, ratio)
    let root = body.emit(.squareRoot, body.emit(.add, body.constant(1), square))
    let result = body.emit(.multiply, large, root)
    let plain = body.emit(.select, body.emit(.equal, large, zero), large, result)
    // Infinite beside anything, NaN too.
    let isInfinite = body.emit(
      .maximum, body.emit(.equal, a, infinity), body.emit(.equal, b, infinity))
    return body.emit(.select, isInfinite, infinity, plain)
  }

  package func alongA(_ flow: Tensor, _ a: Tensor, _ b: Tensor, _ y: Tensor) -> Tensor {
    flow * (a / Hypot.divisor(y))
  }

  package func alongB(_ flow: Tensor, _ a: Tensor, _ b: Tensor, _ y: Tensor) -> Tensor {
    flow * (b / Hypot.divisor(y))
  }
}

extension Hypot {
  /// The length, or 1 where it is 0.
  static func divisor(_ y: Tensor) -> Tensor {
    select(equal(y, .literal(0, y.element)), .literal(1, y.element), y)
  }
}

/// √(a² + b²), element by element, without overflow on the way.
public func hypot(_ a: Tensor, _ b: Tensor) -> Tensor {
  let (a, b) = promoted(a, b)
  return Hypot.shared.apply(a.asFloating, b.asFloating)
}
