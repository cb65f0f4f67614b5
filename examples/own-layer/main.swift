// A layer of one's own: what it holds are cells, what it does is `forward`; gradients, names and files follow.
//   swift run -c release example-own-layer [STEPS]
import Adjoint

/// y = x · (1 + tanh(x W)): every number is turned up or down by what the others say.
struct Gate: Module {
  let weight: Parameter

  init(_ size: Int) { weight = Parameter(.normal([size, size], key: RandomKey(7)) * 0.1) }

  func forward(_ x: Tensor) -> Tensor { x * (1 + tanh(matmul(x, weight.value))) }
}

struct Net: Module {
  let first = Linear(2, 16), gate = Gate(16), last = Linear(16, 1)

  func forward(_ x: Tensor) -> Tensor { last(gate(tanh(first(x)))) }
}

let steps = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 1_000
let net = Net()
print("parameters:", net.parameters.map { $0.name }.joined(separator: ", "))

// The product of two numbers, which no sum of them is.
let x = Tensor.uniform([256, 2], -1, 1, key: RandomKey(1)).evaluated()
let y = (x[0..., 0] * x[0..., 1]).unsqueezed(1).evaluated()
let optimizer = Adam(net, learningRate: 0.01)
for step in 1...max(steps, 1) {
  let loss = optimizer.step { meanSquaredError(net(x), y) }
  if step % 200 == 0 || step == steps { print("step \(step)  loss \(loss.item)") }
}
