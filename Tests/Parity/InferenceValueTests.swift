import Adjoint
import AdjointRuntime
import AdjointWorkloads
import Foundation
import Testing

/// The networks whose forward pass is timed, replayed and traced, against values stored from PyTorch
/// (tools/parity/inference_values.py).
@Suite struct InferenceValueTests {
  struct Fixture: Decodable { let cases: [Case] }

  struct Case: Decodable {
    let name: String
    let count: Int
    let largest: Double
    let outputs: [Double]
  }

  @Test(arguments: InferenceWorkload.allCases)
  func outputsAreThoseOfPyTorch(_ workload: InferenceWorkload) throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Fixtures/inference_values.json")
    let cases = try JSONDecoder().decode(Fixture.self, from: try Data(contentsOf: file)).cases
    let expected = try #require(cases.first { $0.name == workload.rawValue })
    alone {
      let network = workload.makeNetwork()
      fill(network)
      let x = hashed(workload.inputShape, Hashed.inputSeed, around: 0, 4)
      let replayed = compiled { network($0) }
      for y in [network(x)] + (0..<4).map({ _ in replayed(x) }) {
        #expect(y.count == expected.count)
        let numbers = y.doubles
        for (place, value) in expected.outputs.enumerated() {
          let own = numbers[place * expected.count / expected.outputs.count]
          #expect(abs(own - value) < 1e-4 * expected.largest, "\(workload) \(place)")
        }
      }
    }
  }

  /// As the script does it: each parameter by its name's place in the alphabet.
  private func fill(_ network: any Module) {
    let cells = network.namedCells.filter { $0.cell.value.element == .float32 }
      .sorted { $0.name < $1.name }
    for (place, entry) in cells.enumerated() {
      let shape = entry.cell.value.shape
      let isFactor = entry.name.hasSuffix("running_var") || entry.name.hasSuffix("weight")
      let scale =
        shape.rank > 1
        ? 2 * (6 / (Double(shape.count) / Double(shape[0]))).squareRoot() : isFactor ? 1 : 0.2
      entry.cell.value = hashed(
        shape, Hashed.parameterSeed + place, around: shape.rank == 1 && isFactor ? 1 : 0, scale)
    }
  }

  private func hashed(_ shape: Shape, _ seed: Int, around: Double, _ scale: Double) -> Tensor {
    Tensor(
      Hashed.uniform(shape.count, seed, scale: scale).map { Float(around + $0) }, shape: shape)
  }
}
