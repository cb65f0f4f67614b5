/// The smaller of a and b, element by element; NaN if either is. The gradient flows to the one that is taken,
/// half to each on a tie.
package final class PairMinimum: PointwiseOperation {
  package static let shared = PairMinimum()
  package let name = "pairMinimum"
  package let attributes: [Int] = []
  package let signature = Signature.of("pairMinimum")
  package let kind = OperationKind.pointwise

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.numberPair(name)
  }

  package func express(
    _ body: inout Expression, _ x: [Expression.Value]
  ) -> Expression.Value {
    body.emit(.minimum, x[0], x[1])
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
    flow * PairMaximum.share(b, a)
  }

  private func alongB(_ flow: Tensor, _ a: Tensor, _ b: Tensor, _ y: Tensor) -> Tensor {
    flow * PairMaximum.share(a, b)
  }
}

/// The smaller of a and b, element by element; NaN if either is.
public func minimum(_ a: Tensor, _ b: Tensor) -> Tensor {
  let (a, b) = promoted(a, b)
  return PairMinimum.shared.apply(a, b)
}
