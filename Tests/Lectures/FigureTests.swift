import Adjoint
import AdjointGraph
import Foundation
import Testing

/// Figures that lectures print, to full double precision. The traced expressions are in `TraceTests`.
@Suite struct FigureTests {
  private func double(_ values: [Double]) -> Tensor { Tensor(values, .float64) }

  @Test func softmaxAndItsLoss() {
    let z = [3.2, 5.1, -1.7]
    let exponentials = z.map { Foundation.exp($0) }
    let total = exponentials.reduce(0, +)
    expectClose(exponentials, [24.53, 164.02, 0.18], 5e-3, "as printed")
    let found = exp(double(z))
    expectClose(found.doubles, exponentials, 1e-15, "exponentials")
    expectClose(
      (found / found.sum()).doubles, exponentials.map { $0 / total }, 1e-15, "probabilities")
    let loss = crossEntropy(double(z).reshaped([1, 3]), Tensor([0]))
    expectClose([loss.item], [-Foundation.log(exponentials[0] / total)], 1e-15, "the loss")
    expectClose([loss.item], [2.04036], 5e-6, "as printed")
  }

  /// wⱼ += 2α Σᵢ δᵢ xᵢⱼ, δᵢ = yᵢ − wᵀxᵢ.
  @Test func leastSquaresByGradientDescent() {
    let (x, y, w) = ([[1.0, 2], [3, -1], [0.5, 4]], [1.0, 2, 3], [0.3, -0.7])
    let alpha = 0.01
    var expected = w
    for j in 0..<2 {
      for i in 0..<3 {
        let delta = y[i] - (w[0] * x[i][0] + w[1] * x[i][1])
        expected[j] += 2 * alpha * delta * x[i][j]
      }
    }
    let parameter = Parameter(Tensor(w, shape: [2, 1], .float64))
    let inputs = Tensor(x.flatMap { $0 }, shape: [3, 2], .float64)
    let optimizer = SGD([parameter], learningRate: alpha)
    optimizer.step {
      let error = Tensor(y, shape: [3, 1], .float64) - matmul(inputs, parameter.value)
      return (error * error).sum()
    }
    expectClose(parameter.value.doubles, expected, 1e-15, "one step")
  }

  /// wⱼ += 2α Σᵢ δᵢ σᵢ(1−σᵢ) xᵢⱼ, δᵢ = yᵢ − σᵢ.
  @Test func leastSquaresThroughASigmoid() {
    let (x, y, w) = ([[1.0, 2], [3, -1], [0.5, 4]], [1.0, 0, 1], [0.3, -0.7])
    let alpha = 0.1
    var expected = w
    for j in 0..<2 {
      for i in 0..<3 {
        let s = 1 / (1 + Foundation.exp(-(w[0] * x[i][0] + w[1] * x[i][1])))
        expected[j] += 2 * alpha * (y[i] - s) * s * (1 - s) * x[i][j]
      }
    }
    let parameter = Parameter(Tensor(w, shape: [2, 1], .float64))
    let inputs = Tensor(x.flatMap { $0 }, shape: [3, 2], .float64)
    let optimizer = SGD([parameter], learningRate: alpha)
    optimizer.step {
      let s = BackpropagationTests.sigmoid(matmul(inputs, parameter.value))
      let error = Tensor(y, shape: [3, 1], .float64) - s
      return (error * error).sum()
    }
    expectClose(parameter.value.doubles, expected, 1e-15, "one step")
  }

  /// −log(1/(1+exp(−w·x))) and its gradient −x (1 − σ(w·x)).
  @Test func logisticRegressionAsAGraph() {
    let (w, x) = (double([0.5, -1.5, 2]), double([1, 2, 0.3]))
    let loss = -log(1 / (1 + exp(-(w * x).sum())))
    let z = 0.5 - 3 + 0.6
    let s = 1 / (1 + Foundation.exp(-z))
    expectClose([loss.item], [-Foundation.log(s)], 1e-15, "the loss")
    expectClose(
      gradient(of: loss, withRespectTo: w).doubles, [1, 2, 0.3].map { -$0 * (1 - s) }, 1e-15,
      "its gradient")
  }

  /// Without a non-linearity two layers are one: w̃₀ = w²₀₁ + w¹₀₁w²₁₁ + w¹₀₂w²₂₁, w̃ⱼ = w¹ⱼ₁w²₁₁ + w¹ⱼ₂w²₂₁.
  @Test func linearLayersCollapse() {
    let first = [[0.2, -0.4], [1.5, 0.3], [-0.7, 0.9]]  // rows: bias, x₁, x₂; columns: two units
    let second = [0.1, 2.0, -1.0]  // bias, then one weight a unit
    var collapsed = (0..<3).map { first[$0][0] * second[1] + first[$0][1] * second[2] }
    collapsed[0] += second[0]
    let x = Tensor.normal([5, 2], key: RandomKey(1), .float64)
    let weights = Tensor(first.dropFirst().flatMap { $0 }, shape: [2, 2], .float64)
    let hidden = matmul(x, weights) + double(first[0])
    let deep = matmul(hidden, Tensor([2.0, -1], shape: [2, 1], .float64)) + 0.1
    let flat =
      matmul(x, Tensor(Array(collapsed[1...]), shape: [2, 1], .float64)) + collapsed[0]
    expectClose(deep.doubles, flat.doubles, 1e-15, "five points")
  }
}
