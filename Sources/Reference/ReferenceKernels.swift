import AdjointGraph

/// The plain kernel of any operation that is not a region: the oracle of every test, the engine in the
/// browser, and what other engines fall back on.
package enum ReferenceKernels {
  package static func make(
    _ operation: any Operation, _ inputs: [Operand], _ output: Operand
  ) throws(GraphError) -> any Kernel {
    if let pointwise = operation.asPointwise {
      return pointwiseKernel(pointwise, inputs, output)
    }
    if let copy = copyKernel(operation, inputs, output) { return copy }
    switch output.element {
    case .float32:
      if let kernel = linearAlgebra(Float.self, operation, inputs, output) { return kernel }
      return try typed(Float.self, operation, inputs, output)
    case .float64:
      if let kernel = linearAlgebra(Double.self, operation, inputs, output) { return kernel }
      return try typed(Double.self, operation, inputs, output)
    default: return try typed(Int64.self, operation, inputs, output)
    }
  }

  private static func copyKernel(
    _ operation: any Operation, _ inputs: [Operand], _ output: Operand
  ) -> (any Kernel)? {
    switch operation {
    case is Reshape, is StopGradient, is Barrier:
      return CopyKernel(inputs[0], strides: output.shape.strides, to: output)
    case let transpose as Transpose:
      let strides = inputs[0].shape.strides
      return CopyKernel(inputs[0], strides: transpose.order.map { strides[$0] }, to: output)
    case is Broadcast:
      return CopyKernel(
        inputs[0], strides: inputs[0].shape.strides(broadcastTo: output.shape), to: output)
    case let slice as Slice:
      let strides = inputs[0].shape.strides
      let last = inputs[0].shape[slice.axis] - slice.length
      return CopyKernel(
        inputs[0], strides: strides, to: output,
        start: (inputs[1].slot, strides[slice.axis], last))
    case let place as Place: return PlaceKernel(place, inputs[0], inputs[1], output)
    case let gather as Gather: return GatherKernel(gather, inputs[0], inputs[1], output)
    case is Iota: return IotaKernel(output)
    case let random as RandomUniform: return RandomUniformKernel(random, inputs[0], output)
    case let slice as StridedSlice: return StridedSliceKernel(slice, inputs[0], output)
    case let place as StridedPlace: return StridedPlaceKernel(place, inputs[0], output)
    case let join as Concatenate: return ConcatenateKernel(join, inputs, output)
    case is LastWriter: return LastWriterKernel(inputs[0], output)
    case is ArgSort, is SearchSorted: return comparison(operation, inputs, output)
    case let check as CheckedIndices: return CheckedIndicesKernel(check, inputs[0], output)
    case let place as ArgMax: return argMax(place, inputs[0], output)
    default: return nil
    }
  }

  /// Operations whose result is of places, so that only their input tells the type to compare in.
  private static func comparison(
    _ operation: any Operation, _ inputs: [Operand], _ output: Operand
  ) -> (any Kernel)? {
    switch inputs[0].element {
    case .float32: placesKernel(Float.self, operation, inputs, output)
    case .float64: placesKernel(Double.self, operation, inputs, output)
    default: placesKernel(Int64.self, operation, inputs, output)
    }
  }

  private static func typed<Scalar: ReferenceScalar>(
    _: Scalar.Type, _ operation: any Operation, _ inputs: [Operand], _ output: Operand
  ) throws(GraphError) -> any Kernel {
    switch operation {
    case let sum as Sum:
      return ReductionKernel<Scalar>(inputs[0], output, axes: sum.axes, isSum: true)
    case let maximum as Maximum:
      return ReductionKernel<Scalar>(inputs[0], output, axes: maximum.axes, isSum: false)
    case let product as MatMul:
      return MatMulKernel<Scalar>(product, inputs[0], inputs[1], output)
    case let resample as Resample:
      return ResampleKernel<Scalar>(resample, inputs[0], output)
    case let scatter as ScatterAdd:
      return ScatterAddKernel<Scalar>(scatter, inputs[0], inputs[1], output)
    case let convolution as Convolution:
      return ConvolutionKernel<Scalar>(
        .forward, convolution.motion, groups: convolution.groups, inputs[0], inputs[1], output)
    case let gradient as ConvolutionInputGradient:
      return ConvolutionKernel<Scalar>(
        .inputGradient, gradient.motion, groups: gradient.groups, inputs[0], inputs[1], output)
    case let gradient as ConvolutionKernelGradient:
      return ConvolutionKernel<Scalar>(
        .kernelGradient, gradient.motion, groups: gradient.groups, inputs[0], inputs[1], output)
    case let pool as MaxPool:
      return MaxPoolKernel<Scalar>(.forward, pool.window, inputs[0], nil, output)
    case let pool as MaxPoolGradient:
      return MaxPoolKernel<Scalar>(.gradient, pool.window, inputs[0], inputs[1], output)
    case let pool as MaxPoolSelect:
      return MaxPoolKernel<Scalar>(.select, pool.window, inputs[0], inputs[1], output)
    default:
      if let scan = scan(Scalar.self, operation, inputs, output) { return scan }
      throw GraphError(operation.name, "has no kernel on the reference device")
    }
  }
}
