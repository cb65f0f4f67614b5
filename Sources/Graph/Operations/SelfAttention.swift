/// How the heads of an attention of sequences to themselves lie in rows [N, T, (heads + 2 · keyHeads) · D]: queries,
/// keys and values of every place, one after another.
package struct AttentionForm: Sendable {
  package let heads: Int
  package let keyHeads: Int
  package let isCausal: Bool
  package let scale: Double
  /// What its products take.
  package let precision: Precision

  package init(
    heads: Int, keyHeads: Int, isCausal: Bool, scale: Double, precision: Precision = .float32
  ) {
    self.heads = heads
    self.keyHeads = keyHeads
    self.isCausal = isCausal
    self.scale = scale
    self.precision = precision
  }

  /// For the register of operations.
  static let example = AttentionForm(heads: 1, keyHeads: 1, isCausal: false, scale: 1)

  var attributes: [Int] {
    [heads, keyHeads, isCausal ? 1 : 0, Int(precision.rawValue)] + scale.asAttributes
  }

  /// The numbers of one head in rows of this shape.
  package func width(_ shape: Shape) -> Int { shape[2] / (heads + 2 * keyHeads) }

  func results(_ shape: Shape) -> Shape { [shape[0], shape[1], heads * width(shape)] }

  func check(_ name: String, _ rows: TensorType) throws(GraphError) {
    guard rows.element.isFloating, rows.shape.rank == 3 else {
      throw GraphError(
        name,
        "takes floating-point rows [N, T, E], not \(rows.element.name) \(rows.shape.description)")
    }
    guard heads > 0, keyHeads > 0, heads % keyHeads == 0,
      rows.shape[2] % (heads + 2 * keyHeads) == 0
    else {
      throw GraphError(
        name,
        "\(rows.shape.description) does not make \(heads) heads over \(keyHeads) heads of keys and values"
      )
    }
  }

  /// The same of primitives.
  func body(_ rows: Tensor) -> Tensor {
    let width = width(rows.shape)
    let parts = rows.split([heads * width, keyHeads * width, keyHeads * width], axis: -1)
    let heads = zip(parts, [heads, keyHeads, keyHeads]).map { part, count in
      part.reshaped([rows.shape[0], rows.shape[1], count, width]).transposed([0, 2, 1, 3])
    }
    return withPrecision(precision) {
      scaledDotProductAttention(heads[0], heads[1], heads[2], causal: isCausal, scale: scale)
    }.transposed([0, 2, 1, 3]).reshaped(results(rows.shape))
  }
}

/// Attention of sequences to themselves, softmax(q kᵀ · scale) v for every head: rows [N, T, (heads + 2 · keyHeads) · D]
/// of queries, keys and values give [N, T, heads · D].
///
/// A region: backends may run it whole, without the weights of all places on all places in memory.
package final class SelfAttention: Region {
  package let form: AttentionForm
  package let name = "selfAttention"
  package let attributes: [Int]
  package let signature: UInt64
  package let kind = OperationKind.region

  package init(_ form: AttentionForm) {
    self.form = form
    attributes = form.attributes
    signature = Signature.of("selfAttention", attributes)
  }

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try form.check(name, inputs[0])
    return TensorType(form.results(inputs[0].shape), inputs[0].element)
  }

  package func body(_ inputs: [Tensor]) -> Tensor { form.body(inputs[0]) }

  package func reverse(_ step: Reverse) {
    step.add(to: 0, SelfAttentionGradient(form).apply(step.input(0), step.upstream))
  }

  package func forward(_ step: Forward) -> Tensor { step.throughBody(self) }
  package func batch(_ step: BatchStep) -> Tensor { step.throughBody(self) }
}

/// The gradient of `SelfAttention` with respect to its rows, from them and the upstream gradient.
package final class SelfAttentionGradient: Region {
  package let form: AttentionForm
  package let name = "selfAttentionGradient"
  package let attributes: [Int]
  package let signature: UInt64
  package let kind = OperationKind.region

  package init(_ form: AttentionForm) {
    self.form = form
    attributes = form.attributes
    signature = Signature.of("selfAttentionGradient", attributes)
  }

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try form.check(name, inputs[0])
    let wanted = TensorType(form.results(inputs[0].shape), inputs[0].element)
    guard inputs[1] == wanted else {
      throw GraphError(
        name,
        "upstream must be \(wanted.element.name) \(wanted.shape.description), not \(inputs[1].element.name) \(inputs[1].shape.description)"
      )
    }
    return inputs[0]
  }

  package func body(_ inputs: [Tensor]) -> Tensor {
    let found = gradients(
      of: form.body(inputs[0]), withRespectTo: [inputs[0]], upstream: inputs[1], behind: inputs)
    return found[0] ?? .zeros(inputs[0].shape, inputs[0].element)
  }

  package func reverse(_ step: Reverse) { step.throughBody(self) }
  package func forward(_ step: Forward) -> Tensor { step.throughBody(self) }
  package func batch(_ step: BatchStep) -> Tensor { step.throughBody(self) }
}
