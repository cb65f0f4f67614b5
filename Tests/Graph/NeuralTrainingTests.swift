import Adjoint
import AdjointGraph
import AdjointReference
import AdjointRuntime
import Testing

/// Whole blocks of networks, trained a few steps: every engine goes the same way.
@Suite struct NeuralTrainingTests {
  /// Parameters by chance, the same every time.
  private static func parameters(_ shapes: [Shape], _ element: ElementType) -> [Parameter] {
    shapes.enumerated().map { place, shape in
      Parameter(Tensor.normal(shape, deviation: 0.3, key: RandomKey(40).split(place), element))
    }
  }

  /// A block of a language model: tokens and places, attention, two layers between, a head.
  private static func languageBlock(_ p: [Tensor], _ tokens: Tensor, _ key: Tensor) -> Tensor {
    let (width, heads) = (16, 4)
    let (batch, length) = (tokens.shape[0], tokens.shape[1])
    var x = embedding(tokens, p[0]) + p[1]
    x = dropout(x, probability: 0.1, key: key.splitKey(0))
    let inner = layerNorm(x, weight: p[2], bias: p[3])
    let joint = matmul(inner, p[4]).split([width, 8, 8], axis: -1)
    let parts = joint.map { part in
      part.reshaped([batch, length, part.shape[2] / (width / heads), width / heads])
        .swappingAxes(1, 2)
    }
    let seen = scaledDotProductAttention(
      parts[0], parts[1], parts[2], causal: true, dropoutProbability: 0.1,
      dropoutKey: key.splitKey(1))
    x = x + matmul(seen.swappingAxes(1, 2).reshaped([batch, length, width]), p[5])
    x = x + matmul(geluTanh(matmul(rmsNorm(x, weight: p[6]), p[7])), p[8])
    return matmul(x, p[0], transposingB: true)
  }

  /// A block of an image network: convolutions, normalisation over the batch, and a way around.
  private static func imageBlock(_ p: [Tensor], _ images: Tensor, _ key: Tensor) -> Tensor {
    var x = relu(batchNorm(convolution(images, p[0], padding: 1), weight: p[1], bias: p[2]).output)
    let inner = silu(groupNorm(convolution(x, p[3], padding: 1), groups: 2, weight: p[4]))
    x = relu(x + channelDropout(inner, probability: 0.2, key: key))
    return matmul(x.mean([2, 3]), p[5])
  }

  private func run(
    _ device: any Device, _ shapes: [Shape], _ element: ElementType,
    _ loss: ([Tensor], _ key: Tensor) -> Tensor
  ) -> (losses: [Double], parameters: [Double], plans: Int) {
    alone(on: device) {
      Engine.removePlans()
      let parameters = Self.parameters(shapes, element)
      let optimizer = SGD(parameters, learningRate: 0.1, momentum: 0.9)
      let before = Engine.statistics.plans
      let losses = (0..<5).map { step in
        optimizer.step {
          loss(parameters.map { $0.value }, RandomKey(70).split(step).operand)
        }.item
      }
      let plans = Engine.statistics.plans - before
      return (losses, parameters.flatMap { $0.value.doubles }, plans)
    }
  }

  private func check(_ shapes: [Shape], _ loss: ([Tensor], _ key: Tensor) -> Tensor) {
    let oracle = run(ReferenceDevice.shared, shapes, .float64, loss)
    #expect(oracle.losses.min()! < oracle.losses[0])
    for device in testDevices {
      for (element, tolerance) in [(ElementType.float64, 1e-10), (.float32, 2e-3)] {
        let found = run(device, shapes, element, loss)
        let name = "\(element.name) on \(device.name)"
        expectClose(found.losses, oracle.losses, tolerance, "losses, \(name)")
        expectClose(found.parameters, oracle.parameters, tolerance, "parameters, \(name)")
        #expect(found.plans == 1, "\(name)")
      }
    }
  }

  @Test func aLanguageBlockTrainsAlikeEverywhere() {
    let tokens = Tensor((0..<24).map { $0 * 7 % 11 }, shape: [3, 8])
    let targets = Tensor((0..<24).map { ($0 * 7 + 7) % 11 })
    let shapes: [Shape] = [
      [11, 16], [8, 16], [16], [16], [16, 32], [16, 16], [16], [16, 32], [32, 16],
    ]
    check(shapes) { p, key in
      crossEntropy(Self.languageBlock(p, tokens, key).reshaped([24, 11]), targets)
    }
  }

  @Test func anImageBlockTrainsAlikeEverywhere() {
    let images = Tensor.normal([6, 2, 7, 6], key: RandomKey(50), .float64)
    let targets = Tensor([0, 1, 2, 0, 1, 2])
    let shapes: [Shape] = [[4, 2, 3, 3], [4], [4], [4, 4, 3, 3], [4], [4, 3]]
    check(shapes) { p, key in
      crossEntropy(Self.imageBlock(p, images.cast(to: p[0].element), key), targets)
    }
  }
}
