/// Weighted sums of places along one axis, which get it another length: interpolation, averages over windows of
/// unlike sizes. Each place is made of its own sources alone, so that an infinity or NaN touches nothing else; a
/// product with a matrix of weights would multiply it by zeros. Linear: the adjoint is the same with the weights
/// transposed.
package final class Resample: Operation {
  package let name = "resample"
  package let attributes: [Int]
  package let signature: UInt64
  package let kind = OperationKind.kernel
  package let axis: Int
  package let resampling: AxisResampling
  package let isTransposed: Bool

  package init(axis: Int, _ resampling: AxisResampling, isTransposed: Bool = false) {
    self.axis = axis
    self.resampling = resampling
    self.isTransposed = isTransposed
    attributes = [axis, isTransposed ? 1 : 0] + resampling.attributes
    signature = Signature.of("resample", attributes)
  }

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    let input = try inputs.sameFloating(name)
    guard axis >= 0, axis < input.shape.rank else {
      throw GraphError(name, "axis \(axis) is outside \(input.shape.description)")
    }
    let (from, to) =
      isTransposed
      ? (resampling.length, resampling.source) : (resampling.source, resampling.length)
    guard input.shape[axis] == from, from > 0, to > 0 else {
      throw GraphError(
        name, "cannot make \(to) places of \(from) along axis \(axis) of \(input.shape.description)"
      )
    }
    var sizes = input.shape.dimensions
    sizes[axis] = to
    return TensorType(Shape(sizes), input.element)
  }

  package func reverse(_ step: Reverse) {
    step.add(
      to: 0,
      Resample(axis: axis, resampling, isTransposed: !isTransposed).apply(step.upstream))
  }

  package func forward(_ step: Forward) -> Tensor { apply(step.tangent(0)!) }

  package func batch(_ step: BatchStep) -> Tensor {
    Resample(axis: axis + 1, resampling, isTransposed: isTransposed).apply(step.inputs[0])
  }
}

extension Tensor {
  /// An axis in another length, by a rule.
  func resampled(_ axis: Int, _ resampling: AxisResampling) -> Tensor {
    Resample(axis: axis, resampling).apply(self)
  }
}
