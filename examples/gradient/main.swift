// Derivatives of a plain function: the gradient, its own gradient, and a descent by hand.
//   swift run -c release example-gradient [STEPS]
import Adjoint

/// Rosenbrock's valley, least at (1, 1).
func valley(_ x: Tensor, _ y: Tensor) -> Tensor {
  let (a, b) = (1 - x, y - x * x)
  return a * a + 100 * b * b
}

var (x, y) = (Tensor(-1.0), Tensor(0.5))
let value = valley(x, y)
let slopes = gradient(of: value, withRespectTo: [x, y])
let curvature = gradient(of: slopes[0], withRespectTo: [x])[0]
print("f(-1, 0.5) = \(value.item), slopes \(slopes.map { $0.item }), d²f/dx² = \(curvature.item)")

let steps = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 5_000
for step in 1...max(steps, 1) {
  let down = gradient(of: valley(x, y), withRespectTo: [x, y])
  x = Tensor((x - 0.001 * down[0]).item)
  y = Tensor((y - 0.001 * down[1]).item)
  if step % 1_000 == 0 || step == steps {
    print("step \(step)  at (\(x.item), \(y.item))  value \(valley(x, y).item)")
  }
}
