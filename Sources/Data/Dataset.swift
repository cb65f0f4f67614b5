import AdjointGraph
import AdjointRuntime

/// Examples that are computed with together.
public struct Batch: Sendable {
  /// What goes into the model; its first axis counts examples.
  public var input: Tensor
  /// What should come out.
  public var target: Tensor

  /// A batch from its two parts.
  public init(input: Tensor, target: Tensor) {
    self.input = input
    self.target = target
  }

  /// How many examples it has.
  public var count: Int { input.rank > 0 ? input.shape[0] : 1 }
}

/// Examples that can be asked for by their places.
public protocol Dataset: Sendable {
  /// How many examples there are.
  var count: Int { get }
  /// The examples at `places`, in that order.
  func batch(_ places: [Int]) throws -> Batch
  /// The same as they are seen in an epoch: what is changed by chance is changed otherwise in every epoch.
  func batch(_ places: [Int], epoch: Int) throws -> Batch
  /// True where a batch takes long to make (files are read, images decoded), so that it pays to make the next
  /// ones meanwhile on another thread.
  var isSlow: Bool { get }
}

extension Dataset {
  /// True where a batch takes long to make.
  public var isSlow: Bool { false }
  /// The same examples in every epoch.
  public func batch(_ places: [Int], epoch: Int) throws -> Batch { try batch(places) }
}

/// Examples in memory: two tensors whose first axes count examples.
public struct TensorDataset: Dataset {
  /// What goes into the model.
  public let inputs: Tensor
  /// What should come out.
  public let targets: Tensor
  /// What is done with the inputs of a batch, as a part of the training step's own graph.
  public var prepare: (@Sendable (Tensor) -> Tensor)?

  /// A data set from its two parts.
  public init(
    inputs: Tensor, targets: Tensor, prepare: (@Sendable (Tensor) -> Tensor)? = nil
  ) throws {
    guard inputs.rank > 0, targets.rank > 0, inputs.shape[0] == targets.shape[0] else {
      throw DataError(
        "data set",
        "inputs \(inputs.shape.description) and targets \(targets.shape.description) need the same number of examples along axis 0"
      )
    }
    self.inputs = try inputs.tryEvaluated()
    self.targets = try targets.tryEvaluated()
    self.prepare = prepare
  }

  /// How many examples there are.
  public var count: Int { inputs.shape[0] }

  /// The examples at `places`, in that order.
  public func batch(_ places: [Int]) throws -> Batch {
    let input = try inputs.rows(places)
    return Batch(input: prepare?(input) ?? input, target: try targets.rows(places))
  }
}

/// Some of the examples of another data set.
public struct Subset: Dataset {
  /// Where the examples come from.
  public let base: any Dataset
  /// Which of them belong to this one.
  public let places: [Int]

  /// The examples of `base` at `places`.
  public init(_ base: any Dataset, _ places: [Int]) {
    self.base = base
    self.places = places
  }

  /// How many examples there are.
  public var count: Int { places.count }
  /// True where a batch takes long to make.
  public var isSlow: Bool { base.isSlow }
  /// The examples at `places`, in that order.
  public func batch(_ places: [Int]) throws -> Batch {
    try base.batch(places.map { self.places[$0] })
  }
  /// The same as they are seen in an epoch.
  public func batch(_ places: [Int], epoch: Int) throws -> Batch {
    try base.batch(places.map { self.places[$0] }, epoch: epoch)
  }
}
