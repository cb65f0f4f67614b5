import Adjoint
import AdjointGraph
import Testing

/// Schedules are PyTorch's numbers: 100 steps of each, from the schedulers themselves.
@Suite struct ScheduleTests {
  static let schedules: [String: RateSchedule] = [
    "constant": RateSchedule.constant(0.1),
    "steps": RateSchedule.steps(0.1, every: 30, factor: 0.3),
    "milestones": RateSchedule.steps(0.1, at: [10, 25, 25, 70], factor: 0.5),
    "exponential": RateSchedule.exponential(0.1, factor: 0.97),
    "polynomial": RateSchedule.polynomial(0.1, length: 80, power: 2),
    "polynomial-1": RateSchedule.polynomial(0.1, length: 120),
    "linear": RateSchedule.linear(0.1, from: 0.25, to: 0.8, length: 40),
    "cosine": RateSchedule.cosine(0.1, length: 99, minimum: 0.01),
    "cosine-returns": RateSchedule.cosine(0.1, length: 40, minimum: 0.01, returns: true),
    "restarts": RateSchedule.warmRestarts(0.1, first: 30, minimum: 0.005),
    "restarts-2": RateSchedule.warmRestarts(0.1, first: 7, multiplier: 2),
    "one-cycle": RateSchedule.oneCycle(0.1, length: 100),
    "one-cycle-linear": RateSchedule.oneCycle(
      0.1, length: 100, rising: 0.25, divisor: 10, finalDivisor: 100, anneal: .linear),
    "warm-cosine": RateSchedule.cosine(0.1, length: 90).warmedUp(10, from: 0.1),
    "warm-steps": RateSchedule.steps(0.1, every: 20, factor: 0.2).warmedUp(5),
  ]

  @Test func everyScheduleIsPyTorchs() {
    let stored = OptimizerTests.fixture.schedules
    #expect(Set(stored.map { $0.name }) == Set(Self.schedules.keys))
    for expected in stored {
      let schedule = Self.schedules[expected.name]!
      // PyTorch multiplies step by step, which drifts from its own formula.
      let hasFormula = !expected.closed.isEmpty
      for (step, rate) in expected.rates.enumerated() {
        #expect(
          abs(schedule(step) - rate) <= (hasFormula ? 1e-14 : 1e-15), "\(expected.name) at \(step)")
      }
      for (step, rate) in expected.closed.enumerated() {
        #expect(abs(schedule(step) - rate) <= 1e-16, "\(expected.name) at \(step), by formula")
      }
    }
  }

  @Test func theMomentumOfOneCycleIsPyTorchs() throws {
    let momenta: [(String, RateSchedule)] = [
      ("one-cycle", .oneCycleMomentum(length: 100)),
      (
        "one-cycle-linear",
        .oneCycleMomentum(length: 100, low: 0.8, high: 0.9, rising: 0.25, anneal: .linear)
      ),
    ]
    for (name, schedule) in momenta {
      let expected = try #require(
        OptimizerTests.fixture.schedules.first { $0.name == name }
      ).momenta
      for (step, momentum) in expected.enumerated() {
        #expect(abs(schedule(step) - momentum) <= 1e-15, "\(name) at \(step)")
      }
    }
  }

  @Test func plateausArePyTorchs() throws {
    let plateaus: [String: ReduceOnPlateau] = [
      "plateau": ReduceOnPlateau(rate: 0.1, patience: 2),
      "plateau-absolute": ReduceOnPlateau(
        rate: 0.1, better: .smallerBy(0.01), factor: 0.5, patience: 1),
      "plateau-cooldown": ReduceOnPlateau(
        rate: 0.1, factor: 0.3, patience: 1, pause: 3, minimum: 0.002),
      "plateau-larger": ReduceOnPlateau(rate: 0.1, better: .larger(), factor: 0.5, patience: 3),
      "plateau-larger-absolute": ReduceOnPlateau(
        rate: 0.1, better: .largerBy(0.1), factor: 0.5, patience: 3),
    ]
    #expect(Set(OptimizerTests.fixture.plateaus.map { $0.name }) == Set(plateaus.keys))
    for expected in OptimizerTests.fixture.plateaus {
      var plateau = try #require(plateaus[expected.name])
      let rates = expected.momenta.map { plateau.observe($0) }
      #expect(zip(rates, expected.rates).allSatisfy { abs($0 - $1) <= 1e-15 }, "\(expected.name)")
      #expect(Set(rates).count > 1, "\(expected.name) is lowered")
    }
  }

  @Test func schedulesCompose() {
    let schedule = RateSchedule.steps(0.1, every: 2, factor: 0.5).stretched(by: 10).scaled(by: 3)
    let expected = [0.3, 0.3, 0.15]
    #expect(zip([0, 19, 20], expected).allSatisfy { abs(schedule($0) - $1) < 1e-15 })
    let joined = RateSchedule.constant(1).then(.constant(2), after: 3)
    #expect((0..<5).map { joined($0) } == [1, 1, 1, 2, 2])
    #expect(RateSchedule.cosine(1, length: 10)(1000) == 0)
    #expect(RateSchedule.oneCycle(1, length: 10)(1000) == RateSchedule.oneCycle(1, length: 10)(9))
    #expect(RateSchedule.linear(1, length: 0)(0) == 1)
  }
}
