/// √(a² + b²) without overflow on the way. d y = (a da + b db) / y, 0 at the origin.
package final class Hypot: PointwiseOperation {
  package static let shared = Hypot()
  package let name = "hypot"
  package let attributes: [Int] = []
  package let signature = Signature.of("hypot")
  package let kind = OperationKind.pointwise

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.floatingPair(name)
  }

  package func express(
    _ body: inout Expression, _ x: [Expression.Value]
  ) -> Expression.Value {
    let (zero, infinity) = (body.constant(0), body.constant(.infinity))
    let a = body.emit(.absolute, x[0])
    let b = body.emit(.absolute, x[1])
    let large = body.emit(.maximum, a, b)
    let ratio = body.emit(.divide, body.emit(.minimum, a, b), large)
    let square = body.emit(.multiply, ratio, ratio)
    let root = body.emit(.squareRoot, body.emit(.add, body.constant(1), square))
    let result = body.emit(.multiply, large, root)
    let isPlain = body.emit(.equal, large, zero)
    let isEnd = body.emit(.maximum, isPlain, body.emit(.equal, large, infinity))
    return body.emit(.select, isEnd, large, result)
  }

  package func reverse(_ step: Reverse) {
    let (a, b, y) = (step.input(0), step.input(1), step.output)
    step.add(to: 0, alongA(step.upstream, a, b, y))
    step.add(to: 1, alongB(step.upstream, a, b, y))
  }

  package func forward(_ step: Forward) -> Tensor {
    let (a, b, y) = (step.input(0), step.input(1), step.output)
    return step.sum(
      step.tangent(0).map { alongA($0, a, b, y) }, step.tangent(1).map { alongB($0, a, b, y) })
  }

  package func batch(_ step: Batch) -> Tensor { step.transparent() }

  private func alongA(_ flow: Tensor, _ a: Tensor, _ b: Tensor, _ y: Tensor) -> Tensor {
    flow * (a / Hypot.divisor(y))
  }

  private func alongB(_ flow: Tensor, _ a: Tensor, _ b: Tensor, _ y: Tensor) -> Tensor {
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
  return Hypot.shared.apply(a, b)
}
