import Adjoint
import AdjointGraph

private typealias Row = OperationRow

private func stride(_ start: Int, _ step: Int, _ count: Int) -> AxisStride {
  AxisStride(start: start, step: step, count: count)
}

/// Pieces, their order, and where things belong.
let pieceRows: [OperationRow] = [
  Row("stridedSlice", [([7], .normal)]) { StridedSlice([stride(1, 2, 3)]).apply($0[0]) },
  Row("stridedSlice", [([4, 6], .normal)]) {
    StridedSlice([stride(3, -1, 4), stride(5, -2, 3)]).apply($0[0])
  },
  Row("stridedSlice", [([5, 4], .normal)]) {
    tanh(StridedSlice([stride(0, 3, 2), stride(1, 2, 2)]).apply($0[0].transposed.transposed * 2))
  },
  Row("stridedSlice", [([3, 5], .normal)]) {
    StridedSlice([stride(4, -2, 3), stride(0, 2, 2)]).apply($0[0].transposed)
  },
  Row("stridedSlice", [([2, 3, 4, 5], .normal)]) {
    matmul(
      StridedSlice([stride(0, 1, 2), stride(2, -2, 2), stride(0, 3, 2), stride(1, 3, 2)])
        .apply($0[0]), $0[0].slice(axis: 1, start: 1, length: 2).slice(axis: 2, start: 0, length: 2)
    )
  },
  Row("stridedSlice", [([3, 4], .normal)]) {
    StridedSlice([stride(0, 1, 3), stride(0, 1, 0)]).apply($0[0])
  },
  Row("stridedSlice", [([0, 4], .normal)]) {
    StridedSlice([stride(0, 1, 0), stride(3, -3, 2)]).apply($0[0])
  },
  Row("stridedPlace", [([3], .normal)]) {
    StridedPlace([stride(1, 2, 3)], in: [7]).apply($0[0])
  },
  Row("stridedPlace", [([3, 2], .normal)]) {
    StridedPlace([stride(4, -2, 2), stride(0, 3, 3)], in: [5, 8]).apply($0[0].transposed)
  },
  Row("stridedPlace", [([0, 2], .normal)]) {
    StridedPlace([stride(0, 1, 0), stride(1, 1, 2)], in: [3, 4]).apply($0[0])
  },
  Row("concatenate", [([2, 3], .normal), ([4, 3], .normal)]) { concatenated([$0[0], $0[1]]) },
  Row("concatenate", [([2, 3], .normal), ([2, 1], .normal), ([4, 2], .normal)]) {
    concatenated([$0[0], $0[1], $0[2].transposed, $0[0]], axis: 1)
  },
  Row("concatenate", [([2, 0], .normal), ([2, 3], .normal)]) {
    concatenated([$0[0], $0[1]], axis: -1)
  },
  Row("concatenate", [([5], .normal)]) { concatenated([$0[0]]) },
  Row("argSort", [([3, 5], .distinct)]) {
    $0[0] * ArgSort(axis: 1, isDescending: false).apply($0[0]).cast(to: $0[0].element)
  },
  Row("argSort", [([5, 3], .distinct)]) {
    $0[0].transposed
      * ArgSort(axis: 0, isDescending: true).apply($0[0].transposed).cast(to: $0[0].element)
  },
  Row("argSort", [([2, 0], .distinct)]) {
    ArgSort(axis: 1, isDescending: false).apply($0[0]).cast(to: $0[0].element)
  },
  Row("searchSorted", [([4], .normal), ([2, 3], .distinct)]) {
    $0[0].sum() * $0[1]
      + Tensor([-0.1, 0.01, 0.2], $0[1].element).searchSorted($0[1]).cast(to: $0[1].element)
  },
  Row("searchSorted", [([4], .indices([1, 3, 3, 6])), ([2, 3], .indices([0, 3, 6, 7, 2, 4]))]) {
    $0[0].searchSorted($0[1], right: true)
  },
  Row("lastWriter", [([4, 3], .normal), ([3], .indices([2, 0, 2]))]) {
    $0[0] * LastWriter(4).apply($0[1]).reshaped([4, 1]).cast(to: $0[0].element)
  },
  Row("lastWriter", [([2], .normal), ([0], .indices([]))]) {
    $0[0] * LastWriter(2).apply($0[1]).cast(to: $0[0].element)
  },
  Row("gather", [([2, 4, 3], .normal), ([2, 2], .indices([3, 0, 1, 3]))]) {
    $0[0].gather($0[1], axis: 1)
  },
  Row("gather", [([2, 4], .normal), ([], .indices([2]))]) { $0[0].gather($0[1], axis: 1) },
  Row("scatterAdd", [([2, 2, 2, 3], .normal), ([2, 2], .indices([3, 0, 1, 3]))]) {
    ScatterAdd(axis: 1, length: 4).apply($0[0], $0[1])
  },
  Row("place", [([3, 2], .normal)]) { $0[0].transposed.placed(axis: 0, start: 1, in: 4) },
  Row("concatenate", [([2, 2, 3, 4], .normal), ([2, 1, 3, 4], .normal)]) {
    let images = convolution($0[0], Tensor.ones([3, 2, 2, 2], $0[0].element), padding: 1)
    return concatenated([images, $0[1].padded([(0, 0), (0, 0), (1, 0), (0, 1)])], axis: 1)
  },
]
