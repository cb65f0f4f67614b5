/// a − b ⌊a / b⌋ of b's sign, computed exactly; for integers 0 where b is 0. d = da − ⌊a / b⌋ db.
package final class Remainder: BinaryFunction, PlainOperation {
  package static let shared = Remainder()
  package let name = "remainder"
  package let signature = Signature.of("remainder")

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.numberPair(name)
  }

  package func express(_ body: inout Expression, _ x: [Value]) -> Value {
    let zero = body.constant(0)
    let rest = body.emit(.truncatingRemainder, x[0], x[1])
    let isWhole = body.emit(.equal, rest, zero)
    let signs = body.emit(
      .equal, body.emit(.greater, zero, rest), body.emit(.greater, zero, x[1]))
    let moved = body.emit(.select, signs, rest, body.emit(.add, rest, x[1]))
    return body.emit(.select, isWhole, body.emit(.copySign, rest, x[1]), moved)
  }

  package func alongA(_ flow: Tensor, _ a: Tensor, _ b: Tensor, _ y: Tensor) -> Tensor {
    flow
  }

  package func alongB(_ flow: Tensor, _ a: Tensor, _ b: Tensor, _ y: Tensor) -> Tensor {
    -(flow * floorDivide(a, b))
  }
}

/// What is left of a after whole multiples of b, of b's sign, element by element.
public func remainder(_ a: Tensor, _ b: Tensor) -> Tensor {
  let (a, b) = promoted(a, b)
  return Remainder.shared.apply(a, b)
}
