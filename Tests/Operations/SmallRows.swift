import Adjoint
import AdjointGraph

private typealias Row = OperationRow

/// Scalars, nothing and eight axes, where an operation that is not pointwise takes them.
let smallRows: [OperationRow] = [
  Row("sum", [([], .normal)]) { Sum(.all(rank: 0), keepsDimensions: false).apply($0[0]) },
  Row("sum", [([1, 2, 1, 2, 1, 2, 1, 2], .normal)]) { $0[0].sum([1, 6, 7]) },
  Row("maximum", [([], .normal)]) { Maximum(.all(rank: 0), keepsDimensions: true).apply($0[0]) },
  Row("maximum", [([2, 1, 2, 1, 2, 1, 2, 1], .distinct)]) { $0[0].max([0, 4, 5]) },
  Row("maximum", [([0, 3], .normal)]) { $0[0].max([1]) },
  Row("product", [([], .normal)]) { Product(.all(rank: 0), keepsDimensions: false).apply($0[0]) },
  Row("product", [([2, 1, 2, 1, 2, 1, 2, 1], .normal)]) { $0[0].product([0, 4, 5]) },
  Row("argMax", [([2, 1, 2, 1, 2, 1, 2, 1], .distinct)]) {
    $0[0].argmax(4, keepingDimensions: true).cast(to: $0[0].element) * $0[0]
  },
  Row("reshape", [([], .normal)]) { $0[0].reshaped([1, 1, 1, 1, 1, 1, 1, 1]) },
  Row("reshape", [([1, 1], .normal)]) { $0[0].reshaped([]) },
  Row("broadcast", [([], .normal)]) { $0[0].broadcast(to: [2, 1, 2, 1, 1, 1, 1, 2]) },
  Row("broadcast", [([1], .normal)]) { $0[0].broadcast(to: [2, 0]) },
  Row("transpose", [([], .normal)]) { $0[0].transposed([]) },
  Row("transpose", [([2, 1, 2, 1, 2, 1, 2, 1], .normal)]) {
    $0[0].transposed([7, 4, 2, 0, 1, 3, 5, 6])
  },
  Row("stopGradient", [([], .normal)], withoutDerivative: "it is cut on purpose") {
    $0[0].detached
  },
  Row("slice", [([2, 1, 2, 1, 2, 1, 2, 1], .normal)]) {
    $0[0].slice(axis: 6, start: 1, length: 1)
  },
  Row("stridedSlice", [([2, 1, 2, 1, 2, 1, 4, 1], .normal)]) {
    $0[0].strided(6, AxisStride(start: 3, step: -2, count: 2))
  },
  Row("concatenate", [([2, 1, 1, 1, 1, 1, 2, 1], .normal)]) {
    concatenated([$0[0], $0[0] * 2], axis: 7)
  },
  Row("matmul", [([2, 1, 1, 2, 1, 1, 2, 3], .normal), ([3, 2], .normal)]) {
    matmul($0[0], $0[1])
  },
  Row("matmul", [([0, 3], .normal), ([3, 2], .normal)]) { matmul($0[0], $0[1]) },
  Row("gather", [([4, 1, 1, 2, 1, 1, 1], .normal), ([2, 1], .indices([3, 1]))]) {
    $0[0].gather($0[1])
  },
  Row("gather", [([4, 2], .normal), ([0], .indices([]))]) { $0[0].gather($0[1]) },
  Row("scatterAdd", [([0, 2], .normal), ([0], .indices([]))]) {
    ScatterAdd(axis: 0, length: 3).apply($0[0], $0[1])
  },
  Row("cumulativeSum", [([2, 1, 1, 3, 1, 1, 2, 1], .normal)]) { $0[0].cumulativeSum(3) },
  Row("cumulativeProduct", [([2, 1, 1, 3, 1, 1, 2, 1], .normal)]) {
    $0[0].cumulativeProduct(3)
  },
  Row("cumulativeMaximum", [([2, 1, 1, 3, 1, 1, 2, 1], .distinct)]) {
    $0[0].cumulativeMaximum(3)
  },
  Row("argSort", [([2, 1, 1, 3, 1, 1, 2, 1], .distinct)]) {
    $0[0].sorted(axis: 3) + $0[0].argSorted(axis: 3, descending: true).cast(to: $0[0].element)
  },
]
