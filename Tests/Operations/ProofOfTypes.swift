import Adjoint
import AdjointGraph
import AdjointRuntime
import Testing

extension Proof {
  /// Every node of the row's graph as a result of its own: its type is what an independent rule says, and its
  /// kernel fills exactly the memory of that type.
  mutating func kernelsFillTheInferredType(_ row: OperationRow) {
    for element in [ElementType.float32, .float64] {
      for device in testDevices {
        Devices.with(device) {
          let name = "\(row) \(element.name) on \(device.name)"
          let first = filled(row, element, 0x5A, name)
          let second = filled(row, element, 0xA5, name)
          #expect(first == second, "\(name): a kernel leaves part of its result as it was")
          note(.type)
        }
      }
    }
    for node in graphNodes(behind: [row.apply(row.makeInputs(.float64))]) where node.inputCount > 0
    {
      if let problem = typeProblem(node) { Issue.record("\(row): \(problem)") }
      note(.type)
    }
  }

  /// The bytes of all results, whose memory held `filling` before.
  private func filled(
    _ row: OperationRow, _ element: ElementType, _ filling: UInt8, _ name: String
  ) -> [[UInt8]] {
    let margin = 64
    let before = Engine.margin
    Engine.margin = (margin, filling)
    defer { Engine.margin = before }
    let nodes = graphNodes(behind: [row.apply(row.makeInputs(element))])
      .filter { $0.inputCount > 0 && $0.storage == nil }
    do {
      try Engine.evaluate(nodes.map { Tensor($0) })
    } catch {
      Issue.record("\(name): \(error)")
    }
    return nodes.map { node in
      guard let storage = node.storage else { return [] }
      let bytes = UnsafeRawBufferPointer(start: storage.pointer, count: storage.byteCount)
      let size = node.type.byteCount
      #expect(bytes.count == size + margin, "\(name): \(node.operation.name) has other memory")
      #expect(
        bytes.suffix(margin).allSatisfy { $0 == filling },
        "\(name): the kernel of \(node.operation.name) writes beyond its result")
      return Array(bytes.prefix(size))
    }
  }
}

/// What is wrong with a node's type, by a rule that is not the operation's own.
func typeProblem(_ node: Node) -> String? {
  let name = node.operation.name
  let inputs = (0..<node.inputCount).map { node.input($0).type }
  guard let rule = typeRules[name] ?? (node.operation.asPointwise == nil ? nil : pointwiseRule)
  else {
    if typesShownElsewhere[name] != nil { return nil }
    if let region = node.operation.asRegion {
      let body = region.body(inputs.map { Tensor.placeholder($0) }).type
      return body == node.type ? nil : "\(name) is not of its body's type"
    }
    return
      "no rule for the type of '\(name)': add one to typeRules, or the test that compares its shapes with stored ones to typesShownElsewhere"
  }
  let expected = rule(inputs, node.operation.attributes)
  guard expected != node.type else { return nil }
  return
    "\(name) of \(inputs.map { "\($0.element.name) \($0.shape)" }) is \(node.type.element.name) \(node.type.shape), not \(expected.element.name) \(expected.shape)"
}

/// Operations whose shapes are compared with stored ones, and where.
let typesShownElsewhere = [
  "convolution": "ValueTests", "convolutionInputGradient": "ValueTests",
  "convolutionKernelGradient": "ValueTests", "maxPool": "ValueTests", "maxPoolSelect": "ValueTests",
  "scan": "ScanTests",
]

typealias TypeRule = @Sendable (_ inputs: [TensorType], _ attributes: [Int]) -> TensorType

/// NumPy's rule, written once more: sizes from the right, ones give way.
private func joined(_ shapes: [[Int]]) -> [Int] {
  let rank = shapes.map { $0.count }.max() ?? 0
  return (0..<rank).map { place in
    let sizes = shapes.map { place < rank - $0.count ? 1 : $0[place - (rank - $0.count)] }
    return sizes.first { $0 != 1 } ?? 1
  }
}

private let truths: Set = [
  "greater", "greaterEqual", "equal", "notEqual", "isNaN", "isFinite", "logicalNot", "logicalAnd",
  "logicalOr", "logicalXor",
]

/// The shapes joined; of the inputs' own element type.
private let pointwiseRule: TypeRule = { inputs, _ in
  TensorType(Shape(joined(inputs.map { $0.shape.dimensions })), inputs[0].element)
}

private func same(_ place: Int) -> TypeRule { { inputs, _ in inputs[place] } }

private func shape(_ change: @escaping @Sendable ([[Int]], [Int]) -> [Int]) -> TypeRule {
  { inputs, attributes in
    TensorType(Shape(change(inputs.map { $0.shape.dimensions }, attributes)), inputs[0].element)
  }
}

private func places(_ rule: @escaping TypeRule) -> TypeRule {
  { inputs, attributes in TensorType(rule(inputs, attributes).shape, .int64) }
}

/// Axes by a mask and whether they stay as ones.
private let reduced = shape { s, a in
  s[0].enumerated().compactMap { axis, size in
    a[0] >> axis & 1 == 0 ? size : a[1] == 1 ? 1 : nil
  }
}

/// The batches joined, rows and columns of a product.
private let product = shape { s, a in
  joined(s.map { Array($0.dropLast(2)) })
    + [
      s[0].suffix(2)[s[0].count - (a[0] == 1 ? 1 : 2)],
      s[1].suffix(2)[s[1].count - (a[1] == 1 ? 2 : 1)],
    ]
}

private let system = shape { s, _ in
  joined([Array(s[0].dropLast(2)), Array(s[1].dropLast(2))]) + s[1].suffix(2)
}

private func replaced(_ sizes: [Int], _ axis: Int, by new: [Int]) -> [Int] {
  Array(sizes[..<axis]) + new + Array(sizes[(axis + 1)...])
}

let typeRules: [String: TypeRule] = {
  var rules = shapeRules
  for name in truths {
    rules[name] = { inputs, a in TensorType(pointwiseRule(inputs, a).shape, .bool) }
  }
  for name in ["product", "maximum", "sum"] { rules[name] = reduced }
  for name in ["cumulativeSum", "cumulativeProduct", "cumulativeMaximum", "recurrence"] {
    rules[name] = same(0)
  }
  for name in ["cholesky", "orthogonalFactor", "symmetricEigenvectors"] { rules[name] = same(0) }
  for name in ["stopGradient", "barrier", "checkedIndices", "standardize"] { rules[name] = same(0) }
  for name in ["maxPoolGradient", "softmaxCrossEntropyGradient", "selfAttentionGradient"] {
    rules[name] = same(0)
  }
  for name in ["solve", "triangularSolve"] { rules[name] = system }
  for name in ["determinant", "logAbsDeterminant"] {
    rules[name] = shape { s, _ in Array(s[0].dropLast(2)) }
  }
  return rules
}()

private let shapeRules: [String: TypeRule] = [
  "cast": { inputs, a in TensorType(inputs[0].shape, ElementType(rawValue: UInt8(a[0]))!) },
  "select": { inputs, a in TensorType(pointwiseRule(inputs, a).shape, inputs[1].element) },
  "matmul": product,
  "argMax": places(
    shape { s, a in replaced(s[0], a[0], by: a[1] == 1 ? [1] : []) }),
  "reshape": shape { _, a in a },
  "broadcast": shape { _, a in a },
  "transpose": shape { s, a in a.map { s[0][$0] } },
  "slice": shape { s, a in replaced(s[0], a[0], by: [a[1]]) },
  "place": shape { s, a in replaced(s[0], a[0], by: [a[1]]) },
  "stridedSlice": shape { _, a in stride(from: 2, to: a.count, by: 3).map { a[$0] } },
  "stridedPlace": shape { s, a in Array(a.prefix(s[0].count)) },
  "concatenate": shape { s, a in
    replaced(s[0], a[0], by: [s.reduce(0) { $0 + $1[a[0]] }])
  },
  "gather": shape { s, a in replaced(s[0], a[0], by: s[1]) },
  "scatterAdd": shape { s, a in
    Array(s[0][..<a[0]]) + [a[1]] + Array(s[0][(a[0] + s[1].count)...])
  },
  // Axis, whether the adjoint, rule, lengths before and after.
  "resample": shape { s, a in replaced(s[0], a[0], by: [a[1] == 1 ? a[3] : a[4]]) },
  "argSort": places(same(0)),
  "searchSorted": places(same(1)),
  "lastWriter": { _, a in TensorType([a[0]], .int64) },
  "randomUniform": { inputs, a in
    TensorType(
      Shape(inputs[0].shape.dimensions + a.dropLast()), ElementType(rawValue: UInt8(a.last!))!)
  },
  "iota": { _, a in TensorType([a[0]], .int64) },
  "symmetricEigenvalues": shape { s, _ in Array(s[0].dropLast()) },
  "singularDecomposition": shape { s, _ in
    let (rows, columns) = (s[0][s[0].count - 2], s[0].last!)
    return Array(s[0].dropLast(2)) + [rows + columns + 1, min(rows, columns)]
  },
  "luFactors": shape { s, _ in Array(s[0].dropLast()) + [s[0].last! + 1] },
  "selfAttention": shape { s, a in replaced(s[0], 2, by: [s[0][2] / (a[0] + 2 * a[1]) * a[0]]) },
  "softmaxCrossEntropy": { inputs, _ in TensorType([], inputs[0].element) },
]
