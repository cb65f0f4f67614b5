// A U-Net that says of each pixel whether it lies in a disc or a square, or in neither, in noisy made pictures.
//   swift run -c release example-segmentation [STEPS]
import Adjoint

let steps = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 200
let size = 32

/// Pictures [N, 1, 32, 32] with a disc and a square each, and the class of every pixel [N, 32, 32].
func examples(_ count: Int, _ key: RandomKey) -> (images: Tensor, classes: Tensor) {
  let places = Tensor.uniform([4, count, 1, 1], 6, Double(size - 6), key: key.split(0))
  let down = Tensor.iota(size).cast(to: .float32).reshaped([1, size, 1])
  let across = Tensor.iota(size).cast(to: .float32).reshaped([1, 1, size])
  let (y, x) = (down - places[0], across - places[1])
  let (v, u) = (abs(down - places[2]), abs(across - places[3]))
  let isDisc = (y * y + x * x) < 30
  let isSquare = maximum(v, u) < 4
  let zero = Tensor.zeros([count, size, size])
  let classes = select(isSquare, zero + 2, select(isDisc, zero + 1, zero))
  let noise = 0.4 * Tensor.normal([count, size, size], key: key.split(1))
  return ((classes * 0.7 + noise).unsqueezed(1).evaluated(), classes.cast(to: .int64).evaluated())
}

/// Scores [N, 3, 32, 32] as a row of three for each pixel.
func rows(_ scores: Tensor) -> Tensor { scores.transposed([0, 2, 3, 1]).reshaped([-1, 3]) }

let net = UNet(1, 3, width: 8, levels: 2)
let optimizer = Adam(net, learningRate: 0.005)
for step in 1...max(steps, 1) {
  let (images, classes) = examples(16, RandomKey(step))
  let loss = optimizer.step { crossEntropy(rows(net(images)), classes.flattened()) }
  if step % 50 == 0 || step == steps { print("step \(step)  loss \(loss.item)") }
}
let (images, classes) = examples(64, RandomKey(-1))
let said = rows(net(images)).argmax(1)
let right = equal(said, classes.flattened()).cast(to: .float32).mean().item
print("pixels that are right: \(right)")
