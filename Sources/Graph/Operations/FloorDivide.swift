/// ⌊a / b⌋, consistent with the remainder; by 0 it is a / 0, for integers 0. The derivative is 0.
package final class FloorDivide: StepFunction, PlainOperation {
  package static let shared = FloorDivide()
  package let name = "floorDivide"
  package let signature = Signature.of("floorDivide")

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.numberPair(name)
  }

  package func express(_ body: inout Expression, _ x: [Value]) -> Value {
    let zero = body.constant(0)
    let rest = body.emit(.truncatingRemainder, x[0], x[1])
    let isWhole = body.emit(.equal, rest, zero)
    let signs = body.emit(
      .equal, body.emit(.greater, zero, rest), body.emit(.greater, zero, x[1]))
    let exact = body.emit(.divide, body.emit(.subtract, x[0], rest), x[1])
    let down = body.emit(.subtract, exact, body.constant(1))
    let isKept = body.emit(.maximum, isWhole, signs)
    // The whole number that the rounded quotient stands for; halves are the lower one, whose rest was rounded up.
    let quotient = body.emit(.select, isKept, exact, down)
    let floor = body.emit(.floor, quotient)
    let part = body.emit(.subtract, quotient, floor)
    let isAbove = body.emit(.greater, part, body.constant(0.5))
    let result = body.emit(.select, isAbove, body.emit(.add, floor, body.constant(1)), floor)
    return body.emit(.select, x[1], result, body.emit(.divide, x[0], x[1]))
  }
}

/// a / b rounded down, element by element.
public func floorDivide(_ a: Tensor, _ b: Tensor) -> Tensor {
  let (a, b) = promoted(a, b)
  return FloorDivide.shared.apply(a, b)
}
