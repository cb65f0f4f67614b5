import AdjointCPU
import AdjointRuntime
import Testing

extension DeviceTests {
  /// Training in float64 follows PyTorch's from the same weights and data.
  ///
  /// Rounding stays far below 1e-9 over the steps; a wrong optimizer formula does not. A gradient that is only
  /// scaled shows in the first gradients: Adam does not feel it.
  @Suite(.serialized) struct TrajectoryTests {
    static let cases = ["mlp", "mlp-sgd", "adamw", "lenet"]

    @Test("The first gradients are PyTorch's", arguments: cases)
    func gradients(name: String) throws {
      let (test, fixture) = try find(name)
      for backend in Backend.allCases {
        let trainee = Trainee(test, steps: fixture.steps, batches: fixture.batches)
        let found = Devices.with(backend.device) { trainee.firstGradients().map { Moments($0) } }
        expect(found, test.firstGradients, "\(name) on \(backend), first gradients")
      }
    }

    @Test(
      "50 losses and the last parameters are PyTorch's on every device", arguments: cases)
    func losses(name: String) throws {
      let (test, fixture) = try find(name)
      try #require(fixture.steps == 50 && test.losses.count == fixture.steps)
      var plain: [Double]?
      for backend in Backend.allCases {
        let what = "\(name) on \(backend)"
        let trainee = Trainee(test, steps: fixture.steps, batches: fixture.batches)
        let (losses, parameters) = Devices.with(backend.device) {
          (trainee.train(fixture.steps), trainee.parameters.map { Moments($0.value.doubles) })
        }
        expect(losses, test.losses, "\(what), \(fixture.steps) losses")
        expect(parameters, test.parameters, "\(what), parameters")
        if let plain {
          expect(losses, plain, "\(what), losses from the reference's")
        }
        plain = plain ?? losses
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
