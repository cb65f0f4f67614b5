import Adjoint
import AdjointCPU
import AdjointGraph
import AdjointReference
import AdjointRuntime
import Testing

/// Convolutions, pooling and interpolation against values stored from PyTorch (tools/parity/neural_values.py).
@Suite struct NeuralValueTests {
  static let cases = ValueTests.load("neural_values.json")

  @Test func thereAreCasesOfEveryKind() {
    #expect(Self.cases.count >= 200)
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
    print("values from PyTorch: \(Self.cases.count) neural cases, forward and gradient")
  }

  /// Reads a case's parameters one after another, those of an axis as a list.
  private struct Reader {
    var numbers: ArraySlice<Int>
    let axes: Int

    init(_ parameters: [Int]) {
      axes = parameters[0]
      numbers = parameters.dropFirst()
    }

    mutating func list() -> [Int] {
      defer { numbers = numbers.dropFirst(axes) }
      return Array(numbers.prefix(axes))
    }

    mutating func number() -> Int { numbers.popFirst()! }
    mutating func flag() -> Bool { number() == 1 }
  }

  private static let modes: [Interpolation] = [.nearest, .linear, .cubic]

  static let functions: [String: @Sendable ([Tensor], [Int]) -> Tensor] = [
    "convolution": { x, p in
      var read = Reader(p)
      let (stride, before, after) = (read.list(), read.list(), read.list())
      return convolution(
        x[0], x[1], bias: x[2], stride: stride,
        padding: .sides(zip(before, after).map { ($0, $1) }), dilation: read.list(),
        groups: read.number())
    },
    "convolutionSame": { x, p in convolution(x[0], x[1], padding: .same, dilation: p[1]) },
    "transposedConvolution": { x, p in
      var read = Reader(p)
      return transposedConvolution(
        x[0], x[1], bias: x[2], stride: read.list(), padding: read.list(),
        outputPadding: read.list(), dilation: read.list(), groups: read.number())
    },
    "maxPool": { x, p in
      var read = Reader(p)
      return x[0].maxPool(
        read.list(), stride: read.list(), padding: read.list(), dilation: read.number(),
        roundingUp: read.flag())
    },
    "averagePool": { x, p in
      var read = Reader(p)
      return x[0].averagePool(
        read.list(), stride: read.list(), padding: read.list(), roundingUp: read.flag(),
        countingPadding: read.flag())
    },
    "adaptiveAveragePool": { x, p in x[0].adaptiveAveragePool(to: p) },
    "adaptiveMaxPool": { x, p in x[0].adaptiveMaxPool(to: p) },
    "interpolated": { x, p in
      var read = Reader(p)
      return x[0].interpolated(
        to: read.list(), mode: modes[read.number()], alignCorners: read.flag())
    },
    "interpolatedByScale": { x, p in
      var read = Reader(p)
      return x[0].interpolated(
        scales: read.list().map { Double($0) / 10 }, mode: modes[read.number()],
        alignCorners: read.flag())
    },
  ]
}
