import Adjoint
import AdjointCPU
import AdjointGraph
import AdjointReference
import AdjointRuntime
import Testing

/// Normalisations, attention, embeddings, recurrences and activations against values stored from PyTorch
/// (tools/parity/composite_values.py).
@Suite struct CompositeValueTests {
  static let cases = ValueTests.load("composite_values.json")

  @Test func thereAreCasesOfEveryKind() {
    #expect(Self.cases.count >= 120)
    #expect(Set(Self.cases.map { $0.kind }) == Set(Self.functions.keys))
  }

  @Test func forwardAndGradient() throws {
    let devices: [any Device] = [ReferenceDevice.shared, CPUDevice.shared]
    for test in Self.cases {
      let function = try #require(Self.functions[test.kind], "no function \(test.kind)")
      for device in devices {
        alone(on: device) { ValueTests().check(test, function, device.name) }
      }
    }
    print("values from PyTorch: \(Self.cases.count) composite cases, forward and gradient")
  }

  static let functions = normalizations.merging(attention) { $1 }.merging(recurrences) { $1 }
    .merging(activations) { $1 }

  typealias Function = @Sendable ([Tensor], [Int]) -> Tensor

  static let normalizations: [String: Function] = [
    "layerNorm": { x, p in
      layerNorm(
        x[0], axes: (0..<p[0]).map { -1 - $0 }, weight: x.count > 1 ? x[1] : nil,
        bias: x.count > 2 ? x[2] : nil)
    },
    "rmsNorm": { x, p in
      rmsNorm(x[0], axes: (0..<p[0]).map { -1 - $0 }, weight: x.count > 1 ? x[1] : nil)
    },
    "groupNorm": { x, p in groupNorm(x[0], groups: p[0], weight: x[1], bias: x[2]) },
    "instanceNorm": { x, _ in instanceNorm(x[0], weight: x[1], bias: x[2]) },
    "batchNorm": { x, _ in
      x.count > 1 ? batchNorm(x[0], weight: x[1], bias: x[2]).output : batchNorm(x[0]).output
    },
    "runningStatistics": { x, _ in
      let (output, mean, variance) = batchNorm(x[0])
      return stacked([mean.detached, variance.detached]) + output.sum() * 0
    },
    "batchNormInference": { x, _ in
      batchNorm(x[0], mean: x[1], variance: x[2], weight: x[3], bias: x[4])
    },
  ]

  static let attention: [String: Function] = [
    "attention": { x, p in
      scaledDotProductAttention(
        x[0], x[1], x[2], causal: p[0] == 1, scale: p.count > 1 ? Double(p[1]) / 10 : nil)
    },
    "maskedAttention": { x, _ in
      scaledDotProductAttention(x[0], x[1], x[2], mask: greater(x[3], .literal(0, .int64)))
    },
    "biasedAttention": { x, _ in scaledDotProductAttention(x[0], x[1], x[2], mask: x[3]) },
    "embedding": { x, p in embedding(x[1], x[0], paddingIndex: p[0] == -100 ? nil : p[0]) },
  ]

  /// One layer over time: x [T, N, D], states [1, N, H], then weights and biases of input and state.
  private static func recurrence(
    _ x: [Tensor], states: Int,
    _ step: @escaping (_ input: Tensor, _ state: Tensor, _ before: [Tensor]) -> [Tensor]
  ) -> Tensor {
    let weights = Array(x.suffix(4))
    let start = x[1..<(1 + states)].map { $0.squeezed(0) }
    let (last, all) = scan(start, over: [x[0]]) { before, now in
      let input = matmul(now[0], weights[0], transposingB: true) + weights[2]
      let state = matmul(before[0], weights[1], transposingB: true) + weights[3]
      let next = step(input, state, before)
      return (next, [next[0]])
    }
    return concatenated((all + last).map { $0.reshaped([-1]) })
  }

  static let recurrences: [String: Function] = [
    "rnn": { x, _ in recurrence(x, states: 1) { input, state, _ in [tanh(input + state)] } },
    "gru": { x, _ in
      recurrence(x, states: 1) { input, state, before in
        let (a, b) = (input.chunked(3, axis: 1), state.chunked(3, axis: 1))
        let (reset, keep) = (sigmoid(a[0] + b[0]), sigmoid(a[1] + b[1]))
        let new = tanh(a[2] + reset * b[2])
        return [new + keep * (before[0] - new)]
      }
    },
    "lstm": { x, _ in
      recurrence(x, states: 2) { input, state, before in
        let gates = (input + state).chunked(4, axis: 1)
        let memory = sigmoid(gates[1]) * before[1] + sigmoid(gates[0]) * tanh(gates[2])
        return [sigmoid(gates[3]) * tanh(memory), memory]
      }
    },
  ]

  static let activations: [String: Function] = [
    "gelu": { x, _ in gelu(x[0]) }, "geluTanh": { x, _ in geluTanh(x[0]) },
    "silu": { x, _ in silu(x[0]) }, "mish": { x, _ in mish(x[0]) },
    "softplus": { x, _ in softplus(x[0]) }, "logSigmoid": { x, _ in logSigmoid(x[0]) },
    "elu": { x, _ in elu(x[0]) }, "selu": { x, _ in selu(x[0]) }, "celu": { x, _ in celu(x[0]) },
    "hardSwish": { x, _ in hardSwish(x[0]) },
    "softmax": { x, p in x[0].softmax(p[0]) }, "logSoftmax": { x, p in x[0].logSoftmax(p[0]) },
    "logSumExp": { x, p in x[0].logSumExp([p[0]]) },
    "norm": { x, p in x[0].norm(Double(p[0]), [p[1]]) },
  ]
}
