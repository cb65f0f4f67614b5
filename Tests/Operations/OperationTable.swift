import Adjoint
import AdjointGraph

private typealias Row = OperationRow

/// Every operation over shapes that broadcast, are empty, scalar, permuted. One row at least an operation.
let operationTable: [OperationRow] =
  pointwiseRows + viewRows + reductionRows + kernelRows + scanRows + linearAlgebraRows + pieceRows
  + morePointwiseRows + neuralRows + convolutionRows + poolRows + smallRows

private let pointwiseRows: [OperationRow] = [
  Row("add", [([2, 3], .normal), ([3], .normal)]) { $0[0] + $0[1] },
  Row("add", [([], .normal), ([2, 1, 4], .normal)]) { $0[0] + $0[1] },
  Row("add", [([0, 3], .normal), ([3], .normal)]) { $0[0] + $0[1] },
  Row("add", [([4, 3], .normal), ([3, 4], .normal)]) { $0[0] + $0[1].transposed },
  Row("subtract", [([2, 3], .normal), ([2, 1], .normal)]) { $0[0] - $0[1] },
  Row("multiply", [([2, 3], .normal), ([3], .normal)]) { $0[0] * $0[1] },
  Row("multiply", [([2, 3, 5, 4], .normal), ([3, 1, 1], .normal)]) { $0[0] * $0[1] },
  Row("multiply", [([37], .normal)]) { $0[0] * $0[0] },
  Row("divide", [([2, 3], .normal), ([3], .positive)]) { $0[0] / $0[1] },
  Row("negate", [([2, 3], .normal)]) { -$0[0] },
  Row("exp", [([5, 7], .normal)]) { exp($0[0]) },
  Row("log", [([5, 7], .positive)]) { log($0[0]) },
  Row("tanh", [([5, 7], .normal)]) { tanh($0[0]) },
  Row("relu", [([5, 7], .awayFromZero)]) { relu($0[0]) },
  Row("squareRoot", [([5, 7], .positive)]) { sqrt($0[0]) },
  Row("power", [([5, 7], .normal)]) { power($0[0], 3) },
  Row("power", [([2, 3], .awayFromZero)]) { power($0[0], -2) },
  Row("sin", [([5, 7], .normal)]) { sin($0[0]) },
  Row("cos", [([5, 7], .normal)]) { cos($0[0]) },
  Row("greater", [([3, 4], .normal), ([4], .normal)]) {
    select(greater($0[0], $0[1]), $0[0], $0[1] * $0[0])
  },
  Row("equal", [([3, 4], .normal), ([3, 4], .normal)]) {
    equal($0[0], $0[0]).cast(to: $0[1].element) * $0[1]
  },
  Row(
    "select", [([4], .flags([true, false, false, true])), ([3, 4], .normal), ([3, 1], .normal)]
  ) {
    select($0[0], $0[1], $0[2])
  },
  Row("cast", [([3, 4], .normal)]) { $0[0].cast(to: .float64).cast(to: $0[0].element) },
  Row("cast", [([3], .indices([0, 3, -2])), ([3], .normal)]) {
    $0[0].cast(to: .bool).cast(to: $0[1].element) * $0[1]
  },
]

private let viewRows: [OperationRow] = [
  Row("reshape", [([2, 6], .normal)]) { $0[0].reshaped([3, 4]) },
  Row("reshape", [([2, 6], .normal)]) { $0[0].transposed.reshaped([4, 3]) },
  Row("reshape", [([0, 6], .normal)]) { $0[0].reshaped([3, 0]) },
  Row("transpose", [([2, 3, 4], .normal)]) { $0[0].transposed([2, 0, 1]) },
  Row("broadcast", [([3, 1], .normal)]) { $0[0].broadcast(to: [2, 3, 4]) },
  Row("slice", [([5, 3], .normal)]) { $0[0].slice(start: 1, length: 3) },
  Row("slice", [([2, 5, 3], .normal)]) { $0[0].slice(axis: 1, start: 2, length: 2) },
  Row("slice", [([5, 3], .normal)]) {
    $0[0].slice(start: Tensor(9, .int64), length: 3)
  },
  Row("barrier", [([2, 3], .normal), ([], .normal)]) { Barrier.shared.apply($0[0], $0[1]) * $0[0] },
  Row("stopGradient", [([3], .normal)], withoutDerivative: "it is cut on purpose") {
    $0[0].detached * $0[0]
  },
]

private let reductionRows: [OperationRow] = [
  Row("sum", [([2, 3, 4], .normal)]) { $0[0].sum([1]) },
  Row("sum", [([2, 3, 4], .normal)]) { $0[0].sum([0, 2], keepingDimensions: true) },
  Row("sum", [([2, 3, 4], .normal)]) { $0[0].transposed([2, 1, 0]).sum([0]) },
  Row("sum", [([2, 0], .normal)]) { $0[0].sum() },
  Row("sum", [([33, 70], .normal)]) { $0[0].sum([0]) },
  Row("maximum", [([3, 4], .distinct)]) { $0[0].max([1]) },
  Row("maximum", [([3, 4, 2], .distinct)]) { $0[0].max([0, 2], keepingDimensions: true) },
]

private let kernelRows: [OperationRow] = [
  Row("matmul", [([3, 4], .normal), ([4, 5], .normal)]) { matmul($0[0], $0[1]) },
  Row("matmul", [([4, 3], .normal), ([5, 4], .normal)]) {
    matmul($0[0], $0[1], transposingA: true, transposingB: true)
  },
  Row("matmul", [([3, 4], .normal), ([5, 4], .normal)]) {
    matmul($0[0], $0[1], transposingB: true)
  },
  Row("matmul", [([4, 3], .normal), ([4, 5], .normal)]) {
    matmul($0[0], $0[1], transposingA: true)
  },
  Row("matmul", [([3, 4], .normal), ([5, 4], .normal)]) { matmul($0[0], $0[1].transposed) },
  Row("matmul", [([2, 1, 3, 4], .normal), ([5, 4, 2], .normal)]) { matmul($0[0], $0[1]) },
  Row("matmul", [([1, 4], .normal), ([4, 1], .normal)]) { matmul($0[0], $0[1]) },
  Row("matmul", [([70, 90], .normal), ([90, 50], .normal)]) { matmul($0[0], $0[1]) },
  Row("matmul", [([2, 0], .normal), ([0, 3], .normal)]) { matmul($0[0], $0[1]) },
  Row("place", [([2, 3], .normal)]) { $0[0].placed(axis: 1, start: 2, in: 7) },
  Row("gather", [([4, 3], .normal), ([2, 2], .indices([3, 0, 1, 3]))]) { $0[0].gather($0[1]) },
  Row("gather", [([2, 4, 3], .normal), ([3], .indices([3, 0, 3]))]) {
    $0[0].gather($0[1], axis: 1)
  },
  Row("scatterAdd", [([2, 2, 3], .normal), ([2, 2], .indices([3, 0, 1, 3]))]) {
    ScatterAdd(axis: 0, length: 4).apply($0[0], $0[1])
  },
  Row("checkedIndices", [([4, 3], .normal), ([2], .indices([3, 0]))]) {
    $0[0].gather(CheckedIndices(below: 4).apply($0[1]))
  },
  Row("iota", [([3], .normal)]) { Tensor.iota(3).cast(to: $0[0].element) * $0[0] },
  Row("convolution", [([2, 3, 6, 5], .normal), ([4, 3, 3, 2], .normal)]) {
    convolution($0[0], $0[1])
  },
  Row("convolution", [([2, 1, 7, 7], .normal), ([2, 1, 3, 3], .normal)]) {
    convolution($0[0], $0[1], stride: 2, padding: 1)
  },
  Row("convolution", [([1, 2, 8, 6], .normal), ([3, 2, 3, 3], .normal)]) {
    convolution($0[0], $0[1], stride: 3, padding: 2)
  },
  Row("convolutionInputGradient", [([2, 4, 4, 4], .normal), ([4, 3, 3, 2], .normal)]) {
    ConvolutionInputGradient(WindowMotion(), [2, 3, 6, 5]).apply($0[0], $0[1])
  },
  Row("convolutionInputGradient", [([2, 2, 4, 4], .normal), ([2, 3, 3, 3], .normal)]) {
    ConvolutionInputGradient(WindowMotion(stride: 2, padding: 1), [2, 3, 8, 7])
      .apply($0[0], $0[1])
  },
  Row("convolutionKernelGradient", [([2, 3, 6, 5], .normal), ([2, 4, 4, 4], .normal)]) {
    ConvolutionKernelGradient(WindowMotion(), [4, 3, 3, 2]).apply($0[0], $0[1])
  },
  Row("convolutionKernelGradient", [([2, 3, 8, 7], .normal), ([2, 2, 4, 4], .normal)]) {
    ConvolutionKernelGradient(WindowMotion(stride: 2, padding: 1), [2, 3, 3, 3])
      .apply($0[0], $0[1])
  },
  Row("maxPool", [([2, 3, 4, 6], .distinct)]) { $0[0].maxPool2d(2) },
  Row("maxPool", [([1, 2, 7, 5], .distinct)]) { $0[0].maxPool2d(3, stride: 2, padding: 1) },
  Row("maxPoolGradient", [([2, 3, 4, 6], .distinct), ([2, 3, 2, 3], .normal)]) {
    MaxPoolGradient(PoolWindow(2, stride: 2, padding: 0)).apply($0[0], $0[1])
  },
  Row("maxPoolGradient", [([1, 2, 7, 5], .distinct), ([1, 2, 4, 3], .normal)]) {
    MaxPoolGradient(PoolWindow(3, stride: 2, padding: 1)).apply($0[0], $0[1])
  },
  Row("maxPoolSelect", [([2, 3, 4, 6], .distinct), ([2, 3, 4, 6], .normal)]) {
    MaxPoolSelect(PoolWindow(2, stride: 2, padding: 0)).apply($0[0], $0[1])
  },
  Row("softmaxCrossEntropy", [([4, 5], .normal), ([4], .indices([0, 4, 2, 2]))]) {
    softmaxCrossEntropy($0[0], $0[1])
  },
  Row(
    "softmaxCrossEntropyGradient",
    [([4, 5], .normal), ([4], .indices([0, 4, 2, 2])), ([], .normal)]
  ) { SoftmaxCrossEntropyGradient.shared.apply($0) },
]
