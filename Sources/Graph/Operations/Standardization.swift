/// (x − mean) / √(variance + ε) over some axes, times a weight where there is one: what the normalisations have in
/// common. The weight has size 1 along the axes.
///
/// A region for its gradient's sake: with y the standardised x and g the upstream gradient it is
/// weight · (g − mean g − y · mean(g · y)) / √(variance + ε), two sums over g that can be taken in one pass, and the
/// second of them is the weight's gradient. The body's own gradient waits for one sum before it can take the next, only
/// to add what is zero but for rounding.
package final class Standardization: Region {
  package let name = "standardize"
  package let attributes: [Int]
  package let signature: UInt64
  package let kind = OperationKind.region
  private let axes: AxisSet
  private let epsilon: Double

  package init(_ axes: AxisSet, _ epsilon: Double) {
    self.axes = axes
    self.epsilon = epsilon
    attributes = [Int(axes.mask)] + epsilon.asAttributes
    signature = Signature.of("standardize", attributes)
  }

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    let x = inputs[0]
    guard x.element.isFloating else {
      throw GraphError(name, "takes floating-point numbers, not \(x.element.name); cast first")
    }
    let kept = try inputs.reducedNumbers(name, over: axes, true)
    if inputs.count > 1 { try check(inputs[1], kept) }
    return x
  }

  private func check(_ weight: TensorType, _ kept: TensorType) throws(GraphError) {
    let fits =
      weight.element == kept.element && weight.shape.broadcast(with: kept.shape) == kept.shape
    guard fits else {
      throw GraphError(
        name,
        "the weight must fit \(kept.element.name) \(kept.shape.description), not \(weight.element.name) \(weight.shape.description)"
      )
    }
  }

  package func body(_ inputs: [Tensor]) -> Tensor {
    let (distance, scale) = parts(inputs[0])
    return distance * (inputs.count > 1 ? scale * inputs[1] : scale)
  }

  /// The distances from the mean, and 1 / deviation. Computed from the distances, so that a large mean costs no digits.
  private func parts(_ x: Tensor) -> (distance: Tensor, scale: Tensor) {
    let distance = x - mean(x)
    return (distance, x.constant(1) / sqrt(mean(distance * distance) + x.constant(epsilon)))
  }

  private func mean(_ x: Tensor) -> Tensor { x.mean(places(x), keepingDimensions: true) }

  private func places(_ x: Tensor) -> [Int] { (0..<x.rank).filter { axes.contains($0) } }

  package func reverse(_ step: Reverse) {
    let (x, upstream) = (step.input(0), step.upstream)
    let (distance, scale) = parts(x)
    let y = distance * scale
    let paired = (upstream * y).sum(places(x), keepingDimensions: true)
    if step.inputCount > 1 { step.add(to: 1, paired) }
    let share = x.constant(Double(paired.count) / Double(Swift.max(x.count, 1)))
    let slope = upstream - mean(upstream) - y * (paired * share)
    step.add(to: 0, slope * (step.inputCount > 1 ? scale * step.input(1) : scale))
  }

  package func forward(_ step: Forward) -> Tensor { step.throughBody(self) }
  package func batch(_ step: BatchStep) -> Tensor { step.throughBody(self) }
}
