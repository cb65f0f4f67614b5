import AdjointGraph
import AdjointNN
import AdjointRuntime

/// Which weights are kept: the others are 0, and stay so while training goes on.
///
///     trainer.masks = PruningMasks(pruning: net, share: 0.8)
///
/// Weights with two axes or more can be pruned; biases and what else has one axis are kept.
public struct PruningMasks: Sendable {
  /// What the share to be pruned is a share of.
  public enum Scope: Sendable {
    /// All weights of the model together: layers of small weights lose more.
    case model
    /// The weights of each layer.
    case layer
  }

  /// The parameters that are pruned and what they are multiplied by: 0 and 1 of their own type.
  package private(set) var entries: [(parameter: Parameter, mask: Tensor)]

  package init(_ entries: [(parameter: Parameter, mask: Tensor)]) { self.entries = entries }

  /// Masks that leave out the smallest weights (by absolute value) of a model; `share` is how many of those that
  /// `before` left are left out in addition. Equal weights go in their order.
  public init(
    pruning model: some Module, share: Double, per scope: Scope = .model,
    after before: PruningMasks? = nil
  ) {
    let prunable = model.parameters.filter { $0.value.rank > 1 }
    let sizes = prunable.map { parameter in
      let kept = before?.mask(of: parameter)?.doubles
      return parameter.value.doubles.enumerated().map { place, number in
        kept?[place] == 0 ? -1 : abs(number)
      }
    }
    let kept = Self.kept(sizes, share: Swift.min(Swift.max(share, 0), 1), scope)
    entries = zip(prunable, kept).map { parameter, kept in
      (
        parameter,
        Tensor(
          kept.map { $0 ? 1 : 0 }, shape: parameter.value.shape, parameter.value.element)
      )
    }
  }

  /// For each weight whether it is kept; a size below 0 says that it went before.
  private static func kept(_ sizes: [[Double]], share: Double, _ scope: Scope) -> [[Bool]] {
    guard case .model = scope else {
      return sizes.map { Self.kept([$0], share: share, .model)[0] }
    }
    var places: [(size: Double, list: Int, place: Int)] = []
    for (list, numbers) in sizes.enumerated() {
      for (place, size) in numbers.enumerated() where size >= 0 {
        places.append((size, list, place))
      }
    }
    places.sort { ($0.size, $0.list, $0.place) < ($1.size, $1.list, $1.place) }
    var kept = sizes.map { $0.map { $0 >= 0 } }
    for entry in places.prefix(Int((share * Double(places.count)).rounded())) {
      kept[entry.list][entry.place] = false
    }
    return kept
  }

  /// The mask of a parameter; nil where it is not pruned.
  public func mask(of parameter: Parameter) -> Tensor? {
    entries.first { $0.parameter === parameter }?.mask
  }

  /// The share of the weights that is kept.
  public var keptShare: Double {
    let kept = entries.reduce(0.0) { $0 + $1.mask.doubles.reduce(0, +) }
    let count = entries.reduce(0) { $0 + $1.mask.count }
    return count == 0 ? 1 : kept / Double(count)
  }

  /// Sets what is left out to 0.
  public func apply() throws(GraphError) {
    try Engine.commit([], updates())
  }

  /// In a function of its own, so that old values are free to be overwritten.
  @inline(never)
  private func updates() -> [CellUpdate] {
    entries.map { CellUpdate($0.parameter, $0.parameter.value * $0.mask) }
  }

  /// The same masks for another model of the same structure.
  public func moved(to model: some Module) -> PruningMasks {
    let parameters = model.parameters.filter { $0.value.rank > 1 }
    return PruningMasks(zip(parameters, entries).map { ($0, $1.mask) })
  }
}
