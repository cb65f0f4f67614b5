import Adjoint
import AdjointGraph
import AdjointReference
import AdjointRuntime
import Foundation
import Testing

/// Single operations, forward and gradient, against values stored from PyTorch (tools/parity/make_values.py).
@Suite struct ValueTests {
  struct Fixture: Decodable { let cases: [Case] }

  struct Checksums: Decodable {
    let shape: [Int]
    let sums: [Double]
  }

  struct Case: Decodable, Sendable, CustomTestStringConvertible {
    let kind: String
    let shapes: [[Int]]
    let parameters: [Int]
    let scale: Double
    let offset: Double
    let indices: Indices?
    let result: Checksums
    let gradients: [Checksums]
    var testDescription: String { "\(kind) \(shapes) \(parameters)" }
  }

  /// A shape, then a bound: a list of mixed types in the file.
  struct Indices: Decodable, Sendable {
    let shape: [Int]
    let bound: Int

    init(from decoder: any Decoder) throws {
      var list = try decoder.unkeyedContainer()
      shape = try list.decode([Int].self)
      bound = try list.decode(Int.self)
    }
  }

  /// The cases of a file in Tests/Fixtures; none where it cannot be read.
  static func load(_ name: String) -> [Case] {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Fixtures/" + name)
    guard let data = try? Data(contentsOf: file) else { return [] }
    return (try? JSONDecoder().decode(Fixture.self, from: data))?.cases ?? []
  }

  static let cases = load("values.json")

  @Test func thereAreAtLeastThreeHundred() { #expect(Self.cases.count >= 300) }

  @Test func forwardAndGradient() throws {
    for test in Self.cases {
      let function = try #require(ValueTests.functions[test.kind], "no function \(test.kind)")
      for device in [ReferenceDevice.shared, CPUDevice.shared] as [any Device] {
        alone(on: device) { check(test, function, device.name) }
      }
    }
    print("values from PyTorch: \(Self.cases.count) cases, forward and gradient, on 2 devices")
  }

  func check(
    _ test: Case, _ function: ([Tensor], [Int]) -> Tensor, _ device: String
  ) {
    var inputs = test.shapes.enumerated().map { place, shape in
      let count = shape.reduce(1, *)
      let values = Hashed.uniform(count, 500 + place, scale: test.scale).map { $0 + test.offset }
      return Tensor(values, shape: Shape(shape), .float64)
    }
    let differentiable = inputs
    if let indices = test.indices {
      let count = indices.shape.reduce(1, *)
      inputs.append(
        Tensor(Hashed.classes(count, 700, below: indices.bound), shape: Shape(indices.shape)))
    }
    let result = function(inputs, test.parameters)
    let name = "\(test.testDescription) on \(device)"
    compare(result, test.result, name)
    let weights = Tensor(
      Hashed.uniform(result.count, 800, scale: 2), shape: result.shape, .float64)
    let slopes = gradient(of: (result * weights).sum(), withRespectTo: differentiable)
    for (place, slope) in slopes.enumerated() {
      compare(slope, test.gradients[place], name + ", gradient \(place)")
    }
  }

  private func compare(_ found: Tensor, _ stored: Checksums, _ name: String) {
    #expect(found.shape.dimensions == stored.shape, "\(name)")
    let values = found.doubles
    let weights = (0..<2).map { Hashed.uniform(values.count, 900 + $0, scale: 2) }
    let sums =
      [values.reduce(0, +), values.reduce(0) { $0 + $1 * $1 }]
      + weights.map { w in zip(values, w).reduce(0) { $0 + $1.0 * $1.1 } }
    // Cancellation makes a sum less exact than its terms.
    let size = max(1, values.reduce(0) { $0 + abs($1) })
    for (a, b) in zip(sums, stored.sums) {
      #expect(abs(a - b) <= 1e-12 * max(size, abs(b)), "\(name): \(a), not \(b)")
    }
  }

  static let functions: [String: @Sendable ([Tensor], [Int]) -> Tensor] = [
    "exp": { x, _ in exp(x[0]) }, "tanh": { x, _ in tanh(x[0]) }, "relu": { x, _ in relu(x[0]) },
    "sin": { x, _ in sin(x[0]) }, "cos": { x, _ in cos(x[0]) }, "negate": { x, _ in -x[0] },
    "square": { x, _ in x[0] * x[0] }, "log": { x, _ in log(x[0]) },
    "sqrt": { x, _ in sqrt(x[0]) }, "add": { x, _ in x[0] + x[1] },
    "subtract": { x, _ in x[0] - x[1] }, "multiply": { x, _ in x[0] * x[1] },
    "divide": { x, _ in x[0] / x[1] },
    "sum": { x, p in x[0].sum(Array(p.dropLast()), keepingDimensions: p.last == 1) },
    "mean": { x, p in x[0].mean(p) }, "max": { x, p in x[0].max(p) },
    "matmul": { x, p in
      matmul(x[0], x[1], transposingA: p[0] == 1, transposingB: p[1] == 1)
    },
    "convolution": { x, p in convolution(x[0], x[1], stride: p[0], padding: p[1]) },
    "maxPool": { x, p in x[0].maxPool2d(p[0], stride: p[1], padding: p[2]) },
    "gather": { x, p in x[0].gather(x[1], axis: p[0]) },
    "slice": { x, p in x[0].slice(axis: p[0], start: p[1], length: p[2]) },
    "transpose": { x, p in x[0].transposed(p) }, "reshape": { x, p in x[0].reshaped(Shape(p)) },
    "broadcast": { x, p in x[0].broadcast(to: Shape(p)) },
    "crossEntropy": { x, _ in crossEntropy(x[0], x[1]) },
    "meanSquaredError": { x, _ in meanSquaredError(x[0], x[1]) },
  ]
}
