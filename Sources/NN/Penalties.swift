import AdjointGraph
import AdjointRuntime

/// Which parameters a penalty or a weight decay is for.
public enum ParameterChoice: Sendable {
  /// Those with two axes or more: weights of layers, but no biases and no scales of norms.
  case weights
  /// All of them.
  case all

  /// Whether this parameter is one.
  public func holds(_ parameter: Parameter) -> Bool {
    switch self {
    case .weights: return parameter.value.rank > 1
    case .all: return true
    }
  }
}

/// Σ |p| over parameters, as part of a loss; biases and norms are left out unless `of` says otherwise.
public func l1Penalty(_ parameters: [Parameter], of choice: ParameterChoice = .weights) -> Tensor {
  penalty(parameters, choice) { abs($0).sum() }
}

/// Σ p² over parameters, as part of a loss; biases and norms are left out unless `of` says otherwise.
public func l2Penalty(_ parameters: [Parameter], of choice: ParameterChoice = .weights) -> Tensor {
  penalty(parameters, choice) { ($0 * $0).sum() }
}

private func penalty(
  _ parameters: [Parameter], _ choice: ParameterChoice, _ term: (Tensor) -> Tensor
) -> Tensor {
  var total: Tensor?
  for parameter in parameters where choice.holds(parameter) {
    let next = term(parameter.value)
    total = total.map { $0 + next } ?? next
  }
  return total ?? .literal(0, parameters.first?.value.element ?? .float32)
}

#if !hasFeature(Embedded)
  /// Σ |p| over a model's parameters, biases and norms left out unless `of` says otherwise.
  public func l1Penalty(_ model: some Module, of choice: ParameterChoice = .weights) -> Tensor {
    l1Penalty(model.parameters, of: choice)
  }

  /// Σ p² over a model's parameters, biases and norms left out unless `of` says otherwise.
  public func l2Penalty(_ model: some Module, of choice: ParameterChoice = .weights) -> Tensor {
    l2Penalty(model.parameters, of: choice)
  }
#endif
