import Adjoint
import Testing

/// Models: how many parameters they have, what shapes they give, and that they learn.
@Suite struct ModelTests {
  @Test func countsAndNames() throws {
    let net = try #require(ResNet.large(18))
    #expect(net.parameterCount == 11_689_512, "what torchvision's resnet18 has")
    let names = net.namedCells.map { $0.name }
    #expect(names.count == 122 && names.contains("layer2.0.downsample.1.running_var"))
    #expect(ResNet.large(17) == nil && VGG(12) == nil)
    #expect(ResNet.small(20).parameterCount == 272_474)
  }

  @Test func depthsOfTheSmallForms() {
    for depth in [20, 32, 44, 56, 110] {
      let net = ResNet.small(depth, width: 1)
      let layers = net.namedCells.filter { name, cell in
        name.hasSuffix("weight") && cell.value.rank > 1 && !name.contains("downsample")
      }
      #expect(layers.count == depth)
    }
  }

  @Test func shapes() {
    let images = Tensor.normal([2, 3, 16, 16], key: RandomKey(1))
    let vgg = VGG(
      counts: [1, 2], widths: [4, 8], hidden: 12, pooled: 2, batchNorm: true, classes: 5)
    #expect(vgg(images).shape == [2, 5])
    #expect(vgg.namedCells.first!.name == "features.0.weight")
    #expect(vgg.namedCells.last!.name == "classifier.6.bias")
    #expect(UNet(3, 4, width: 4, levels: 3)(images).shape == [2, 4, 16, 16])
    #expect(Unit(3)(.ones([2, 3])).shape == [2, 1])
    #expect(Autoencoder([6, 4, 2])(.ones([3, 6])).shape == [3, 6])
    #expect(SinusoidalPositions(9, 4)(.zeros([2, 5, 4])).shape == [2, 5, 4])
  }

  @Test func wrongInputsAreErrors() {
    let x = Tensor.ones([2, 3])
    let calls: [() -> Tensor] = [
      { LSTM(4, 5)(.ones([2, 3, 5])) }, { MultiHeadAttention(6, heads: 4)(.ones([2, 3, 6])) },
      { MultiHeadAttention(6, heads: 2)(x) }, { LearnedPositions(2, 3)(.ones([1, 4, 3])) },
      { Bilinear(2, 3, 4)(x, x) }, { rotary(x) }, { BatchNorm(4)(x) },
    ]
    for (place, call) in calls.enumerated() {
      #expect(throws: GraphError.self, "\(place)") { try checked { _ = call() } }
    }
  }

  @Test func sinusoids() {
    let rows = SinusoidalPositions(4, 6, .float64)(.zeros([3, 6], .float64)).doubles
    let frequency = 1 / pow(10000.0, 2.0 / 6)
    expectClose(Array(rows[..<6]), [0, 1, 0, 1, 0, 1], 1e-15, "place 0")
    expectClose(
      Array(rows[12..<16]), [sin(2.0), cos(2.0), sin(2 * frequency), cos(2 * frequency)], 1e-14,
      "place 2")
  }

  @Test func samplingKeepsToTheLikeliest() {
    let scores = [0.0, 3, 1, 2.5, -1]
    let draw = { (sampling: Sampling) in (0..<400).map { sampling.choose(scores, draw: $0) } }
    #expect(Set(draw(Sampling(temperature: 0))) == [1])
    #expect(Set(draw(Sampling(top: 2))) == [1, 3])
    #expect(Set(draw(Sampling(temperature: 5))) == [0, 1, 2, 3, 4])
    // e^0.5 times as often.
    let counts = draw(Sampling(top: 2, seed: 1)).reduce(into: [:]) { $0[$1, default: 0] += 1 }
    #expect((225...275).contains(counts[1]!))
  }

  @Test func modelsLearn() {
    alone {
      Initialization.seed(2)
      let x = Tensor.normal([6, 1, 8, 8], key: RandomKey(4))
      let rows = x.flattened(from: 1)
      let classes = Tensor([0, 1, 2, 0, 1, 2] as [Int64])
      let tokens = Tensor((0..<24).map { Int64($0 * $0 % 5) }, shape: [3, 8])
      let next = tokens.flattened()
      let (vae, unet) = (
        VariationalAutoencoder([64, 16], code: 3), UNet(1, 1, width: 2, levels: 2)
      )
      let resnet = ResNet.small(8, width: 4, classes: 3, channels: 1)
      let vit = ViT(
        imageSize: 8, patch: 4, width: 12, depth: 1, heads: 2, hidden: 16, classes: 3, channels: 1)
      let gpt = GPT(vocabulary: 5, context: 8, width: 12, depth: 1, heads: 2, dropout: 0.1)
      let lstm = CharLSTM(vocabulary: 5, width: 4, hidden: 12, layers: 2, dropout: 0.1)
      let spectral = Sequential(SpectralNorm(Linear(64, 8)), Activation.tanh, Linear(8, 3))
      let cases: [(String, any Module, () -> Tensor)] = [
        ("vae", vae, { vae.loss(rows) }), ("unet", unet, { meanSquaredError(unet(x), x * 2) }),
        ("resnet", resnet, { crossEntropy(resnet(x), classes) }),
        ("vit", vit, { crossEntropy(vit(x), classes) }),
        ("gpt", gpt, { crossEntropy(gpt(tokens).reshaped([24, 5]), next) }),
        ("lstm", lstm, { crossEntropy(lstm(tokens).reshaped([24, 5]), next) }),
        ("spectral", spectral, { crossEntropy(spectral(rows), classes) }),
      ]
      for (name, model, loss) in cases {
        let optimizer = Adam(model.parameters, learningRate: 0.01)
        let first = optimizer.step(loss).item
        for _ in 0..<60 { optimizer.step(loss) }
        #expect(optimizer.step(loss).item < 0.8 * first, "\(name)")
      }
    }
  }
}

#if canImport(Glibc)
  import Glibc
#endif
