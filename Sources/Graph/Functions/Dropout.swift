// Dropout. Which elements go is decided by a key, which is an operand: a new one every step is the same plan, and
// a block that is computed again drops the same elements again.

/// x with each element set to 0 with a probability, the others divided by the probability that they stay. With
/// `axes` whole slices go together: one decision for each place along them. Keys of a batch decide independently
/// under `vmap`.
///
/// This always drops: it is for training.
public func dropout(
  _ x: Tensor, probability: Double = 0.5, key: Tensor, axes: [Int]? = nil
) -> Tensor {
  attempt { () throws(GraphError) in
    try checkDropout("dropout", x.element, probability)
    let shape = try decisions(x, axes)
    return dropped(x, shape, Dropping(probability, key, x.element))
  }
}

/// x with each element set to 0 with a probability, by a key of this moment.
public func dropout(
  _ x: Tensor, probability: Double = 0.5, key: RandomKey, axes: [Int]? = nil
) -> Tensor {
  dropout(x, probability: probability, key: key.operand, axes: axes)
}

/// x of shape [N, C, …] with whole channels set to 0 with a probability.
public func channelDropout(_ x: Tensor, probability: Double = 0.5, key: Tensor) -> Tensor {
  dropout(x, probability: probability, key: key, axes: [0, 1])
}

/// x of shape [N, C, …] with whole channels set to 0 with a probability, by a key of this moment.
public func channelDropout(_ x: Tensor, probability: Double = 0.5, key: RandomKey) -> Tensor {
  channelDropout(x, probability: probability, key: key.operand)
}

/// What dropout reads beside its input.
struct Dropping {
  let probability: Tensor
  let scale: Tensor
  let key: Tensor

  init(_ probability: Double, _ key: Tensor, _ element: ElementType) {
    self.probability = Tensor(probability, element.ofChance)
    scale = Tensor(probability < 1 ? 1 / (1 - probability) : 0, element)
    self.key = key
  }

  /// From what `operands` gave.
  init(_ operands: ArraySlice<Tensor>) {
    let first = operands.startIndex
    (probability, scale, key) = (operands[first], operands[first + 1], operands[first + 2])
  }

  var operands: [Tensor] { [probability, scale, key] }
}

/// x without what falls below the probability, by one number for each place of `shape`.
func dropped(_ x: Tensor, _ shape: Shape, _ how: Dropping) -> Tensor {
  let numbers = RandomUniform(shape, how.probability.element).apply(how.key)
  let stays = greaterEqual(numbers, how.probability)
  return select(stays, x * how.scale, x.constant(0))
}

func checkDropout(
  _ name: String, _ element: ElementType, _ probability: Double
) throws(GraphError) {
  guard element.isFloating else {
    throw GraphError(name, "takes floating-point numbers, not \(element.name); cast first")
  }
  guard probability >= 0, probability <= 1 else {
    throw GraphError(name, "the probability must be from 0 to 1")
  }
}

/// x's shape, with size 1 along all but the axes that decide.
private func decisions(_ x: Tensor, _ axes: [Int]?) throws(GraphError) -> Shape {
  guard let axes else { return x.shape }
  let set = try AxisSet(axes, of: x.shape, for: "dropout")
  return Shape((0..<x.rank).map { set.contains($0) ? x.shape[$0] : 1 })
}

extension ElementType {
  /// The type that chance for values of this type is drawn in.
  var ofChance: ElementType { self == .float64 ? .float64 : .float32 }
}
