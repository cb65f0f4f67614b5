import Adjoint
import AdjointCPU
import AdjointGraph
import AdjointRuntime
import Testing

/// What the backward pass asks of the forward pass's groups is computed again where that is cheaper than memory.
@Suite struct RecomputationTests {
  /// Bytes of intermediate values of the gradient of an activation between two products, in matrices of `size`.
  private func intermediateBytes(
    _ rows: Int, computingAgainFrom count: Int, _ activation: (Tensor) -> Tensor
  ) throws -> Int {
    let x = Tensor.normal([rows, 64], key: RandomKey(1)).evaluated()
    let weights = [[64, 256], [256, 32], [256]].enumerated().map { index, shape in
      Parameter(Tensor.normal(Shape(shape), key: RandomKey(2 + index)).evaluated())
    }
    return try alone {
      Engine.removePlans()
      let usual = Recomputation.fewestElements
      Recomputation.fewestElements = count
      defer { Recomputation.fewestElements = usual }
      let hidden = activation(matmul(x, weights[0].value) + weights[2].value)
      let loss = matmul(hidden, weights[1].value).sum()
      try Engine.evaluate([loss] + gradient(of: loss, withRespectTo: weights))
      return Engine.statistics.intermediateBytes
    }
  }

  @Test func activationsAreNotKept() throws {
    let matrix = 1024 * 256 * 4
    for activation in [geluTanh, gelu, silu, mish] {
      let kept = try intermediateBytes(1024, computingAgainFrom: .max, activation)
      let again = try intermediateBytes(1024, computingAgainFrom: 32_768, activation)
      // The product, what the activation makes of it, and its gradient; of mish also its dearest part.
      #expect(again < 9 * matrix / 2, "\(again) bytes of matrices of \(matrix)")
      #expect(kept > again + matrix, "\(kept) bytes where all is kept, \(again) where it is not")
    }
  }

  @Test func smallOnesAreKept() throws {
    let small = try intermediateBytes(64, computingAgainFrom: 32_768, gelu)
    #expect(try small == intermediateBytes(64, computingAgainFrom: .max, gelu))
  }

  /// Batch norm's normalised values and relu's masks come from what the convolutions keep anyway.
  @Test func normalisationsReadWhatIsThere() throws {
    let x = Tensor.normal([16, 8, 32, 32], key: RandomKey(1)).evaluated()
    let kernels = (0..<3).map {
      Parameter(Tensor.normal([8, 8, 3, 3], key: RandomKey($0)).evaluated())
    }
    let scale = Parameter(.ones([8]))
    func run(_ count: Int) throws -> (bytes: Int, gradients: [[Double]]) {
      try alone {
        Engine.removePlans()
        let usual = Recomputation.fewestElements
        Recomputation.fewestElements = count
        defer { Recomputation.fewestElements = usual }
        let y = kernels.reduce(x) {
          relu(batchNorm(convolution($0, $1.value, padding: 1), weight: scale.value).output)
        }
        let found = gradient(of: (y * y).sum(), withRespectTo: kernels + [scale])
        try Engine.evaluate(found)
        return (Engine.statistics.intermediateBytes, found.map { $0.doubles })
      }
    }
    let (kept, again) = (try run(.max), try run(32_768))
    #expect(again.bytes < kept.bytes)
    #expect(again.gradients == kept.gradients)
  }
}
