import Adjoint
import AdjointRuntime
import Testing

/// Names, copies, freezing, summaries; layers in steps and outside of them; how many plans models take.
@Suite struct ModuleTests {
  struct Shared: Module {
    let first = Linear(3, 3)
    let again: Linear
    let others: [Sequential]
    let none: Linear? = nil
    init() {
      again = first
      others = [Sequential(Linear(3, 3), Activation.tanh, Sequential(BatchNorm(3)))]
    }
    func forward(_ x: Tensor) -> Tensor { others[0](again(first(x))) }
  }

  static let names = [
    "first.weight", "first.bias", "others.0.0.weight", "others.0.0.bias", "others.0.2.0.weight",
    "others.0.2.0.bias", "others.0.2.0.running_mean", "others.0.2.0.running_var",
    "others.0.2.0.num_batches_tracked",
  ]

  @Test func namesArePaths() {
    let net = Shared()
    #expect(net.first.cells.map { $0.name } == ["weight", "bias"])
    #expect(net.namedCells.map { $0.name } == Self.names)
    #expect(net.cells.map { $0.name } == Self.names)
    #expect(net.first.cells.map { $0.name } == ["first.weight", "first.bias"])
    #expect(net.parameters.count == 6 && net.buffers.count == 3)
    #expect(net.parameterCount == 30)
    let lines = net.summary.split(separator: "\n")
    #expect(lines.count == 10 && lines[9] == "30 parameters")
    #expect(
      lines[0].split(separator: " ").map { String($0) } == ["first.weight", "[3,", "3]", "9"])
  }

  final class Ring: @unchecked Sendable {
    var next: Ring?
    let cell = Cell(.zeros([1]))
  }

  @Test func whatIsNoPartOfAModelIsLeftAlone() {
    struct Net: Module {
      let positions = SinusoidalPositions(4, 2)
      let ring = Ring()
      let constant = Tensor.ones([2]) + Tensor.ones([2])
      let layer = Linear(2, 2)
      func forward(_ x: Tensor) -> Tensor { layer(x) }
    }
    let net = Net()
    net.ring.next = net.ring
    #expect(net.namedCells.map { $0.name } == ["layer.weight", "layer.bias"])
    #expect(net.copy().ring === net.ring)
    net.ring.next = nil
  }

  @Test func aCopyHasCellsOfItsOwn() {
    let net = Shared()
    net.freeze("others.*")
    let copy = net.copy()
    #expect(copy.namedCells.map { $0.name } == Self.names, "what was shared is shared")
    #expect(copy.first.weight === copy.again.weight)
    for (a, b) in zip(net.cells, copy.cells) {
      #expect(a !== b && a.value.doubles == b.value.doubles)
      #expect((a as? Parameter)?.isTrainable == (b as? Parameter)?.isTrainable)
    }
    let x = Tensor.normal([4, 3], key: RandomKey(1))
    let before = net(x).floats
    #expect(copy(x).floats == before)
    let optimizer = SGD(copy, learningRate: 0.1)
    optimizer.step { copy(x).mean() }
    #expect(net(x).floats == before && copy(x).floats != before)
    #expect(net.buffers[0].value.floats == [0, 0, 0] && copy.buffers[0].value.floats != [0, 0, 0])
  }

  @Test func aCopyReachesEveryModel() {
    let models: [any Module] = [
      LSTM(2, 3, layers: 2), GPT(vocabulary: 3, context: 4, width: 4, depth: 1, heads: 2),
      ResNet.small(8, width: 2), Residual(Linear(2, 2), shortcut: Linear(2, 2)),
      UNet(1, 2, width: 2, levels: 2), ViT(imageSize: 8, patch: 4, width: 4, depth: 1, heads: 1),
      WeightNorm(Linear(2, 2)), VariationalAutoencoder([4, 3], code: 2),
    ]
    for model in models {
      let copy = copied(model)
      #expect(copy.namedCells.map { $0.name } == model.namedCells.map { $0.name })
      for (a, b) in zip(model.cells, copy.cells) { #expect(a !== b, "\(a.name)") }
    }
  }

  private func copied(_ module: some Module) -> any Module { module.copy() }

  @Test func patternsFreeze() throws {
    let net = Shared()
    let trained = { net.parameters.filter { $0.isTrainable }.map { $0.name } }
    net.freeze("*.bias")
    #expect(trained() == ["first.weight", "others.0.0.weight", "others.0.2.0.weight"])
    net.freeze()
    net.unfreeze("others.0.*0.w*t")
    #expect(trained() == ["others.0.0.weight", "others.0.2.0.weight"])
    #expect(throws: GraphError.self) { try checked { net.freeze("layer9.*") } }
  }

  @Test func normAndDropoutActInStepsOnly() {
    alone {
      let net = Sequential(BatchNorm(2), Dropout(0.5))
      let x = Tensor([1, 10, 3, 30], shape: [2, 2], .float32)
      expectClose(net(x).doubles, x.doubles, 1e-4, "running statistics are 0 and 1 at first")
      let wide = Tensor.ones([1000])
      let drop = Dropout(0.25)
      #expect(drop(wide).floats == wide.floats)
      let (a, b, c) = training { (drop(wide), drop(wide), ChannelDropout(0.5)(.ones([4, 5, 6]))) }
      let kept = a.floats.filter { $0 != 0 }
      #expect(kept.allSatisfy { $0 == Float(1 / 0.75) } && (700...800).contains(kept.count))
      #expect(a.floats != b.floats, "each layer has a key of its own")
      let channels = c.reshaped([20, 6]).floats
      for row in 0..<20 { #expect(Set(channels[row * 6..<row * 6 + 6]).count == 1) }
      #expect(Set(channels) == [0, 2])
      #expect(training { drop(wide) }.floats == a.floats, "the same key, the same numbers")
      #expect(training(key: RandomKey(1)) { drop(wide) }.floats != a.floats)
    }
  }

  @Test func aThousandStepsAreOnePlan() {
    alone {
      let net = Sequential(Linear(6, 8), BatchNorm(8), Activation.relu, Dropout(0.3), Linear(8, 2))
      let optimizer = Adam(net, learningRate: 1e-3)
      let batches = (0..<4).map { Tensor.normal([5, 6], key: RandomKey($0)) }
      let before = Engine.statistics.plans
      var losses: Set<Float> = []
      for step in 0..<1000 {
        let loss = optimizer.step { net(batches[step % 4]).mean() }
        losses.insert(loss.floats[0])
      }
      #expect(Engine.statistics.plans - before == 1)
      #expect(losses.count > 900, "every step has a key of its own")
    }
  }

  @Test func theSeedDecidesWhatDrops() {
    alone {
      let losses = [0, 0, 1].map { seed in
        Initialization.seed(7)
        let net = Sequential(Linear(6, 8), Dropout(0.5), Linear(8, 1))
        let optimizer = SGD(net, learningRate: 0.1)
        optimizer.seed = seed
        return (0..<5).map { _ in optimizer.step { net(.ones([3, 6])).mean() }.floats[0] }
      }
      #expect(losses[0] == losses[1] && losses[0] != losses[2])
    }
  }

  @Test func generationIsTwoPlansAndReadsWhatForwardReads() throws {
    try alone {
      Initialization.seed(1)
      let gpt = GPT(vocabulary: 13, context: 32, width: 12, depth: 2, heads: 3, .float64)
      gpt.initialize("*", .normal(deviation: 0.5))
      let before = Engine.statistics.plans
      let text = try gpt.generate([1, 2, 3], count: 200, sampling: Sampling(temperature: 0))
      #expect(Engine.statistics.plans - before <= 2)
      #expect(text.count == 203 && Set(text).count > 1)
      for end in [3, 4, 10, 31, 32] {
        let x = Tensor(text.prefix(end).map { Int64($0) }, shape: [1, end])
        let scores = gpt(x).slice(axis: 1, start: end - 1, length: 1).doubles
        #expect(scores.firstIndex(of: scores.max()!) == text[end], "token \(end)")
      }
      let warm = Sampling(temperature: 1, top: 4, seed: 3)
      let drawn = try gpt.generate([5], count: 20, sampling: warm)
      #expect(try gpt.generate([5], count: 20, sampling: warm) == drawn)
      #expect(drawn != (try gpt.generate([5], count: 20, sampling: Sampling(top: 4, seed: 4))))
    }
  }

  @Test func theLSTMGeneratesByOnePlan() throws {
    try alone {
      Initialization.seed(1)
      let net = CharLSTM(vocabulary: 7, width: 4, hidden: 6, .float64)
      net.initialize("*", .normal(deviation: 0.8))
      let before = Engine.statistics.plans
      let text = try net.generate([1, 2], count: 30, sampling: Sampling(temperature: 0))
      #expect(Engine.statistics.plans - before <= 2)
      for end in [2, 9, 31] {
        let x = Tensor(text.prefix(end).map { Int64($0) }, shape: [1, end])
        let scores = net(x).slice(axis: 1, start: end - 1, length: 1).doubles
        #expect(scores.firstIndex(of: scores.max()!) == text[end], "token \(end)")
      }
    }
  }

  @Test func theCacheTakesSeveralPlacesAtOnce() {
    alone {
      let layer = MultiHeadAttention(
        8, heads: 4, keyHeads: 2, causal: true, rotaryBase: 100, .float64)
      let x = Tensor.normal([2, 7, 8], key: RandomKey(2), .float64)
      let whole = layer(x).doubles
      var cache = layer.makeCache(2, capacity: 10)
      var pieces: [Tensor] = []
      for (start, count) in [(0, 3), (3, 1), (4, 3)] {
        let found = layer(
          x.slice(axis: 1, start: start, length: count), cache: cache,
          position: Tensor(Double(start), .int64))
        pieces.append(found.output)
        cache = found.cache
      }
      expectClose(concatenated(pieces, axis: 1).doubles, whole, 1e-12, "piece by piece")
    }
  }
}
