/// The larger of a and b, element by element; NaN if either is. The gradient flows to the one that is taken,
/// half to each on a tie.
package final class PairMaximum: BinaryFunction, PlainOperation {
  package static let shared = PairMaximum()
  package let name = "pairMaximum"
  package let signature = Signature.of("pairMaximum")

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.numberPair(name)
  }

  package func express(_ body: inout Expression, _ x: [Value]) -> Value {
    body.emit(.maximum, x[0], x[1])
  }

  package func alongA(_ flow: Tensor, _ a: Tensor, _ b: Tensor, _ y: Tensor) -> Tensor {
    flow * PairMaximum.share(a, b)
  }

  package func alongB(_ flow: Tensor, _ a: Tensor, _ b: Tensor, _ y: Tensor) -> Tensor {
    flow * PairMaximum.share(b, a)
  }
}

extension PairMaximum {
  /// 1 where a > b, ½ where they are equal, otherwise 0.
  static func share(_ a: Tensor, _ b: Tensor) -> Tensor {
    let tie = equal(a, b).cast(to: a.element)
    return greater(a, b).cast(to: a.element) + .literal(0.5, a.element) * tie
  }
}

/// The larger of a and b, element by element; NaN if either is.
public func maximum(_ a: Tensor, _ b: Tensor) -> Tensor {
  let (a, b) = promoted(a, b)
  return PairMaximum.shared.apply(a, b)
}
