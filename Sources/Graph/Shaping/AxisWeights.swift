/// What each place of an axis is made of: places of another axis, each with a weight.
struct AxisWeights {
  /// For each place its sources; all as many, the missing ones with weight 0.
  let terms: [[(source: Int, weight: Double)]]
  let width: Int

  init(_ terms: [[(source: Int, weight: Double)]]) {
    let width = terms.map { $0.count }.max() ?? 0
    self.width = width
    self.terms = terms.map { list in
      list + Array(repeating: (list.last?.source ?? 0, 0), count: width - list.count)
    }
  }

  var count: Int { terms.count }

  /// One weight a place for one of its sources, along an axis that `after` others follow.
  func weights(_ number: Int, after: Int, _ element: ElementType) -> Tensor {
    var column: Shape = [count]
    for _ in 0..<after { column.append(1) }
    return Tensor(terms.map { $0[number].weight }, shape: column, element)
  }

  /// All weights as a matrix [places, sources].
  func matrix(columns: Int, _ element: ElementType) -> Tensor {
    var numbers = [Double](repeating: 0, count: count * columns)
    for (row, list) in terms.enumerated() {
      for term in list { numbers[row * columns + term.source] += term.weight }
    }
    return Tensor(numbers, shape: [count, columns], element)
  }
}

extension Tensor {
  /// Weighted sums along one axis.
  ///
  /// Where the axis is short, the product with a dense matrix is the fastest way: most of its zeros cost less
  /// than another pass over memory. A long axis with few sources a place gathers each and adds them up.
  func weighted(along axis: Int, _ weights: AxisWeights) -> Tensor {
    var result = shape
    result[axis] = weights.count
    guard result.isValid, weights.width > 0 else {
      return fail(
        GraphError("weighted", "axis \(axis) of \(shape.description) has nothing to weigh"))
    }
    let longestProduct = 128
    guard shape[axis] <= longestProduct || weights.width > 4 else {
      return (0..<weights.width).map { number -> Tensor in
        let sources = Tensor(weights.terms.map { $0[number].source })
        return gather(sources, axis: axis)
          * weights.weights(number, after: rank - 1 - axis, element)
      }.sumOfAll
    }
    let matrix = weights.matrix(columns: shape[axis], element)
    var outer = 1
    var inner = 1
    for place in 0..<axis { outer *= shape[place] }
    for place in (axis + 1)..<Swift.max(rank, axis + 1) { inner *= shape[place] }
    if inner == 1 {
      return matmul(reshaped([outer, shape[axis]]), matrix, transposingB: true).reshaped(result)
    }
    return matmul(matrix, reshaped([outer, shape[axis], inner])).reshaped(result)
  }
}

extension [Tensor] {
  fileprivate var sumOfAll: Tensor { dropFirst().reduce(self[0]) { $0 + $1 } }
}
