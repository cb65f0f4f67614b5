import Adjoint
import AdjointGraph
import AdjointRuntime
import Foundation
import Testing

/// The differentiation toolbox: products, Jacobians, Hessians, higher orders, own rules, recomputation.
@Suite struct DerivativeTests {
  static let x = Tensor.normal([4], key: RandomKey(1), .float64)
  static let a = Tensor.normal([3, 4], key: RandomKey(2), .float64)

  static func vector(_ x: Tensor) -> Tensor {
    tanh(matmul(a, x.reshaped([4, 1])).reshaped([3])) * exp(x.sum())
  }
  static func scalar(_ x: Tensor) -> Tensor { (vector(x) * vector(x)).sum() + sin(x).sum() }

  @Test func jacobianByReverseAndForward() {
    let reverse = jacobian(of: Self.vector, at: Self.x)
    let forward = jacobian(of: Self.vector, at: Self.x, mode: .forward)
    #expect(reverse.shape == [3, 4])
    expectClose(forward.doubles, reverse.doubles, 1e-13, "both modes")
    for row in 0..<3 {
      let slope = gradient(
        of: Self.vector(Self.x).slice(start: row, length: 1).sum(), withRespectTo: Self.x)
      expectClose(
        reverse.slice(start: row, length: 1).doubles, slope.doubles, 1e-13, "row \(row)")
    }
  }

  @Test func jacobiansOfMatrices() {
    let m = Tensor.normal([2, 3], key: RandomKey(4), .float64)
    let f = { (m: Tensor) in matmul(m, m, transposingB: true) }
    let (reverse, forward) = (
      jacobian(of: f, at: m), jacobian(of: f, at: m, mode: .forward)
    )
    #expect(reverse.shape == [2, 2, 2, 3])
    expectClose(forward.doubles, reverse.doubles, 1e-13, "rank 4")
  }

  @Test func hessianAndItsProducts() {
    let h = hessian(of: Self.scalar, at: Self.x)
    #expect(h.shape == [4, 4])
    expectClose(h.doubles, h.transposed.doubles, 1e-10, "symmetric")
    let v = Tensor.normal([4], key: RandomKey(9), .float64)
    let product = hessianVector(of: Self.scalar, at: Self.x, along: v)
    expectClose(
      product.doubles, matmul(h, v.reshaped([4, 1])).doubles, 1e-10, "Hessian times vector")
    let slope = { (x: Tensor) in gradient(of: Self.scalar(x), withRespectTo: x) }
    for place in 0..<4 {
      let difference = centralDifference(
        of: { slope($0).slice(start: place, length: 1).sum() }, at: Self.x, along: v)
      expectClose(
        [product.doubles[place]], [difference], 1e-7, "differences of the gradient, \(place)")
    }
  }

  @Test func aHessianVectorProductOfAThreeLayerNetwork() {
    alone {
      let net = MLP([5, 6, 7, 3], activation: { tanh($0) }, .float64)
      let x = Tensor.normal([8, 5], key: RandomKey(1), .float64)
      let y = Tensor((0..<8).map { $0 % 3 })
      let bias = net.layers[0].bias!.value
      let f = { (w: Tensor) in
        var h = tanh(matmul(x, w, transposingB: true) + bias)
        h = tanh(net.layers[1](h))
        return crossEntropy(net.layers[2](h), y)
      }
      let w = net.layers[0].weight.value
      let v = Tensor.normal(w.shape, key: RandomKey(5), .float64)
      let product = hessianVector(of: f, at: w, along: v)
      let probe = Tensor.normal(w.shape, key: RandomKey(6), .float64)
      let difference = centralDifference(
        of: { (gradient(of: f($0), withRespectTo: $0) * probe).sum() }, at: w, along: v)
      expectClose([(product * probe).sum().item], [difference], 1e-8, "along a probe")
    }
  }

  /// The third derivative of sin(x)·exp(x) is 2eˣ(cos x − sin x)... and so on by the product rule.
  @Test func thirdDerivative() {
    let x = Tensor([0.3, -1.2, 2.0], .float64)
    var y = sin(x) * exp(x)
    for _ in 0..<3 { y = gradient(of: y.sum(), withRespectTo: x) }
    let exact = [0.3, -1.2, 2.0].map {
      2 * Foundation.exp($0) * (Foundation.cos($0) - Foundation.sin($0))
    }
    expectClose(y.doubles, exact, 1e-12, "2eˣ(cos x − sin x)")
  }

  @Test func perExampleGradients() {
    alone {
      let net = Linear(3, 2, .float64)
      let x = Tensor.normal([5, 3], key: RandomKey(1), .float64)
      let f = { (x: Tensor) in tanh(net(x.reshaped([1, 3]))).sum() }
      let batched = vmap({ gradient(of: f($0), withRespectTo: net.weight.value) }, x)
      #expect(batched.shape == [5, 2, 3])
      let loop = (0..<5).flatMap { place in
        let example = x.slice(start: place, length: 1).reshaped([3])
        return gradient(of: f(example), withRespectTo: net.weight.value).doubles
      }
      expectClose(batched.doubles, loop, 1e-13, "vmap of gradient against a loop")
    }
  }

  @Test func checkingGradients() throws {
    try checkGradients(of: { ($0[0] * sin($0[1])).sum() }, at: [Self.x, Self.x * 2])
    let wrong = { (x: [Tensor]) in (x[0] * x[0].detached).sum() }
    let error = #expect(throws: GradientMismatch.self) {
      try checkGradients(of: wrong, at: [Self.x])
    }
    #expect(error?.input == 0)
  }

  @Test func aRuleOfOnesOwn() throws {
    // The gradient of a rounding, straight through.
    let steep = { (x: Tensor) in
      withGradient([x], of: { $0[0] * $0[0] }, gradient: { _, _, upstream in [upstream * 10] })
    }
    let y = steep(Self.x).sum()
    expectClose(y.doubles, [(Self.x * Self.x).sum().item], 1e-15, "the value")
    #expect(gradient(of: y, withRespectTo: Self.x).doubles == [10, 10, 10, 10])
    let right = { (x: [Tensor]) in
      withGradient(x, of: { exp($0[0]) * $0[1] }) { inputs, output, upstream in
        [upstream * output, upstream * exp(inputs[0])]
      }.sum()
    }
    try checkGradients(of: right, at: [Self.x, Self.x + 1])
    let twice = { (x: [Tensor]) in gradient(of: right(x), withRespectTo: x[0]).sum() }
    try checkGradients(of: twice, at: [Self.x, Self.x + 1])
  }

  @Test func recomputationSparesMemoryAndKeepsEveryBit() {
    for device in testDevices {
      alone(on: device) {
        Initialization.seed(1)
        let layers = (0..<12).map { _ in (Linear(64, 256), Linear(256, 64)) }
        let x = Tensor.normal([128, 64], key: RandomKey(1))
        let block = { (pair: (Linear, Linear), x: Tensor) in x + pair.1(tanh(pair.0(x))) * 0.5 }
        func run(_ again: Bool) -> (bits: [[UInt32]], bytes: Int) {
          var h = x
          for pair in layers {
            h = again ? recomputed(h) { block(pair, $0) } : block(pair, h)
          }
          let loss = (h * h).mean()
          let parameters = layers.flatMap { $0.0.parameters + $0.1.parameters }
          let slopes = gradient(of: loss, withRespectTo: parameters)
          try? Engine.evaluate([loss] + slopes)
          let bytes = Engine.statistics.intermediateBytes
          return (([loss] + slopes).map { $0.floats.map { $0.bitPattern } }, bytes)
        }
        let (kept, again) = (run(false), run(true))
        #expect(kept.bits == again.bits, "on \(device.name)")
        #expect(
          Double(again.bytes) < 0.6 * Double(kept.bytes),
          "\(kept.bytes) and \(again.bytes) bytes on \(device.name)")
      }
    }
  }

  @Test func recomputedBlocksAreOnePlanAndHoldNoParameters() {
    alone {
      Engine.removePlans()
      let (a, b) = (Linear(8, 8), Linear(8, 1))
      let optimizer = SGD(a.parameters + b.parameters, learningRate: 0.01)
      let x = Tensor.normal([4, 8], key: RandomKey(2))
      let before = Engine.statistics
      for step in 0..<20 {
        optimizer.step { b(recomputed(x) { tanh(a($0)) * Double(step + 1) }).mean() }
      }
      let now = Engine.statistics
      #expect(now.plans - before.plans == 1)
      #expect(now.reusedBuffers - before.reusedBuffers == 20 * 4)
    }
  }
}
