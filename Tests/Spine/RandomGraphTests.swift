import Adjoint
import AdjointGraph
import AdjointReference
import AdjointRuntime
import Foundation
import Testing

/// Random graphs, planned, against the reference: values, gradients, and cells updated in place.
///
/// ADJOINT_GRAPHS=20000 grows more of them, ADJOINT_GRAPH_SEED=17 that one alone.
@Suite struct RandomGraphTests {
  private static func setting(_ name: String) -> Int? {
    ProcessInfo.processInfo.environment[name].flatMap { Int($0) }
  }

  private static var seeds: Range<Int> {
    if let seed = setting("ADJOINT_GRAPH_SEED") { return seed..<(seed + 1) }
    return 0..<(setting("ADJOINT_GRAPHS") ?? 2000)
  }

  @Test func plannedGraphsMatchTheReference() {
    let own = CPUDevice(threads: 1, usesLibrary: false)
    var operations = 0
    for seed in Self.seeds {
      // Every fourth graph runs by the engine's own kernels.
      let device = seed % 4 == 3 ? own : CPUDevice.shared
      operations += steps(of: seed).count
      if let difference = difference(seed, [], device) { report(seed, difference, device) }
    }
    print("random graphs: \(Self.seeds.count), grown in \(operations) steps")
  }

  /// What later groups compute again has the bits that it has when it is read from memory.
  @Test func computingAgainChangesNoBit() {
    for seed in Self.seeds.prefix(400) {
      let stored = results(seed, [], CPUDevice.shared, computingAgainFrom: .max)
      let again = results(seed, [], CPUDevice.shared, computingAgainFrom: 1)
      let isSame = zip(stored, again).allSatisfy { a, b in
        a.count == b.count && zip(a, b).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN }
      }
      #expect(isSame, "random graph \(seed)")
    }
  }

  /// A gradient that is off by a thousandth is found, and shrinks to its operation.
  @Test func aFaultIsFoundAndShrinks() throws {
    var found = 0
    for seed in 0..<60 where steps(of: seed).contains(where: { $0.name == "sin" }) {
      let isWrong = { self.difference(seed, $0, CPUDevice.shared, fault: ("sin", 1.001)) != nil }
      guard isWrong([]) else { continue }
      found += 1
      if found > 3 { break }
      #expect(shrunk(seed, isWrong).contains { $0.name == "sin" || $0.name == "recomputed" })
    }
    #expect(found > 3)
  }

  private func steps(of seed: Int) -> [(step: Int, name: String, shape: Shape)] {
    var graph = RandomGraph(seed)
    _ = alone(on: ReferenceDevice.shared) { graph.run() }
    return graph.story
  }

  /// The first difference between the reference and a device, in words.
  private func difference(
    _ seed: Int, _ skipped: Set<Int>, _ device: any Device,
    fault: (operation: String, factor: Double)? = nil
  ) -> String? {
    let plain = results(seed, skipped, ReferenceDevice.shared)
    let planned = alone(on: device) {
      ReverseWalk.fault = fault
      defer { ReverseWalk.fault = nil }
      return results(seed, skipped, device, computingAgainFrom: seed % 2 == 0 ? 1 : .max)
    }
    for (index, (a, b)) in zip(plain, planned).enumerated() {
      guard a.count == b.count else { return "result \(index) has \(b.count) elements" }
      for (place, (x, y)) in zip(a, b).enumerated() where x != y && !(x.isNaN && y.isNaN) {
        let error = abs(x - y) / max(1, abs(x))
        if !(error <= 1e-10) { return "result \(index)[\(place)] is \(y), not \(x)" }
      }
    }
    return nil
  }

  private func results(
    _ seed: Int, _ skipped: Set<Int>, _ device: any Device, computingAgainFrom count: Int = .max
  ) -> [[Double]] {
    alone(on: device) {
      Recomputation.fewestElements = count
      defer {
        Recomputation.fewestElements = 32_768
        Engine.removePlans()
      }
      var graph = RandomGraph(seed, skipping: skipped)
      return graph.run()
    }
  }

  private func report(_ seed: Int, _ difference: String, _ device: any Device) {
    let left = shrunk(seed) { self.difference(seed, $0, device) != nil }
    let list = left.map { "\($0.name) \($0.shape)" }.joined(separator: ", ")
    Issue.record(
      "random graph \(seed): \(difference). Again: ADJOINT_GRAPH_SEED=\(seed). Without what does not matter: \(list)"
    )
  }

  /// The steps that remain when those are left out without which it is wrong still.
  private func shrunk(
    _ seed: Int, _ isWrong: (Set<Int>) -> Bool
  ) -> [(step: Int, name: String, shape: Shape)] {
    var skipped: Set<Int> = []
    for step in steps(of: seed).map({ $0.step }).reversed() where isWrong(skipped.union([step])) {
      skipped.insert(step)
    }
    return steps(of: seed).filter { !skipped.contains($0.step) }
  }
}
