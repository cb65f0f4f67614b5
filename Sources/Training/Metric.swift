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

/// Outputs for classes: [N, C] (or [N, C, …], or [N, …, C] where the targets are [N, …]); with one output, [N] or
/// [N, 1], a positive one means class 1.
struct ClassOutputs {
  let prediction: Tensor
  let target: Tensor

  init(_ prediction: Tensor, _ target: Tensor) {
    self.prediction = prediction
    self.target = target
  }

  var isBinary: Bool {
    prediction.rank < 2 || (prediction.shape[1] == 1 && prediction.rank == 2)
  }

  /// The true classes.
  var classes: Tensor { target.flattened().cast(to: .int64) }

  /// The classes with the largest outputs.
  var chosen: Tensor {
    isBinary
      ? (prediction.flattened() > 0).cast(to: .int64) : prediction.argmax(axis).flattened()
  }

  /// The outputs [examples, C].
  var rows: Tensor {
    let classes = prediction.shape[axis]
    let last = prediction.rank - 1
    let moved = axis == last ? prediction : prediction.movingAxis(axis, to: last)
    return moved.reshaped([prediction.count / max(classes, 1), classes])
  }

  private var axis: Int {
    let isLast = target.shape.dimensions == Array(prediction.shape.dimensions.dropLast())
    return isLast ? prediction.rank - 1 : 1
  }
}

extension Tensor {
  /// How many elements it has, as a number that does not belong to the structure of what it is used in.
  var total: Tensor { Tensor(Double(count), .float64) }
}

/// A sum over a count; 0 of nothing.
func ratio(_ sum: Double, _ count: Double) -> Double { count == 0 ? 0 : sum / count }

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
    let outputs = ClassOutputs(prediction, target)
    let right = equal(outputs.chosen, outputs.classes).cast(to: .float64)
    return stacked([right.sum(), right.total])
  }

  /// Their ratio.
  public func value(of sums: [Double]) -> Double { ratio(sums[0], sums[1]) }
}

/// The share of examples whose class is among the `count` largest outputs. Of equal outputs none counts as larger.
public struct TopAccuracy: Metric {
  /// How many outputs are looked at.
  public let count: Int

  /// A top-`count` accuracy.
  public init(_ count: Int = 5) { self.count = count }
  /// What reports call it.
  public var name: String { "top-\(count)" }
  /// More is better.
  public var isBetterWhenHigher: Bool { true }
  /// Two.
  public var sumCount: Int { 2 }

  /// How many are right, and how many there are.
  public func sums(_ prediction: Tensor, _ target: Tensor) -> Tensor {
    let outputs = ClassOutputs(prediction, target)
    let rows = outputs.rows
    let isOwn = outputs.classes.oneHot(rows.shape[1], rows.element)
    let own = (rows * isOwn).sum([1], keepingDimensions: true)
    let ahead = (rows > own).cast(to: .float64).sum([1])
    let right = (ahead < Double(count)).cast(to: .float64)
    return stacked([right.sum(), right.total])
  }

  /// Their ratio.
  public func value(of sums: [Double]) -> Double { ratio(sums[0], sums[1]) }
}

/// How often each class was taken for each. Its value is the share on the diagonal; `table` gives the counts.
public struct ConfusionMatrix: Metric {
  /// How many classes there are.
  public let classes: Int

  /// A confusion matrix.
  public init(classes: Int) { self.classes = classes }
  /// What reports call it.
  public var name: String { "confusion" }
  /// More on the diagonal is better.
  public var isBetterWhenHigher: Bool { true }
  /// One for each pair of classes.
  public var sumCount: Int { classes * classes }

  /// How many of a batch there are of each pair.
  public func sums(_ prediction: Tensor, _ target: Tensor) -> Tensor {
    let outputs = ClassOutputs(prediction, target)
    let truth = outputs.classes.oneHot(classes, .float64)
    return matmul(truth.transposed([1, 0]), outputs.chosen.oneHot(classes, .float64)).flattened()
  }

  /// The share on the diagonal.
  public func value(of sums: [Double]) -> Double {
    ratio((0..<classes).reduce(0) { $0 + sums[$1 * classes + $1] }, sums.reduce(0, +))
  }

  /// The counts: a row for each true class, a column for each that was chosen.
  public func table(of sums: [Double]) -> [[Int]] {
    (0..<classes).map { row in (0..<classes).map { Int(sums[row * classes + $0]) } }
  }
}

/// Precision, recall or F1: of class 1 where there are two, otherwise the mean over all classes.
public struct ClassScore: Metric {
  /// What is measured.
  public enum Kind: String, Sendable {
    /// The share of what was taken for a class that belongs to it.
    case precision
    /// The share of a class that was taken for it.
    case recall
    /// The harmonic mean of both.
    case f1
  }

  /// What is measured.
  public let kind: Kind
  /// Whether it is the mean over all classes.
  public let isMacro: Bool
  private let confusion: ConfusionMatrix

  /// A score of so many classes; of two, that of class 1 unless `macro`.
  public init(_ kind: Kind, classes: Int = 2, macro: Bool? = nil) {
    self.kind = kind
    isMacro = macro ?? (classes > 2)
    confusion = ConfusionMatrix(classes: classes)
  }

  /// What reports call it.
  public var name: String { kind.rawValue }
  /// More is better.
  public var isBetterWhenHigher: Bool { true }
  /// One for each pair of classes.
  public var sumCount: Int { confusion.sumCount }

  /// How many of a batch there are of each pair.
  public func sums(_ prediction: Tensor, _ target: Tensor) -> Tensor {
    confusion.sums(prediction, target)
  }

  /// The score. A class that nothing was taken for, or that does not occur, counts 0.
  public func value(of sums: [Double]) -> Double {
    let classes = confusion.classes
    guard isMacro else { return score(min(1, classes - 1), sums) }
    return (0..<classes).reduce(0) { $0 + score($1, sums) } / Double(classes)
  }

  private func score(_ own: Int, _ sums: [Double]) -> Double {
    let classes = confusion.classes
    let right = sums[own * classes + own]
    let chosen = (0..<classes).reduce(0) { $0 + sums[$1 * classes + own] }
    let there = (0..<classes).reduce(0) { $0 + sums[own * classes + $1] }
    switch kind {
    case .precision: return ratio(right, chosen)
    case .recall: return ratio(right, there)
    case .f1: return ratio(2 * right, chosen + there)
    }
  }
}
