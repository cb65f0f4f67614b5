import AdjointGraph

/// Something that says how good predictions are, over any number of batches.
///
/// It is made of sums: what a batch adds to them is a part of the step's own graph, so that measuring a training
/// step reads nothing and costs next to nothing. What they mean together is said once, at the end.
public protocol Metric: Sendable {
  /// What reports call it, such as `accuracy`.
  var name: String { get }
  /// True where more is better: what is kept as the best model follows from it.
  var isBetterWhenHigher: Bool { get }
  /// How many sums it needs.
  var sumCount: Int { get }
  /// What a batch adds to them: [sumCount], as float64.
  func sums(_ prediction: Tensor, _ target: Tensor) -> Tensor
  /// What the sums over all batches mean.
  func value(of sums: [Double]) -> Double
}

/// The share of examples whose largest output is their class. Outputs [N, C] and classes [N]; with one output,
/// [N] or [N, 1], a positive one means class 1.
public struct Accuracy: Metric {
  /// An accuracy.
  public init() {}
  /// What reports call it.
  public var name: String { "accuracy" }
  /// More is better.
  public var isBetterWhenHigher: Bool { true }

  /// Two.
  public var sumCount: Int { 2 }

  /// How many are right, and how many there are.
  public func sums(_ prediction: Tensor, _ target: Tensor) -> Tensor {
    let classes = target.flattened().cast(to: .int64)
    let isBinary = prediction.rank < 2 || prediction.shape[1] == 1
    let chosen =
      isBinary ? (prediction.flattened() > 0).cast(to: .int64) : prediction.argmax(1)
    let right = equal(chosen.flattened(), classes).cast(to: .float64)
    return stacked([right.sum(), Tensor.ones(right.shape, .float64).sum()])
  }

  /// Their ratio.
  public func value(of sums: [Double]) -> Double { sums[1] == 0 ? 0 : sums[0] / sums[1] }
}
