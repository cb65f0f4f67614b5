// Trains LeNet on Fashion-MNIST, or on made pictures where that is not installed.
//   swift run -c release example-network [STEPS]
import Adjoint

let steps = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 2_000

/// Pictures and their classes: real ones, or noise that is brighter in one of ten bands.
func pictures() throws -> (images: Tensor, labels: Tensor) {
  if let real = try? FashionMNIST.load() { return real }
  let labels = (0..<1_000).map { $0 % 10 }
  let bands = Tensor(labels).oneHot(10).cast(to: .float32).reshaped([1_000, 1, 10, 1])
  let noise = Tensor.uniform([1_000, 1, 28, 28], key: RandomKey(1))
  return (noise + bands.interpolated(to: [28, 28], mode: .nearest), Tensor(labels))
}

let (images, labels) = try pictures()
let data = try TensorDataset(inputs: images, targets: labels)
let (training, validation) = try data.split(0.9)

let net = LeNet()
let trainer = Trainer(
  net, optimizer: Adam(net, learningRate: 0.001), loss: crossEntropy, metrics: [Accuracy()])
let loader = Loader(training, batchSize: 64)
var done = 0
while done < steps {
  for batch in loader {
    let loss = trainer.optimizer.step { crossEntropy(net(batch.input), batch.target) }
    done += 1
    if done % 100 == 0 || done == steps { print("step \(done)  loss \(loss.item)") }
    if done == steps { break }
  }
}
let scores = try trainer.evaluate(Loader(validation, batchSize: 256, shuffling: false))
print("validation accuracy \(scores["accuracy"] ?? 0)")
