// A variational autoencoder of clothes, or of made pictures where Fashion-MNIST is not installed; then new ones.
//   swift run -c release example-autoencoder [STEPS]
import Adjoint

let steps = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 3_000

/// Pictures [N, 784] of numbers from 0 to 1: real ones, or bright bands in ten places.
func pictures() -> Tensor {
  if let real = try? FashionMNIST.load() { return real.images.flattened(from: 1).evaluated() }
  let bands = Tensor((0..<1_000).map { $0 % 10 }).oneHot(10).cast(to: .float32)
  let wide = bands.reshaped([1_000, 1, 10, 1]).interpolated(to: [28, 28], mode: .nearest)
  return (0.9 * wide + 0.1 * .uniform(wide.shape, key: RandomKey(1))).flattened(from: 1).evaluated()
}

/// A row of 784 numbers, drawn.
func drawing(_ row: [Float]) -> String {
  let shades = Array(" .:-=+*#%@")
  return stride(from: 0, to: 28, by: 2).map { y in
    String((0..<28).map { x in shades[Int(min(max(row[y * 28 + x], 0), 0.99) * 10)] })
  }.joined(separator: "\n")
}

let data = pictures()
let net = VariationalAutoencoder([784, 256], code: 16)
let optimizer = Adam(net, learningRate: 0.001)
for step in 1...max(steps, 1) {
  let start = step * 64 % (data.shape[0] - 64)
  let batch = data[start..<(start + 64)].evaluated()
  let loss = optimizer.step { net.loss(batch, weight: 0.5) }
  if step % 500 == 0 || step == steps { print("step \(step)  loss \(loss.item)") }
}
let few = data[0..<256]
print("mean error of what comes back: \(abs(net(few) - few).mean().item)")
print("from a code of chance:")
print(drawing(net.decoder(.normal([1, 16], key: RandomKey(7))).floats))
