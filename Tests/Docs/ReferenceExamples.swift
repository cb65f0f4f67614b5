// swift-format-ignore-file
// The documentation's examples, line by line, so that they compile and run.
import Adjoint

func overviewExample() {
    let w = Parameter(Tensor.normal([3], key: RandomKey(0)))
    let x = Tensor([[1.0, 2, 3], [4, 5, 6]])
    let optimizer = SGD([w], learningRate: 0.01)
    let loss = optimizer.step {
      let error = matmul(x, w.value) - Tensor([1.0, 2])
      return (error * error).mean()
    }
    _ = loss.item
}

func tensorExamples() {
    let a = Tensor([[1.0, 2], [3, 4]])
    let b = Tensor.ones([2], .float64)
    let noise = Tensor.normal([2, 2], key: RandomKey(7))
    let order = Tensor([2, 0, 1])
    let rows = a[0]
    let column = a[.all, -1]
    let large = a[a > 1.5]
    let total = (a * noise).sum().item
    let numbers = a.transposed.floats
    do {
      _ = try checked { matmul(a, Tensor.ones([3, 3])) }
    } catch {
      print("refused: \(error)")
    }
    _ = (b, order, rows, column, large, total, numbers)
}

func differentiationExamples() throws {
    let x = Tensor([0.5, 1.5])
    let y = (sin(x) * exp(x)).sum()
    let slope = gradient(of: y, withRespectTo: x)
    let curvature = gradient(of: slope.sum(), withRespectTo: x)
    let f: (Tensor) -> Tensor = { sin($0) * $0 }
    let (value, along) = valueAndDerivative(f, at: x, along: Tensor([1.0, 0]))
    let whole = jacobian(of: f, at: x, mode: .forward)
    let bend = hessianVector(of: { f($0).sum() }, at: x, along: Tensor([1.0, 0]))
    let examples = Tensor.normal([8, 2], key: RandomKey(1))
    let each = vmap({ gradient(of: f($0).sum(), withRespectTo: $0) }, examples)
    let clipped = withGradient([x], of: { $0[0] * $0[0] }) { inputs, output, upstream in
      [clamp(upstream * 2 * inputs[0], -1, 1)]
    }
    let block = recomputed(x) { tanh($0) * $0 }
    try checkGradients(of: { f($0[0]).sum() }, at: [x.cast(to: .float64)])
    _ = (curvature, value, along, whole, bend, each, clipped, block)
}

func trainingExamples() {
    struct Unit: Module {
      let layer = Linear(2, 1)
      func forward(_ x: Tensor) -> Tensor { sigmoid(layer(x)) }
    }
    let unit = Unit()
    let optimizer = Adam(unit, learningRate: 0.05)
    let inputs = Tensor([[0.0, 0], [0, 1], [1, 0], [1, 1]])
    let targets = Tensor([[0.0], [0], [0], [1]])
    for _ in 0..<200 {
      let loss = optimizer.step { meanSquaredError(unit(inputs), targets) }
      print(loss.item)
    }
}
