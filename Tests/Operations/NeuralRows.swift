import Adjoint
import AdjointGraph

private typealias Row = OperationRow

/// Random numbers by key.
let neuralRows: [OperationRow] = [
  Row("randomUniform", [([2, 3], .normal), ([], .indices([42]))]) {
    $0[0] * RandomUniform([2, 3], .float64).apply($0[1]).cast(to: $0[0].element)
  },
  Row("randomUniform", [([3, 2, 2], .normal), ([3], .indices([1, -7, 1 << 40]))]) {
    $0[0] * RandomUniform([2, 2], .float32).apply($0[1]).cast(to: $0[0].element)
  },
  Row("randomUniform", [([2, 0], .normal), ([2], .indices([0, 1]))]) {
    $0[0] + RandomUniform([0], .float64).apply($0[1]).cast(to: $0[0].element)
  },
  Row("splitKey", [([2, 3], .indices([0, 1, -1, 5, 1 << 60, -3])), ([3], .indices([0, 1, 2]))]) {
    SplitKey.shared.apply($0[0], $0[1])
  },
]
