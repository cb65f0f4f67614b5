import Adjoint

/// A layer of the fixture and what it makes of inputs.
struct LayerCase {
  let module: any Module
  let run: ([Tensor]) -> [Tensor]

  /// A layer that turns one tensor into one.
  init(_ module: any Module) {
    self.module = module
    run = { [module.forward($0[0])] }
  }

  init<Layer: Module>(_ module: Layer, _ run: @escaping (Layer, [Tensor]) -> [Tensor]) {
    self.module = module
    self.run = { run(module, $0) }
  }
}

/// The layers of tools/parity/layer_values.py by its names.
enum LayerCases {
  static let all = [plain, activations, norms, recurrent, attention, models].reduce(into: [:]) {
    $0.merge($1) { first, _ in first }
  }

  typealias Table = [String: @Sendable () -> LayerCase]
  private static let type = ElementType.float64

  private static let plain: Table = [
    "linear": { LayerCase(Linear(5, 3, type)) },
    "linear-deep": { LayerCase(Linear(5, 3, bias: false, type)) },
    "bilinear": { LayerCase(Bilinear(4, 3, 5, type)) { [$0($1[0], $1[1])] } },
    "conv1d": { LayerCase(Conv1d(4, 6, kernel: 3, stride: 2, padding: 1, groups: 2, type)) },
    "conv2d": { LayerCase(Conv2d(3, 4, kernel: [3, 2], dilation: [1, 2], type)) },
    "depthwise": {
      LayerCase(Conv2d.depthwise(3, kernel: 3, padding: 1, multiplier: 2, type))
    },
    "conv3d": { LayerCase(Conv3d(2, 3, kernel: 2, type)) },
    "convTranspose2d": {
      LayerCase(
        ConvTranspose2d(4, 3, kernel: 3, stride: 2, padding: 1, outputPadding: 1, type))
    },
    "embedding": { LayerCase(Embedding(7, 4, type)) },
    "embedding-padding": { LayerCase(Embedding(7, 4, paddingIndex: 2, type)) },
    "prelu": { LayerCase(PReLU(1, type)) },
    "prelu-channels": { LayerCase(PReLU(4, type)) },
    "weightNorm": { LayerCase(WeightNorm(Linear(5, 3, type))) },
    "weightNorm-conv": { LayerCase(WeightNorm(Conv2d(2, 3, kernel: 3, type))) },
    "spectralNorm": { LayerCase(SpectralNorm(Linear(5, 3, type))) },
    "spectralNorm-conv": { LayerCase(SpectralNorm(Conv2d(2, 3, kernel: 3, type))) },
    "spectralNorm-transposed": {
      LayerCase(SpectralNorm(ConvTranspose2d(2, 3, kernel: 3, type)))
    },
  ]

  private static let activations: Table = Activation.all.reduce(into: [:]) { table, layer in
    table["activation-" + layer.name] = { LayerCase(layer) { [$0($1[0] * 4)] } }
  }

  private static let norms: Table = [
    "batchNorm1d": { LayerCase(BatchNorm1d(4, type)) },
    "batchNorm2d": { LayerCase(BatchNorm2d(3, type)) },
    "batchNorm3d": { LayerCase(BatchNorm3d(2, momentum: 0.3, affine: false, type)) },
    "batchNorm-average": { LayerCase(BatchNorm2d(3, momentum: nil, type)) },
    "batchNorm-untracked": { LayerCase(BatchNorm2d(3, keepingStatistics: false, type)) },
    "layerNorm": { LayerCase(LayerNorm(6, type)) },
    "layerNorm-axes": { LayerCase(LayerNorm([3, 6], bias: false, type)) },
    "rmsNorm": { LayerCase(RMSNorm([6], type)) },
    "groupNorm": { LayerCase(GroupNorm(2, 6, type)) },
    "instanceNorm": { LayerCase(InstanceNorm(3, type)) },
    "instanceNorm-affine": { LayerCase(InstanceNorm(3, affine: true, type)) },
  ]

  private static func recurrent<Step>(_ name: String, _: Recurrent<Step>.Type) -> Table {
    let run = { @Sendable (layer: Recurrent<Step>, x: [Tensor]) -> [Tensor] in
      let states = x.count > 1 ? Array(x.dropFirst()) : nil
      let found = layer(x[0], states: states)
      return [found.outputs] + found.states
    }
    return [
      name: { LayerCase(Recurrent<Step>(4, 5, type), run) },
      name + "-deep": {
        LayerCase(Recurrent<Step>(4, 5, layers: 2, bidirectional: true, type), run)
      },
      name + "-states": { LayerCase(Recurrent<Step>(4, 5, layers: 2, bias: false, type), run) },
    ]
  }

  private static let recurrent: Table = recurrent("rnn", RNN.self)
    .merging(recurrent("gru", GRU.self)) { first, _ in first }
    .merging(recurrent("lstm", LSTM.self)) { first, _ in first }
    .merging([
      "rnn-relu": {
        LayerCase(ReLURNN(4, 5, type)) {
          let found = $0($1[0], states: nil)
          return [found.outputs] + found.states
        }
      }
    ]) { first, _ in first }

  private static let attention: Table = [
    "attention": { LayerCase(MultiHeadAttention(8, heads: 2, type)) },
    "attention-bare": { LayerCase(MultiHeadAttention(8, heads: 2, bias: false, type)) },
    "attention-causal": { LayerCase(MultiHeadAttention(8, heads: 2, causal: true, type)) },
    "attention-cross": {
      LayerCase(MultiHeadAttention(8, heads: 2, type)) { [$0($1[0], $1[1], $1[2])] }
    },
    "attention-grouped": {
      LayerCase(MultiHeadAttention(8, heads: 4, keyHeads: 2, causal: true, type))
    },
    "attention-rotary": {
      LayerCase(
        MultiHeadAttention(8, heads: 4, keyHeads: 2, causal: true, rotaryBase: 10000, type))
    },
    "rotary": { LayerCase(Activation("rotary") { rotary($0) }) },
    "rotary-interleaved": { LayerCase(Activation("rotary") { rotary($0, interleaved: true) }) },
    "encoderLayer": { LayerCase(encoder(normFirst: false, gelu: false)) },
    "encoderLayer-normFirst": { LayerCase(encoder(normFirst: true, gelu: false)) },
    "encoderLayer-gelu-causal": { LayerCase(encoder(normFirst: false, gelu: true)) },
    "encoderLayer-gelu-causal-normFirst": { LayerCase(encoder(normFirst: true, gelu: true)) },
    "decoderLayer": { decoder(normFirst: false) },
    "decoderLayer-normFirst": { decoder(normFirst: true) },
  ]

  private static func encoder(normFirst: Bool, gelu: Bool) -> TransformerEncoderLayer {
    TransformerEncoderLayer(
      8, heads: 2, feedForward: 12, dropout: 0, activation: gelu ? .gelu : .relu,
      normFirst: normFirst, causal: gelu, type)
  }

  private static func decoder(normFirst: Bool) -> LayerCase {
    let layer = TransformerDecoderLayer(
      8, heads: 2, feedForward: 12, dropout: 0, normFirst: normFirst, type)
    return LayerCase(layer) { [$0($1[0], memory: $1[1])] }
  }

  private static let models: Table = [
    "residualBlock": { LayerCase(ResidualBlock(4, 6, stride: 2, type)) },
    "bottleneck": { LayerCase(ResidualBlock(4, 2, bottleneck: true, type)) },
    "resnet8": { LayerCase(ResNet.small(8, width: 4, classes: 3, type)) },
    "resnet-large": {
      LayerCase(
        ResNet(
          blocks: [1, 1, 1, 1], width: 4, bottleneck: true, small: false, classes: 3,
          channels: 3, type))
    },
    "gpt": {
      LayerCase(
        GPT(vocabulary: 11, context: 8, width: 12, depth: 2, heads: 3, tiedHead: false, type))
    },
    "vit": {
      LayerCase(
        ViT(
          imageSize: 8, patch: 4, width: 12, depth: 2, heads: 3, hidden: 24, classes: 5, type))
    },
    "vgg": { LayerCase(vgg(batchNorm: false)) },
    "vgg-norm": { LayerCase(vgg(batchNorm: true)) },
    "unet": { LayerCase(UNet(2, 3, width: 2, levels: 2, type)) },
    "autoencoder": { LayerCase(Autoencoder([6, 5, 2], type)) },
    "vae-loss": {
      LayerCase(VariationalAutoencoder([6, 5], code: 2, type)) { [$0.loss($1[0])] }
    },
  ]

  private static func vgg(batchNorm: Bool) -> VGG {
    VGG(
      counts: [1, 2], widths: [4, 6], hidden: 7, pooled: 2, batchNorm: batchNorm, classes: 5,
      dropout: 0, type)
  }
}
