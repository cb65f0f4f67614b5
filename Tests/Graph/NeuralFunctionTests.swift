import Adjoint
import AdjointGraph
import AdjointReference
import AdjointRuntime
import Testing

/// A function of several tensors, made of others: its inputs, which of them are given batches, and how it goes.
struct NeuralCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let row: OperationRow

  init(
    _ name: String, _ inputs: [(Shape, Fill)], _ apply: @escaping @Sendable ([Tensor]) -> Tensor
  ) {
    testDescription = name
    row = OperationRow(name, inputs, apply)
  }
}

private typealias Case = NeuralCase

let neuralCases: [NeuralCase] = normCases + attentionCases + otherCases

private let normCases: [NeuralCase] = [
  Case("layerNorm", [([3, 5], .normal), ([5], .normal), ([5], .normal)]) {
    layerNorm($0[0], weight: $0[1], bias: $0[2])
  },
  Case("layerNorm, two axes", [([2, 3, 4], .normal), ([3, 4], .normal)]) {
    layerNorm($0[0], axes: [1, 2], weight: $0[1], epsilon: 1e-3)
  },
  Case("layerNorm, first axis", [([4, 3], .normal), ([4], .normal), ([4], .normal)]) {
    layerNorm($0[0], axes: [0], weight: $0[1], bias: $0[2])
  },
  Case("layerNorm, plain", [([2, 6], .normal)]) { layerNorm($0[0]) },
  Case("rmsNorm", [([3, 5], .normal), ([5], .normal)]) { rmsNorm($0[0], weight: $0[1]) },
  Case("rmsNorm, two axes", [([2, 3, 2], .normal)]) {
    rmsNorm($0[0], axes: [-2, -1], epsilon: 1e-2)
  },
  Case("groupNorm", [([2, 4, 3], .normal), ([4], .normal), ([4], .normal)]) {
    groupNorm($0[0], groups: 2, weight: $0[1], bias: $0[2])
  },
  Case("groupNorm of images", [([2, 6, 2, 3], .normal), ([6], .normal)]) {
    groupNorm($0[0], groups: 3, weight: $0[1])
  },
  Case("instanceNorm", [([2, 3, 2, 3], .normal), ([3], .normal), ([3], .normal)]) {
    instanceNorm($0[0], weight: $0[1], bias: $0[2])
  },
  Case("batchNorm", [([5, 3], .normal), ([3], .normal), ([3], .normal)]) {
    batchNorm($0[0], weight: $0[1], bias: $0[2]).output
  },
  Case("batchNorm of images", [([2, 3, 2, 2], .normal), ([3], .normal), ([3], .normal)]) {
    let (output, mean, variance) = batchNorm($0[0], weight: $0[1], bias: $0[2])
    return output * variance.reshaped([3, 1, 1]) + mean.reshaped([3, 1, 1])
  },
  Case(
    "batchNorm, inference",
    [
      ([2, 3, 2, 2], .normal), ([3], .normal), ([3], .positive), ([3], .normal), ([3], .normal),
    ]
  ) { batchNorm($0[0], mean: $0[1], variance: $0[2], weight: $0[3], bias: $0[4]) },
]

private let attentionCases: [NeuralCase] = [
  Case("attention", [([3, 4], .normal), ([5, 4], .normal), ([5, 2], .normal)]) {
    scaledDotProductAttention($0[0], $0[1], $0[2])
  },
  Case(
    "attention, causal",
    [([2, 2, 4, 3], .normal), ([2, 2, 4, 3], .normal), ([2, 2, 4, 3], .normal)]
  ) { scaledDotProductAttention($0[0], $0[1], $0[2], causal: true, scale: 0.7) },
  Case(
    "attention, mask",
    [
      ([2, 2, 3], .normal), ([4, 3], .normal), ([1, 4, 3], .normal),
      ([2, 4], .flags([true, false, true, true, false, false, false, false])),
    ]
  ) { scaledDotProductAttention($0[0], $0[1], $0[2], mask: $0[3]) },
  Case(
    "attention, added mask",
    [([2, 3], .normal), ([4, 3], .normal), ([4, 3], .normal), ([2, 4], .normal)]
  ) { scaledDotProductAttention($0[0], $0[1], $0[2], mask: $0[3], causal: true) },
  Case(
    "attention, grouped queries",
    [([2, 4, 3, 2], .normal), ([2, 2, 5, 2], .normal), ([2, 2, 5, 3], .normal)]
  ) { scaledDotProductAttention($0[0], $0[1], $0[2], causal: true) },
  Case(
    "attention, one head of keys",
    [([4, 3, 2], .normal), ([1, 5, 2], .normal), ([1, 5, 3], .normal)]
  ) { scaledDotProductAttention($0[0], $0[1], $0[2]) },
  Case(
    "attention, dropout",
    [([2, 3], .normal), ([4, 3], .normal), ([4, 3], .normal), ([], .indices([17]))]
  ) {
    scaledDotProductAttention(
      $0[0], $0[1], $0[2], dropoutProbability: 0.4, dropoutKey: $0[3])
  },
]

private let otherCases: [NeuralCase] = [
  Case("embedding", [([2, 3], .indices([0, 4, 1, 1, 2, 0])), ([5, 4], .normal)]) {
    embedding($0[0], $0[1])
  },
  Case("gelu and its like", [([7], .normal)]) {
    gelu($0[0]) + geluTanh($0[0]) * silu($0[0]) + mish($0[0])
  },
  Case("norm", [([3, 4], .normal)]) { $0[0].norm(2, [1]) + $0[0].norm(3, [1]) },
  Case("dropout", [([3, 4], .normal), ([], .indices([5]))]) {
    dropout($0[0], probability: 0.3, key: $0[1])
  },
]

/// Every function made of others: engines agree, both orders of the gradient match differences, forward mode
/// reverse mode, batches loops, views of other memory the same elements in their own.
@Suite struct NeuralFunctionTests {
  @Test(arguments: neuralCases) func isProven(given: NeuralCase) {
    var proof = Proof(Barrier.shared, [])
    proof.check(given.row)
    for kind in [ProofKind.value, .derivative, .secondOrder, .forward, .batch, .empty, .type] {
      #expect(proof.counts[kind, default: 0] > 0, "\(given.row): no check of \(kind.rawValue)")
    }
  }

  /// What is a region gives the same when its body stands in its place, gradients too.
  @Test(arguments: neuralCases) func regionsWholeAndInlinedAgree(given: NeuralCase) {
    for device in testDevices {
      Devices.with(device) {
        let inputs = given.row.makeInputs(.float64)
        let floating = given.row.floatingInputs(inputs).map { inputs[$0] }
        func slopes(_ y: Tensor) -> [[Double]] {
          [y.doubles]
            + gradients(of: (y * y).sum(), withRespectTo: floating).map { $0?.doubles ?? [] }
        }
        let whole = given.row.apply(inputs)
        guard let region = whole.node.operation.asRegion else { return }
        let parts = (0..<whole.node.inputCount).map { Tensor(whole.node.input($0)) }
        for (a, b) in zip(slopes(whole), slopes(region.body(parts))) {
          expectClose(a, b, 1e-13, "\(given.testDescription) on \(device.name)")
        }
      }
    }
  }

  @Test func compositesAreRegions() {
    let regions = neuralCases.filter { given in
      let whole = given.row.apply(given.row.makeInputs(.float64))
      return whole.node.operation.asRegion != nil
    }
    #expect(regions.count >= 17)
  }

  /// A mean of a thousand deviations costs float32 three digits of seven, not all.
  @Test func variancesAreStable() {
    let noise = Tensor.normal([4, 256], key: RandomKey(1))
    let exact = layerNorm(noise.cast(to: .float64) + 4096, epsilon: 0).doubles
    for device in testDevices {
      Devices.with(device) {
        let shifted = noise + 4096
        expectClose(layerNorm(shifted, epsilon: 0).doubles, exact, 2e-3, device.name)
        let columns = batchNorm(shifted.transposed, epsilon: 0).output.transposed
        expectClose(columns.doubles, exact, 2e-3, device.name)
        expectClose(
          groupNorm(shifted.reshaped([4, 8, 32]), groups: 1, epsilon: 0).doubles, exact, 2e-3,
          device.name)
      }
    }
  }

  @Test func runningStatisticsAreThoseOfTheBatch() {
    let x = Tensor([1, 10, 3, 20, 8, 60], shape: [3, 2], .float64)
    let (_, mean, variance) = batchNorm(x)
    #expect(mean.doubles == [4, 30])
    expectClose(variance.doubles, [13, 700], 1e-14, "unbiased")
  }
}
