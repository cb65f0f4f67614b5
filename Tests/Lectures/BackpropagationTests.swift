import Adjoint
import AdjointGraph
import Foundation
import Testing

/// The lecture's backpropagation algorithm, written by hand over plain arrays, against the engine.
@Suite struct BackpropagationTests {
  typealias Matrix = [[Double]]

  /// Θ(l) is s(l+1) × (s(l)+1), with the bias in column 0 and a₀ = 1.
  struct Network {
    var theta: [Matrix]

    init(_ sizes: [Int], seed: Int) {
      let key = RandomKey(seed)
      theta = zip(sizes, sizes.dropFirst()).enumerated().map { layer, size in
        (0..<size.1).map { row in
          (0...size.0).map { key.split(layer).normal(at: row * 100 + $0) * 0.7 }
        }
      }
    }

    static func sigmoid(_ z: Double) -> Double { 1 / (1 + exp(-z)) }

    /// Activations of all layers, without the leading 1.
    func forward(_ x: [Double]) -> Matrix {
      var activations = [x]
      for layer in theta {
        let input = [1] + activations[activations.count - 1]
        activations.append(
          layer.map { row in Network.sigmoid(zip(row, input).map { $0 * $1 }.reduce(0, +)) })
      }
      return activations
    }

    /// Δ(l) = 0; for each example: forward; δ(L) = a(L) − y; back; Δᵢⱼ += aⱼ(l) δᵢ(l+1); D = Δ/n + λΘ, for
    /// the bias Δ/n.
    func gradient(_ examples: [(x: [Double], y: [Double])], _ lambda: Double) -> [Matrix] {
      var delta = theta.map { $0.map { $0.map { _ in 0.0 } } }
      for example in examples {
        let a = forward(example.x)
        var error = zip(a[a.count - 1], example.y).map { $0 - $1 }
        for layer in theta.indices.reversed() {
          let input = [1] + a[layer]
          for i in error.indices {
            for j in input.indices { delta[layer][i][j] += input[j] * error[i] }
          }
          error = a[layer].indices.map { i in
            let back = error.indices.map { error[$0] * theta[layer][$0][i + 1] }.reduce(0, +)
            return a[layer][i] * (1 - a[layer][i]) * back
          }
        }
      }
      let n = Double(examples.count)
      return theta.indices.map { l in
        theta[l].indices.map { i in
          theta[l][i].indices.map { j in
            delta[l][i][j] / n + (j == 0 ? 0 : lambda * theta[l][i][j])
          }
        }
      }
    }
  }

  static func sigmoid(_ z: Tensor) -> Tensor { 1 / (1 + exp(-z)) }

  /// The same loss on the engine: (1/n) ΣL + (λ/2) Σ_{j≠0} Θ².
  static func loss(
    _ theta: [Tensor], _ x: Tensor, _ y: Tensor, _ lambda: Double
  ) -> Tensor {
    var a = x
    var penalty = Tensor(0, .float64)
    for layer in theta {
      let width = layer.shape[1] - 1
      let weights = layer.slice(axis: 1, start: 1, length: width)
      let bias = layer.slice(axis: 1, start: 0, length: 1).reshaped([layer.shape[0]])
      a = sigmoid(matmul(a, weights, transposingB: true) + bias)
      penalty = penalty + (weights * weights).sum()
    }
    let errors = y * log(a) + (1 - y) * log(1 - a)
    return -errors.sum() / Double(x.shape[0]) + penalty * (lambda / 2)
  }

  @Test(arguments: [(1, 0.0), (1, 0.1), (4, 0.0), (4, 0.1)])
  func byHandAgainstTheEngine(count: Int, lambda: Double) {
    let network = Network([3, 5, 4, 2], seed: 7)
    let key = RandomKey(3)
    let examples = (0..<count).map { n in
      (
        x: (0..<3).map { key.normal(at: n * 10 + $0) },
        y: (0..<2).map { Double(key.bits(at: 1000 + n * 10 + $0) % 2) }
      )
    }
    let theta = network.theta.map {
      Tensor($0.flatMap { $0 }, shape: [$0.count, $0[0].count], .float64)
    }
    let x = Tensor(examples.flatMap { $0.x }, shape: [count, 3], .float64)
    let y = Tensor(examples.flatMap { $0.y }, shape: [count, 2], .float64)
    let found = gradient(of: Self.loss(theta, x, y, lambda), withRespectTo: theta)
    for (layer, (engine, hand)) in zip(found, network.gradient(examples, lambda)).enumerated() {
      expectClose(engine.doubles, hand.flatMap { $0 }, 1e-14, "layer \(layer)")
    }
  }
}
