import AdjointGraph
import AdjointRuntime

/// The keys and values of places that attention has seen: [N, heads, capacity, D] each.
public struct KeyValueCache: Sendable {
  /// What queries are compared with.
  public let keys: Tensor
  /// What is mixed.
  public let values: Tensor

  /// A cache with these contents.
  public init(keys: Tensor, values: Tensor) {
    self.keys = keys
    self.values = values
  }

  /// This cache with new keys and values from a place on, an int64 scalar: an operand, so that every place is the
  /// same plan.
  func placing(_ new: KeyValueCache, at position: Tensor) -> KeyValueCache {
    KeyValueCache(
      keys: keys.placing(new.keys, at: position),
      values: values.placing(new.values, at: position))
  }
}

extension Tensor {
  /// This tensor [N, H, S, D] with `new` [N, H, T, D] in the places from `position` on.
  fileprivate func placing(_ new: Tensor, at position: Tensor) -> Tensor {
    let (places, count) = (shape[2], new.shape[2])
    if places == count { return new }
    let turn = (Tensor.iota(places) - position).reshaped([places, 1])
    if count == 1 { return select(equal(turn, Tensor(0, .int64)), new, self) }
    let last = Tensor(Double(count - 1), .int64)
    let inside = logicalAnd(greaterEqual(turn, Tensor(0, .int64)), lessEqual(turn, last))
    let source = minimum(maximum(turn, Tensor(0, .int64)), last).reshaped([places])
    return select(inside, new.gather(source, axis: 2), self)
  }

  /// [N, T, heads · D] as [N, heads, T, D].
  fileprivate func headsFirst(_ heads: Int) -> Tensor {
    reshaped([shape[0], shape[1], heads, shape[2] / Swift.max(heads, 1)]).transposed([0, 2, 1, 3])
  }

  /// [N, heads, T, D] as [N, T, heads · D].
  fileprivate var headsLast: Tensor {
    transposed([0, 2, 1, 3]).reshaped([shape[0], shape[2], shape[1] * shape[3]])
  }
}

/// What attention does between its two products: heads, rotary positions, a cache, the weights, dropout.
struct AttentionHeads: Sendable {
  let heads: Int
  let keyHeads: Int
  let isCausal: Bool
  let dropout: Double
  let rotaryBase: Double?

  /// Rows of queries, keys and values to [N, T, heads · D], where nothing but order masks or changes them.
  func mix(_ rows: Tensor) -> Tensor? {
    guard rotaryBase == nil, dropout == 0 || !StepScope.isTraining else { return nil }
    return selfAttention(rows, heads: heads, keyHeads: keyHeads, causal: isCausal)
  }

  /// Queries [N, T, heads · D], keys and values [N, S, keyHeads · D] to [N, T, heads · D].
  func mix(_ q: Tensor, _ k: Tensor, _ v: Tensor, mask: Tensor?) -> Tensor {
    attend(
      turned(q.headsFirst(heads), nil), turned(k.headsFirst(keyHeads), nil),
      v.headsFirst(keyHeads), mask: mask, causal: isCausal)
  }

  /// The same for queries, keys and values of new places from `position` on, which see those before them.
  func mix(
    _ q: Tensor, _ k: Tensor, _ v: Tensor, cache: KeyValueCache, position: Tensor
  ) -> (output: Tensor, cache: KeyValueCache) {
    let places = position + .iota(q.shape[1])
    let new = KeyValueCache(
      keys: turned(k.headsFirst(keyHeads), places), values: v.headsFirst(keyHeads))
    let all = cache.placing(new, at: position)
    let seen = lessEqual(.iota(all.keys.shape[2]), places.unsqueezed(-1))
    let output = attend(
      turned(q.headsFirst(heads), places), all.keys, all.values, mask: seen, causal: false)
    return (output, all)
  }

  private func turned(_ x: Tensor, _ places: Tensor?) -> Tensor {
    guard let rotaryBase else { return x }
    return rotary(x, positions: places, base: rotaryBase)
  }

  private func attend(
    _ q: Tensor, _ k: Tensor, _ v: Tensor, mask: Tensor?, causal: Bool
  ) -> Tensor {
    let key = dropout > 0 ? StepScope.nextKey() : nil
    return scaledDotProductAttention(
      q, k, v, mask: mask, causal: causal, dropoutProbability: key == nil ? 0 : dropout,
      dropoutKey: key
    ).headsLast
  }

  /// Whether the widths go together.
  func check(_ width: Int) throws(GraphError) {
    guard heads > 0, keyHeads > 0, width % heads == 0, heads % keyHeads == 0 else {
      throw GraphError(
        "attention",
        "\(width) numbers do not make \(heads) heads over \(keyHeads) heads of keys and values")
    }
  }
}

/// Attention of several heads over sequences [N, T, E].
///
/// Named like PyTorch's: `in_proj_weight` [E + 2 · keys, E] and `in_proj_bias` for queries, keys and values one after
/// another, `out_proj`. Xavier's uniform weights, biases 0.
public struct MultiHeadAttention: Module {
  /// What makes queries, keys and values.
  public let inputWeight: Parameter
  /// What is added to them, if anything.
  public let inputBias: Parameter?
  /// What the heads' results pass.
  public let output: Linear
  /// How wide the sequences are.
  public let width: Int
  let core: AttentionHeads

  /// Attention over sequences of `width` numbers. With fewer `keyHeads` than `heads` several queries share keys and
  /// values; `rotaryBase` turns queries and keys by their places; `dropout` drops weights in training steps.
  public init(
    _ width: Int, heads: Int, keyHeads: Int? = nil, causal: Bool = false, dropout: Double = 0,
    rotaryBase: Double? = nil, bias: Bool = true, _ element: ElementType = .float32
  ) {
    core = AttentionHeads(
      heads: heads, keyHeads: keyHeads ?? heads, isCausal: causal, dropout: dropout,
      rotaryBase: rotaryBase)
    self.width = width
    let rows = width + 2 * width / max(heads, 1) * (keyHeads ?? heads)
    inputWeight = Parameter(
      Initializer.xavierUniform().make([rows, width], Initialization.nextKey(), element))
    inputBias = bias ? Parameter(.zeros([rows], element)) : nil
    output = Linear(width, width, bias: bias, element)
    output.bias?.value = .zeros([width], element)
  }

  /// Attention of a sequence to itself.
  public func forward(_ x: Tensor) -> Tensor { self(x, mask: nil) }

  /// Attention of a sequence to itself. A boolean mask [T, T], or one that broadcasts to [N, heads, T, T], says who
  /// is seen; another one is added to the scores.
  public func callAsFunction(_ x: Tensor, mask: Tensor?) -> Tensor {
    if let wrong = mismatch(x) { return wrong }
    let rows = Functional.linear(x, inputWeight.value, inputBias?.value)
    if mask == nil, let mixed = core.mix(rows) { return output(mixed) }
    let parts = rows.split(sizes, axis: -1)
    return output(core.mix(parts[0], parts[1], parts[2], mask: mask))
  }

  /// Attention of one sequence to another.
  public func callAsFunction(
    _ query: Tensor, _ key: Tensor, _ value: Tensor, mask: Tensor? = nil
  ) -> Tensor {
    if let wrong = mismatch(query) ?? mismatch(key) ?? mismatch(value) { return wrong }
    let weights = inputWeight.value.split(sizes)
    let biases = inputBias?.value.split(sizes)
    let parts = [query, key, value].enumerated().map {
      Functional.linear($0.element, weights[$0.offset], biases?[$0.offset])
    }
    return output(core.mix(parts[0], parts[1], parts[2], mask: mask))
  }

  /// Attention of new places, from `position` on (an int64 scalar), to themselves and to those of the cache before
  /// them; gives the cache with the new ones in it.
  public func callAsFunction(
    _ x: Tensor, cache: KeyValueCache, position: Tensor
  ) -> (output: Tensor, cache: KeyValueCache) {
    let parts = projected(x)
    guard parts.count == 3 else { return (parts[0], cache) }
    let found = core.mix(parts[0], parts[1], parts[2], cache: cache, position: position)
    return (output(found.output), found.cache)
  }

  /// A cache with room for `capacity` places of `batch` sequences.
  public func makeCache(_ batch: Int, capacity: Int) -> KeyValueCache {
    let empty = Tensor.zeros(
      [batch, core.keyHeads, capacity, width / max(core.heads, 1)], inputWeight.value.element)
    return KeyValueCache(keys: empty, values: empty)
  }

  private var sizes: [Int] {
    let keys = width / max(core.heads, 1) * core.keyHeads
    return [width, keys, keys]
  }

  private func projected(_ x: Tensor) -> [Tensor] {
    if let wrong = mismatch(x) { return [wrong] }
    return Functional.linear(x, inputWeight.value, inputBias?.value).split(sizes, axis: -1)
  }

  private func mismatch(_ x: Tensor) -> Tensor? {
    do throws(GraphError) {
      try core.check(width)
      guard x.rank == 3, x.shape[2] == width else {
        throw GraphError(
          "attention", "takes sequences [N, T, \(width)], not \(x.shape.description)")
      }
      return nil
    } catch {
      return fail(error)
    }
  }
}

#if !hasFeature(Embedded)
  extension MultiHeadAttention: NamedParts {
    /// PyTorch's names.
    public var parts: [(name: String, part: Any?)] {
      [("in_proj_weight", inputWeight), ("in_proj_bias", inputBias), ("out_proj", output)]
    }
  }
#endif
