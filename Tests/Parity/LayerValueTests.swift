import Adjoint
import AdjointReference
import AdjointRuntime
import Foundation
import Testing

/// Every layer, forward and with all gradients, in float64 against values stored from PyTorch
/// (tools/parity/layer_values.py). Names and order of what a layer holds are those of PyTorch's state_dict.
@Suite struct LayerValueTests {
  struct Fixture: Decodable { let cases: [Case] }

  struct Case: Decodable {
    let name: String
    let training: Bool
    let inputs: [[Int]]
    let integers: ValueTests.Indices?
    let names: [String]
    let results: [ValueTests.Checksums]
    let gradients: [ValueTests.Checksums]
    let buffers: [ValueTests.Checksums]

    /// The layer's name: a case in training mode is the same layer.
    var layer: String {
      let end = "-training"
      return name.hasSuffix(end) ? String(name.dropLast(end.count)) : name
    }
  }

  static let cases: [Case] = {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Fixtures/layer_values.json")
    guard let data = try? Data(contentsOf: file) else { return [] }
    return (try? JSONDecoder().decode(Fixture.self, from: data))?.cases ?? []
  }()

  @Test func everyLayerHasACaseAndEveryCaseALayer() {
    #expect(Set(Self.cases.map { $0.layer }) == Set(LayerCases.all.keys))
    #expect(Self.cases.count >= 90)
  }

  @Test func forwardGradientsAndStatistics() throws {
    for test in Self.cases {
      let make = try #require(LayerCases.all[test.layer], "no layer \(test.layer)")
      for device in [ReferenceDevice.shared, CPUDevice.shared] as [any Device] {
        alone(on: device) { check(test, make(), "\(test.name) on \(device.name)") }
      }
    }
    print(
      "values from PyTorch: \(Self.cases.count) layers, forward and all gradients, on 2 devices")
  }

  private func check(_ test: Case, _ layer: LayerCase, _ name: String) {
    fill(layer.module)
    #expect(layer.module.namedCells.map { $0.name } == test.names, "\(name)")
    let inputs = test.inputs.enumerated().map { place, shape in
      let shape = Shape(shape)
      return Tensor(Hashed.uniform(shape.count, 500 + place, scale: 2), shape: shape, .float64)
    }
    var given = inputs
    if let integers = test.integers {
      let shape = Shape(integers.shape)
      given.append(
        Tensor(Hashed.classes(shape.count, 700, below: integers.bound), shape: shape))
    }
    let parameters = layer.module.parameters.map { $0.value }
    let run = { () -> [Tensor] in
      let results = layer.run(given)
      let loss = results.enumerated().map { place, result in
        let weights = Hashed.uniform(result.count, 800 + place, scale: 2)
        return (result * Tensor(weights, shape: result.shape, .float64)).sum()
      }.reduce(Tensor(0, .float64), +)
      return results + gradient(of: loss, withRespectTo: inputs + parameters)
    }
    let found = test.training ? training(run) : run()
    compare(found, test.results + test.gradients, name)
    compare(
      layer.module.buffers.map { $0.value.cast(to: .float64) }, test.buffers, name + ", statistics")
  }

  /// Parameters and statistics from the hash, as in the script.
  private func fill(_ module: any Module) {
    for (place, cell) in module.parameters.enumerated() {
      let values = Hashed.uniform(cell.value.count, 1000 + place, scale: 1)
      cell.value = Tensor(values, shape: cell.value.shape, .float64)
    }
    for (place, cell) in module.buffers.enumerated() where cell.value.element == .float64 {
      let values = Hashed.uniform(cell.value.count, 2000 + place, scale: 1).map { $0 + 1 }
      cell.value = Tensor(values, shape: cell.value.shape, .float64)
    }
  }

  private func compare(_ found: [Tensor], _ stored: [ValueTests.Checksums], _ name: String) {
    #expect(found.count == stored.count, "\(name)")
    for (place, (tensor, expected)) in zip(found, stored).enumerated() {
      #expect(tensor.shape.dimensions == expected.shape, "\(name), tensor \(place)")
      let values = tensor.doubles
      let weights = (0..<2).map { Hashed.uniform(values.count, 900 + $0, scale: 2) }
      let sums =
        [values.reduce(0, +), values.reduce(0) { $0 + $1 * $1 }]
        + weights.map { w in zip(values, w).reduce(0) { $0 + $1.0 * $1.1 } }
      let size = max(1, values.reduce(0) { $0 + abs($1) })
      for (a, b) in zip(sums, expected.sums) {
        #expect(
          abs(a - b) <= 1e-10 * max(size, abs(b)), "\(name), tensor \(place): \(a), not \(b)")
      }
    }
  }
}
