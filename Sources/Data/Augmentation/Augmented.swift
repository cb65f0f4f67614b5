import AdjointGraph
import AdjointRuntime

/// Two examples made one: λ of the first and 1 − λ of another, λ from the distribution Beta(α, α).
public struct MixUp: Sendable, Equatable {
  /// How even the mixture is: near 0 hardly mixed, 1 any share alike.
  public let alpha: Double
  /// How many classes there are; nil where targets are numbers.
  public let classCount: Int?

  /// A mixture. Classes become probabilities [N, C].
  public init(alpha: Double = 0.2, classCount: Int?) {
    (self.alpha, self.classCount) = (alpha, classCount)
  }

  /// λ, by Jöhnk's method: two powers of uniform numbers whose sum is not above 1.
  func share(_ key: RandomKey) -> Double {
    var counter = 0
    while true {
      let first = ScalarMath.pow(key.uniform(at: counter), 1 / alpha)
      let second = ScalarMath.pow(key.uniform(at: counter + 1), 1 / alpha)
      counter += 2
      if first + second > 0, first + second <= 1 { return first / (first + second) }
      // Powers too small for a number: one of the two is all there is.
      if first + second == 0 { return key.uniform(at: counter) < 0.5 ? 0 : 1 }
    }
  }
}

/// A data set of pictures [N, C, H, W], uint8 or float32, changed by chance in every epoch.
///
///     let data = try Augmented(training, [.flip(), .crop(padding: 4)], seed: 0)
public struct Augmented: Dataset {
  /// Where the pictures come from.
  public let base: any Dataset
  /// What is done with each, in this order.
  public let augmentations: [Augmentation]
  /// What the random numbers start from.
  public let seed: Int
  /// How pictures are mixed, if they are.
  public let mixUp: MixUp?
  /// What is done with the inputs of a batch, as a part of the training step's own graph.
  public let prepare: (@Sendable (Tensor) -> Tensor)?

  /// The pictures of `base`, changed. It should give them as they are in memory: what is prepared in the step's
  /// graph goes into `prepare` here.
  public init(
    _ base: any Dataset, _ augmentations: [Augmentation], mixUp: MixUp? = nil, seed: Int = 0,
    prepare: (@Sendable (Tensor) -> Tensor)? = nil
  ) throws {
    if let problem = augmentations.lazy.compactMap({ $0.problem }).first {
      throw DataError("augmentation", "cannot be done with \(problem)")
    }
    if let mixUp, !(0.01...2).contains(mixUp.alpha) || (mixUp.classCount ?? 1) < 1 {
      throw DataError("mix-up", "takes an alpha from 0.01 to 2 and at least one class")
    }
    self.base = base
    self.augmentations = augmentations
    self.mixUp = mixUp
    self.seed = seed
    self.prepare = prepare
  }

  /// How many examples there are.
  public var count: Int { base.count }
  /// Changing pictures takes long enough to do it ahead.
  public var isSlow: Bool { true }

  /// The examples at `places` as they are seen in the first epoch.
  public func batch(_ places: [Int]) throws -> Batch { try batch(places, epoch: 0) }

  /// The examples at `places` as they are seen in an epoch.
  public func batch(_ places: [Int], epoch: Int) throws -> Batch {
    let plain = try base.batch(places, epoch: epoch)
    let batch =
      plain.input.element == .uint8
      ? try changed(UInt8.self, plain, places, epoch)
      : try changed(Float.self, plain, places, epoch)
    return Batch(input: prepare?(batch.input) ?? batch.input, target: batch.target)
  }

  /// The key of an example in an epoch.
  private func key(_ place: Int, _ epoch: Int) -> RandomKey {
    RandomKey(seed).split(epoch).split(place)
  }

  private func changed<Value: PixelValue>(
    _: Value.Type, _ batch: Batch, _ places: [Int], _ epoch: Int
  ) throws -> Batch {
    let keys = places.map { key($0, epoch) }
    let first = try images(Value.self, batch, keys)
    guard let mixUp else { return Batch(input: Augmented.tensor(first), target: batch.target) }
    // The other one is drawn from all examples, so that it does not depend on the batch.
    let partners = keys.map { $0.split(-1).integer(at: 0, below: count) }
    let others = try base.batch(partners, epoch: epoch)
    let second = try images(Value.self, others, keys.map { $0.split(-2) })
    let shares = keys.map { Float(mixUp.share($0.split(-3))) }
    let mixed = shares.indices.map { first[$0].mixed(shares[$0], with: second[$0]) }
    return Batch(
      input: Augmented.tensor(mixed), target: try mixUp.targets(batch.target, others.target, shares)
    )
  }

  private func images<Value: PixelValue>(
    _: Value.Type, _ batch: Batch, _ keys: [RandomKey]
  ) throws -> [Planes<Value>] {
    let input = try batch.input.tryEvaluated()
    guard input.rank == 4, input.element == Value.elementType, input.shape[0] == keys.count
    else {
      throw DataError(
        "augmentation",
        "takes pictures [N, C, H, W] of uint8 or float32, not \(input.element.name) \(input.shape.description)"
      )
    }
    let values = input.array(of: Value.self)
    let size = input.shape[1] * input.shape[2] * input.shape[3]
    return keys.indices.map { row in
      let image = Planes(
        channels: input.shape[1], height: input.shape[2], width: input.shape[3],
        values: Array(values[(row * size)..<((row + 1) * size)]))
      return augmentations.indices.reduce(image) { image, place in
        augmentations[place].changed(image, keys[row].split(place))
      }
    }
  }

  private static func tensor<Value: PixelValue>(_ images: [Planes<Value>]) -> Tensor {
    let first = images.first
    return Tensor(
      images.flatMap { $0.values },
      shape: [images.count, first?.channels ?? 0, first?.height ?? 0, first?.width ?? 0])
  }
}

extension MixUp {
  /// The targets of mixed examples.
  func targets(_ first: Tensor, _ second: Tensor, _ shares: [Float]) throws -> Tensor {
    guard let classCount else {
      let (a, b) = (first.floats, second.floats)
      let width = a.count / Swift.max(shares.count, 1)
      let mixed = a.indices.map { place in
        let share = shares[place / width]
        return share * a[place] + (1 - share) * b[place]
      }
      return Tensor(mixed, shape: first.shape)
    }
    var rows = [Float](repeating: 0, count: shares.count * classCount)
    for (row, (a, b)) in zip(first.integers, second.integers).enumerated() {
      guard (0..<classCount).contains(a), (0..<classCount).contains(b) else {
        throw DataError("mix-up", "met class \(Swift.max(a, b)) where there are \(classCount)")
      }
      rows[row * classCount + a] += shares[row]
      rows[row * classCount + b] += 1 - shares[row]
    }
    return Tensor(rows, shape: [shares.count, classCount])
  }
}
