/// The smaller of a and b, element by element; NaN if either is. The gradient flows to the one that is taken,
/// half to each on a tie.
package final class PairMinimum: BinaryFunction, PlainOperation {
  package static let shared = PairMinimum()
  package let name = "pairMinimum"
  package let signature = Signature.of("pairMinimum")

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.numberPair(name)
  }

  package func express(_ body: inout Expression, _ x: [Value]) -> Value {
    body.emit(.minimum, x[0], x[1])
  }

  package func alongA(_ flow: Tensor, _ a: Tensor, _ b: Tensor, _ y: Tensor) -> Tensor {
    flow * PairMaximum.share(b, a)
  }

  package func alongB(_ flow: Tensor, _ a: Tensor, _ b: Tensor, _ y: Tensor) -> Tensor {
    flow * PairMaximum.share(a, b)
  }
}

/// The smaller of a and b, element by element; NaN if either is.
public func minimum(_ a: Tensor, _ b: Tensor) -> Tensor {
  let (a, b) = promoted(a, b)
  return PairMinimum.shared.apply(a, b)
}
