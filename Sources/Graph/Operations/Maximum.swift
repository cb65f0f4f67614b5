/// The largest element over axes; NaN if one is there, −∞ if there is none, which integers refuse. Ties share the gradient.
package final class Maximum: Operation {
  package let name = "maximum"
  package let attributes: [Int]
  package let signature: UInt64
  package let kind = OperationKind.reduction
  package let axes: AxisSet
  package let keepsDimensions: Bool

  package init(_ axes: AxisSet, keepsDimensions: Bool) {
    self.axes = axes
    self.keepsDimensions = keepsDimensions
    attributes = [Int(axes.mask), keepsDimensions ? 1 : 0]
    signature = Signature.of("maximum", attributes)
  }

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    let input = inputs[0]
    let result = try inputs.reducedNumbers(name, over: axes, keepsDimensions)
    guard input.element.isFloating || input.shape.count > 0 || result.shape.count == 0 else {
      throw GraphError(
        name, "no element to take in \(input.element.name) \(input.shape.description)")
    }
    return result
  }

  package func reverse(_ step: Reverse) {
    let share = share(of: step.input(0), output: step.output)
    let kept = step.input(0).shape.reduced(over: axes, keepingDimensions: true)
    step.add(to: 0, step.upstream.reshaped(kept) * share)
  }

  package func forward(_ step: Forward) -> Tensor {
    let share = share(of: step.input(0), output: step.output)
    return Sum(axes, keepsDimensions: keepsDimensions).apply(step.tangent(0)! * share)
  }

  package func batch(_ step: BatchStep) -> Tensor {
    Maximum(AxisSet(mask: axes.mask << 1), keepsDimensions: keepsDimensions)
      .apply(step.inputs[0])
  }

  /// For each element: 1 / number of winners if it is one of them, otherwise 0.
  private func share(of x: Tensor, output: Tensor) -> Tensor {
    let kept = x.shape.reduced(over: axes, keepingDimensions: true)
    let won = equal(x, output.reshaped(kept)).cast(to: x.element)
    return won / Sum(axes, keepsDimensions: true).apply(won)
  }
}

extension Tensor {
  /// The largest element over `axes` (all of them where none are given); of truth values whether any is true.
  public func max(_ axes: [Int]? = nil, keepingDimensions keep: Bool = false) -> Tensor {
    if element == .bool { return any(axes, keepingDimensions: keep) }
    return over(axes, for: "max") { axes in
      axes.isEmpty ? self : Maximum(axes, keepsDimensions: keep).apply(self)
    }
  }
}
