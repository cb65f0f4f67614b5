import Adjoint
import AdjointGraph

private typealias Row = OperationRow

/// Products, places of maxima, running sums, products and maxima.
let scanRows: [OperationRow] = [
  Row("product", [([2, 3, 4], .normal)]) { $0[0].product([1]) },
  Row("product", [([2, 3, 2], .normal)]) { $0[0].product([0, 2], keepingDimensions: true) },
  Row("product", [([2, 4], .normal), ([4], .flags([true, false, true, true]))]) {
    // A factor that is 0: the others' gradient is 0, its own is not.
    $0[0].product([1]) + select($0[1], $0[0], $0[0] * 0).product([1])
  },
  Row("product", [([3, 0], .normal)]) { $0[0].product([1]) },
  Row("product", [([5], .normal)]) { $0[0].product() },
  Row("argMax", [([3, 4], .distinct)]) {
    $0[0].argmax(1, keepingDimensions: true).cast(to: $0[0].element) * $0[0]
  },
  Row("argMax", [([3, 4, 2], .distinct)]) {
    $0[0].argmax(0).cast(to: $0[0].element) + $0[0].sum([0])
  },
  Row("cumulativeSum", [([3, 4, 2], .normal)]) { $0[0].cumulativeSum(1) },
  Row("cumulativeSum", [([3, 4], .normal)]) { $0[0].cumulativeSum(0, exclusive: true) },
  Row("cumulativeSum", [([5], .normal)]) {
    $0[0].cumulativeSum(exclusive: true, reversed: true)
  },
  Row("cumulativeSum", [([2, 0], .normal)]) { $0[0].cumulativeSum(1) },
  Row("cumulativeProduct", [([3, 4, 2], .normal)]) { $0[0].cumulativeProduct(1) },
  Row("cumulativeProduct", [([3, 4], .normal)]) {
    $0[0].cumulativeProduct(0, exclusive: true)
  },
  Row("cumulativeProduct", [([2, 5], .normal)]) { $0[0].cumulativeProduct(1, reversed: true) },
  Row("cumulativeProduct", [([5], .normal)]) {
    $0[0].cumulativeProduct(exclusive: true, reversed: true)
  },
  Row("cumulativeProduct", [([5], .normal), ([5], .flags([true, true, false, true, true]))]) {
    select($0[1], $0[0], $0[0] * 0).cumulativeProduct()
  },
  Row("cumulativeProduct", [([0], .normal)]) { $0[0].cumulativeProduct() },
  Row("cumulativeMaximum", [([7], .distinct)]) { $0[0].cumulativeMaximum() },
  Row("cumulativeMaximum", [([3, 4, 2], .distinct)]) { $0[0].cumulativeMaximum(1) },
  Row("recurrence", [([3, 4, 2], .normal), ([3, 4, 2], .normal)]) {
    Recurrence(axis: 1, isReversed: false).apply($0[0], $0[1])
  },
  Row("recurrence", [([5], .normal), ([5], .normal)]) {
    Recurrence(axis: 0, isReversed: true).apply($0[0], $0[1])
  },
]
