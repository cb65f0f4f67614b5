import AdjointGraph

/// How gradients are kept from being too large, within the step's plan.
public enum GradientClipping: Sendable {
  /// All gradients together are scaled so that their norm stays below `limit`, as PyTorch does: by
  /// limit / (norm + 1e-6) where that is below 1. The order is 2, another p, or ∞ for the largest element.
  case norm(_ limit: Double, order: Double = 2)
  /// Each element is brought within ±`limit`.
  case value(_ limit: Double)

  /// The gradients as they are to be used.
  public func clipped(_ gradients: [Tensor]) -> [Tensor] {
    switch self {
    case .value(let limit):
      return gradients.map { clamp($0, -limit, limit) }
    case .norm(let limit, let order):
      guard let first = gradients.first else { return [] }
      let norm = totalNorm(gradients, order: order)
      let scale = minimum(
        Tensor(limit, norm.element) / (norm + Tensor(1e-6, norm.element)), Tensor(1, norm.element))
      let ready = scale.cast(to: first.element)
      return gradients.map {
        $0 * ($0.element == first.element ? ready : scale.cast(to: $0.element))
      }
    }
  }
}

/// The norm of all these tensors' elements together: that of their norms.
public func totalNorm(_ tensors: [Tensor], order: Double = 2) -> Tensor {
  var widest = ElementType.float32
  for tensor in tensors { widest = widest.promoted(with: tensor.element) }
  guard order > 0 else { return fail(GraphError("totalNorm", "the order must be positive")) }
  guard !tensors.isEmpty else { return Tensor(0, widest) }
  let norms = tensors.map { tensor in
    let tensor = tensor.cast(to: widest)
    return order == 2 ? size(of: tensor) : tensor.norm(order)
  }
  let all = stacked(norms)
  return order == 2 ? size(of: all) : all.norm(order)
}
