/// (x − mean) / √(variance + ε) over some axes: what the normalisations have in common.
///
/// A region for its gradient's sake: with y the output and g the upstream gradient it is
/// (g − mean g − y · mean(g · y)) / √(variance + ε), two sums over g that can be taken in one pass. The body's own
/// gradient waits for one sum before it can take the next, only to add what is zero but for rounding.
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
    _ = try inputs.reducedNumbers(name, over: axes, true)
    return x
  }

  package func body(_ inputs: [Tensor]) -> Tensor {
    let (distance, deviation) = parts(inputs[0])
    return distance / deviation
  }

  /// The distances from the mean and the deviation. Computed from the distances, so that a large mean costs no digits.
  private func parts(_ x: Tensor) -> (distance: Tensor, deviation: Tensor) {
    let distance = x - mean(x)
    return (distance, sqrt(mean(distance * distance) + x.constant(epsilon)))
  }

  private func mean(_ x: Tensor) -> Tensor {
    x.mean((0..<x.rank).filter { axes.contains($0) }, keepingDimensions: true)
  }

  package func reverse(_ step: Reverse) {
    let (y, upstream) = (step.output, step.upstream)
    let slope = mean(upstream * y)
    step.add(to: 0, (upstream - mean(upstream) - y * slope) / parts(step.input(0)).deviation)
  }

  package func forward(_ step: Forward) -> Tensor { step.throughBody(self) }
  package func batch(_ step: BatchStep) -> Tensor {
    Standardization(AxisSet(mask: axes.mask << 1), epsilon).apply(step.inputs[0])
  }
}
