import Adjoint
import AdjointGraph

private typealias Row = OperationRow

private func motion(_ axes: (Int, Int, Int, Int)...) -> WindowMotion {
  WindowMotion(axes.map { WindowAxis(stride: $0.0, before: $0.1, after: $0.2, dilation: $0.3) })
}

/// Convolution in one to three dimensions: strides, uneven padding, dilation, groups, corners.
let convolutionRows: [OperationRow] = [
  Row("convolution", [([2, 3, 9], .normal), ([4, 3, 3], .normal)]) {
    convolution($0[0], $0[1], stride: 2, padding: 1)
  },
  Row("convolution", [([2, 4, 11], .normal), ([6, 2, 3], .normal)]) {
    convolution(
      $0[0], $0[1], bias: $0[1].sum([1, 2]), padding: .sides([(3, 1)]), dilation: 2, groups: 2)
  },
  Row("convolution", [([2, 2, 4, 5, 3], .normal), ([3, 2, 2, 3, 2], .normal)]) {
    convolution($0[0], $0[1])
  },
  Row("convolution", [([1, 4, 5, 4, 6], .normal), ([4, 2, 2, 3, 2], .normal)]) {
    convolution(
      $0[0], $0[1], stride: [2, 1, 3], padding: .sides([(1, 0), (0, 2), (1, 1)]),
      dilation: [1, 1, 2], groups: 2)
  },
  Row("convolution", [([2, 2, 7, 6], .normal), ([3, 2, 3, 2], .normal)]) {
    convolution($0[0], $0[1], padding: .same, dilation: [2, 3])
  },
  Row("convolution", [([2, 2, 7, 6], .normal), ([3, 2, 3, 2], .normal)]) {
    convolution($0[0], $0[1], stride: [2, 4], padding: .same)
  },
  Row("convolution", [([2, 6, 5, 4], .normal), ([9, 2, 2, 3], .normal)]) {
    convolution($0[0], $0[1], stride: [1, 2], padding: [0, 1], groups: 3)
  },
  // Each channel alone: fewer than a vector of them, and more.
  Row("convolution", [([2, 5, 6, 5], .normal), ([5, 1, 3, 3], .normal)]) {
    convolution($0[0], $0[1], stride: 2, padding: 1, groups: 5)
  },
  Row("convolution", [([2, 35, 5, 4], .normal), ([35, 1, 2, 3], .normal)]) {
    convolution(
      $0[0], $0[1], padding: .sides([(2, 0), (1, 3)]), dilation: [3, 2], groups: 35)
  },
  Row("convolution", [([1, 3, 3, 4, 5], .normal), ([3, 1, 2, 2, 3], .normal)]) {
    convolution($0[0], $0[1], padding: 1, groups: 3)
  },
  Row("convolution", [([2, 3, 5, 5], .normal), ([6, 1, 3, 3], .normal)]) {
    convolution($0[0], $0[1], groups: 3)
  },
  Row("convolution", [([6, 3, 5, 2], .normal), ([3, 2, 3, 4], .normal)]) {
    convolution($0[0].transposed([3, 1, 2, 0]), $0[1].transposed([3, 0, 1, 2]), padding: 1)
  },
  Row("convolution", [([2, 3, 4, 4], .normal), ([5, 3, 1, 1], .normal)]) {
    convolution(tanh($0[0]), $0[1], stride: 3)
  },
  Row("convolution", [([2, 3, 2, 2], .normal), ([2, 3, 4, 5], .normal)]) {
    convolution($0[0], $0[1], padding: [1, 4])
  },
  Row("convolution", [([0, 2, 4, 4], .normal), ([3, 2, 3, 3], .normal)]) {
    convolution($0[0], $0[1])
  },
  Row("convolution", [([0, 3, 4], .normal), ([3, 1, 3], .normal)]) {
    convolution($0[0], $0[1], groups: 3)
  },
  Row("convolutionInputGradient", [([2, 4, 5], .normal), ([4, 3, 3], .normal)]) {
    transposedConvolution($0[0], $0[1], stride: 2, padding: 1, outputPadding: 1)
  },
  Row("convolutionInputGradient", [([2, 4, 3, 4], .normal), ([4, 3, 3, 2], .normal)]) {
    transposedConvolution(
      $0[0], $0[1], bias: $0[0].sum([0, 2, 3]).slice(start: 0, length: 3), stride: [1, 3],
      padding: [2, 1], outputPadding: [2, 1], dilation: [3, 1])
  },
  Row("convolutionInputGradient", [([2, 4, 3, 4], .normal), ([4, 3, 3, 2], .normal)]) {
    transposedConvolution($0[0], $0[1], stride: [2, 3], padding: .same, groups: 2)
  },
  Row("convolutionInputGradient", [([1, 4, 3, 2, 4], .normal), ([4, 1, 2, 3, 2], .normal)]) {
    transposedConvolution(
      $0[0], $0[1], stride: [1, 2, 2], padding: .sides([(0, 1), (1, 0), (0, 0)]), groups: 2)
  },
  Row("convolutionInputGradient", [([2, 20, 4, 3], .normal), ([20, 1, 3, 3], .normal)]) {
    ConvolutionInputGradient(motion((2, 1, 1, 1), (1, 0, 2, 2)), groups: 20, [2, 20, 7, 5])
      .apply($0[0], $0[1])
  },
  Row("convolutionInputGradient", [([3, 5, 2], .normal), ([2, 3, 3], .normal)]) {
    transposedConvolution($0[0].transposed([1, 2, 0]), $0[1])
  },
  Row("convolutionInputGradient", [([0, 2, 3, 3], .normal), ([2, 3, 2, 2], .normal)]) {
    transposedConvolution($0[0], $0[1], stride: 2)
  },
  Row("convolutionKernelGradient", [([2, 3, 9], .normal), ([2, 4, 5], .normal)]) {
    ConvolutionKernelGradient(motion((2, 1, 1, 1)), [4, 3, 3]).apply($0[0], $0[1])
  },
  Row("convolutionKernelGradient", [([2, 6, 5, 4], .normal), ([2, 9, 3, 5], .normal)]) {
    ConvolutionKernelGradient(motion((1, 0, 0, 2), (1, 2, 0, 1)), groups: 3, [9, 2, 2, 2])
      .apply($0[0], $0[1])
  },
  Row("convolutionKernelGradient", [([2, 19, 5, 4], .normal), ([2, 19, 3, 4], .normal)]) {
    ConvolutionKernelGradient(motion((2, 1, 1, 1), (1, 1, 1, 1)), groups: 19, [19, 1, 3, 3])
      .apply($0[0], $0[1])
  },
  Row("convolutionKernelGradient", [([1, 2, 4, 3, 5], .normal), ([1, 4, 2, 2, 3], .normal)]) {
    ConvolutionKernelGradient(
      motion((2, 0, 1, 1), (1, 0, 0, 1), (2, 1, 1, 2)), groups: 2, [4, 1, 2, 2, 2]
    ).apply($0[0], $0[1])
  },
  Row("convolutionKernelGradient", [([0, 2, 4, 4], .normal), ([0, 3, 2, 2], .normal)]) {
    ConvolutionKernelGradient(WindowMotion(), [3, 2, 3, 3]).apply($0[0], $0[1])
  },
]

/// Pooling and interpolation in one to three dimensions.
let poolRows: [OperationRow] = [
  Row("maxPool", [([2, 3, 9], .distinct)]) { $0[0].maxPool(3, stride: 2, padding: 1) },
  Row("maxPool", [([2, 17, 5, 6], .distinct)]) {
    $0[0].maxPool([2, 3], stride: [1, 2], padding: [0, 1], dilation: [3, 1])
  },
  Row("maxPool", [([1, 9, 4, 5, 6], .distinct)]) {
    $0[0].maxPool([2, 3, 2], stride: [2, 1, 2], padding: [1, 1, 0], roundingUp: true)
  },
  Row("maxPool", [([2, 1, 4, 4, 4], .distinct)]) { $0[0].maxPool(2, dilation: [2, 1, 3]) },
  Row("maxPool", [([6, 3, 8, 2], .distinct)]) {
    $0[0].transposed([3, 2, 0, 1]).maxPool(2, stride: 1)
  },
  Row("maxPool", [([0, 3, 4, 4], .distinct)]) { $0[0].maxPool(2) },
  Row("maxPool", [([2, 3, 3, 4], .distinct)]) { $0[0].globalMaxPool() },
  Row("maxPool", [([2, 2, 5, 7], .distinct)]) { $0[0].adaptiveMaxPool(to: [3, 4]) },
  Row("maxPool", [([2, 2, 6, 4], .distinct)]) { $0[0].adaptiveMaxPool(to: 2) },
  Row("maxPoolGradient", [([2, 3, 9], .distinct), ([2, 3, 5], .normal)]) {
    MaxPoolGradient(PoolWindow([3], motion((2, 1, 1, 1)))).apply($0[0], $0[1])
  },
  Row("maxPoolGradient", [([1, 9, 3, 4, 6], .distinct), ([1, 9, 2, 4, 2], .normal)]) {
    MaxPoolGradient(
      PoolWindow([2, 3, 2], motion((1, 0, 0, 1), (1, 1, 1, 1), (2, 1, 0, 3)))
    ).apply($0[0], $0[1])
  },
  Row("maxPoolSelect", [([2, 9, 3, 4, 5], .distinct), ([2, 9, 3, 4, 5], .normal)]) {
    MaxPoolSelect(
      PoolWindow([2, 2, 2], motion((1, 0, 0, 2), (2, 0, 0, 1), (2, 1, 0, 3)))
    ).apply($0[0], $0[1])
  },
  Row("convolution", [([2, 3, 9], .normal)]) { $0[0].averagePool(3, stride: 2, padding: 1) },
  Row("convolution", [([2, 17, 5, 6], .normal)]) {
    $0[0].averagePool([2, 3], padding: [1, 1], roundingUp: true, countingPadding: false)
  },
  Row("convolution", [([1, 3, 4, 5, 3], .normal)]) {
    $0[0].averagePool(2, stride: 2, padding: 1, roundingUp: true)
  },
  Row("convolution", [([2, 1, 6, 6], .normal)]) { $0[0].averagePool([3, 2]) },
  Row("sum", [([2, 3, 4, 5], .normal)]) { $0[0].globalAveragePool() },
  Row("resample", [([2, 2, 5, 7], .normal)]) { $0[0].adaptiveAveragePool(to: [3, 4]) },
  Row("convolution", [([2, 4, 6, 4, 2], .normal)]) { $0[0].adaptiveAveragePool(to: 2) },
  Row("gather", [([2, 2, 5, 4], .normal)]) { $0[0].interpolated(to: [8, 3]) },
  Row("broadcast", [([2, 2, 5, 4], .normal)]) { $0[0].interpolated(to: [10, 2]) },
  Row("resample", [([2, 2, 5, 4], .normal)]) { $0[0].interpolated(to: [8, 3], mode: .linear) },
  Row("resample", [([2, 3, 5], .normal)]) {
    $0[0].interpolated(scale: 2.5, mode: .cubic, alignCorners: true)
  },
  Row("resample", [([1, 2, 3, 2, 4], .normal)]) {
    $0[0].interpolated(scales: [2, 1, 0.5], mode: .linear)
  },
  Row("resample", [([1, 1, 600], .normal)]) { $0[0].interpolated(to: 20, mode: .cubic) },
  Row("resample", [([2, 3, 40], .normal)]) {
    Resample(axis: 1, AxisResampling(.cubic, from: 2, to: 3), isTransposed: true).apply($0[0])
  },
  Row("resample", [([5, 3], .normal)]) {
    Resample(axis: 1, AxisResampling(averaging: 3, to: 2)).apply($0[0].transposed.transposed * 2)
  },
  Row("resample", [([4, 6], .normal)]) {
    Resample(axis: 0, AxisResampling(.linear, from: 6, to: 4)).apply($0[0].transposed)
  },
  Row("resample", [([0, 3], .normal)]) {
    Resample(axis: 1, AxisResampling(.linear, from: 3, to: 5)).apply($0[0])
  },
]
