import Adjoint
import AdjointCPU
import AdjointRuntime
import Testing

extension DeviceTests {
  /// Training in float64 follows PyTorch's from the same weights and data.
  ///
  /// Rounding stays far below 1e-9 over the steps; a wrong optimizer formula does not. A gradient that is only
  /// scaled shows in the first gradients: Adam does not feel it.
  @Suite(.serialized) struct TrajectoryTests {
    static let cases = ["mlp", "mlp-sgd", "adamw", "lenet", "resnet20", "lstm", "gpt"]

    @Test(
      "50 losses and the last parameters are PyTorch's on every device", arguments: cases)
    func losses(name: String) throws {
      let (test, fixture) = try find(name)
      try #require(fixture.steps == 50 && test.losses.count == fixture.steps)
      var plain: [Double]?
      for backend in Backend.allCases {
        let what = "\(name) on \(backend)"
        let trainee = Trainee(test, steps: fixture.steps, batches: fixture.batches)
        let losses = Devices.with(backend.device) { trainee.train(fixture.steps) }
        expect(losses, test.losses, "\(what), \(fixture.steps) losses")
        expect(trainee.parameters.map { Moments($0.value.doubles) }, test.parameters, what)
        expect(trainee.buffers.map { Moments($0.value.doubles) }, test.buffers, what)
        if let plain {
          expect(losses, plain, "\(what), losses from the reference's")
        }
        plain = plain ?? losses
      }
    }

    @Test("The first gradients are PyTorch's, and near them in float32", arguments: cases)
    func gradients(name: String) throws {
      let (test, fixture) = try find(name)
      for backend in Backend.allCases {
        let what = "\(name) on \(backend) in float32"
        let trainees = [ElementType.float32, .float64].map {
          Trainee(test, steps: fixture.steps, batches: fixture.batches, $0)
        }
        let steps = Devices.with(backend.device) { trainees.map { $0.firstStep() } }
        let far = abs(steps[0].loss - test.losses[0]) / max(1, abs(test.losses[0]))
        #expect(far <= 1e-5, "\(what), loss")
        expect(steps[1].gradients.map { Moments($0) }, test.firstGradients, what)
        for (place, (a, b)) in zip(steps[0].gradients, steps[1].gradients).enumerated() {
          let distance = length(zip(a, b).map { $0 - $1 })
          let size = length(b)
          #expect(distance <= 1e-3 * size, "\(what), gradient \(place): \(distance / size)")
        }
      }
    }

    private func find(_ name: String) throws -> (TrajectoryCase, TrajectoryFixture) {
      let fixture = try TrajectoryFixture.load()
      return (try #require(fixture.cases.first { $0.name == name }), fixture)
    }
  }
}

/// The devices that are compared, the plain one first.
private enum Backend: String, CaseIterable, CustomStringConvertible {
  case reference
  case cpu
  case cpuOneThread = "cpu with one thread"

  var device: any Device {
    switch self {
    case .reference: ReferenceDevice.shared
    case .cpu: CPUDevice.shared
    case .cpuOneThread: CPUDevice(threads: 1)
    }
  }

  var description: String { rawValue }
}

private func length(_ values: [Double]) -> Double {
  values.reduce(0) { $0 + $1 * $1 }.squareRoot()
}

private let tolerance = 1e-9

private func expect(
  _ found: [Moments], _ expected: [Moments], _ what: String,
  at place: SourceLocation = #_sourceLocation
) {
  #expect(found.count == expected.count, "\(what)", sourceLocation: place)
  expectSmall(zip(found, expected).map { $0.deviation(from: $1) }, what, at: place)
}

private func expect(
  _ found: [Double], _ expected: [Double], _ what: String,
  at place: SourceLocation = #_sourceLocation
) {
  #expect(found.count == expected.count, "\(what)", sourceLocation: place)
  expectSmall(zip(found, expected).map { abs($0 - $1) / max(1, abs($1)) }, what, at: place)
}

/// Every deviation within the tolerance. Prints the worst: a drift shows there long before it fails.
private func expectSmall(_ deviations: [Double], _ what: String, at place: SourceLocation) {
  var worst = (deviation: 0.0, index: 0)
  // Negated, so that NaN counts as worse.
  for (index, deviation) in deviations.enumerated() where !(deviation <= worst.deviation) {
    worst = (deviation, index)
  }
  let summary = "\(what): worst deviation \(worst.deviation) at \(worst.index)"
  print(summary)
  #expect(worst.deviation <= tolerance, "\(summary)", sourceLocation: place)
}
