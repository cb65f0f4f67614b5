/// The largest element so far along one axis: y_t = max(x_0, …, x_t); NaN from the first NaN on. The first of
/// equal elements has the gradient.
package final class CumulativeMaximum: Operation {
  package let name = "cumulativeMaximum"
  package let attributes: [Int]
  package let signature: UInt64
  package let kind = OperationKind.kernel
  package let axis: Int

  package init(axis: Int) {
    self.axis = axis
    attributes = [axis]
    signature = Signature.of("cumulativeMaximum", attributes)
  }

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.scanned(name, along: axis)
  }

  /// An element collects the gradient of its own place and of those until the next larger one.
  package func reverse(_ step: Reverse) {
    let kept = kept(step.output)
    let flow = Recurrence(axis: axis, isReversed: true)
      .apply(kept.shifted(axis, forward: false), step.upstream)
    step.add(to: 0, flow * (.literal(1, kept.element) - kept))
  }

  package func forward(_ step: Forward) -> Tensor {
    let kept = kept(step.output)
    return Recurrence(axis: axis, isReversed: false)
      .apply(kept, step.tangent(0)! * (.literal(1, kept.element) - kept))
  }

  package func batch(_ step: BatchStep) -> Tensor {
    CumulativeMaximum(axis: axis + 1).apply(step.inputs[0])
  }

  /// 1 where the maximum is still that of the place before, 0 where an element is a new one.
  private func kept(_ output: Tensor) -> Tensor {
    let isSame = equal(output, output.shifted(axis, forward: true)).cast(to: output.element)
    let isLater = output.places(along: axis).cast(to: .bool).cast(to: output.element)
    return isSame * isLater
  }
}

extension Tensor {
  /// The largest element so far along `axis`: y_t = max(x_0, …, x_t); NaN from the first NaN on.
  public func cumulativeMaximum(_ axis: Int = 0) -> Tensor {
    along(axis, for: "cumulativeMaximum") { CumulativeMaximum(axis: $0).apply(self) }
  }
}
