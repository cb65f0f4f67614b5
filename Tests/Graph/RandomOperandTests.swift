import Adjoint
import AdjointGraph
import AdjointReference
import AdjointRuntime
import Testing

/// Random numbers that are drawn when a plan runs: those of the key, on every engine, one plan for all keys.
@Suite struct RandomOperandTests {
  @Test func numbersAreThoseOfTheKey() {
    let key = RandomKey(7)
    let exact = (0..<5000).map { key.uniform(at: $0) }
    let narrow = exact.map { min(Float($0), Float(1).nextDown) }
    for device in testDevices {
      Devices.with(device) {
        #expect(Tensor.uniform([50, 100], key: key.operand, .float64).doubles == exact)
        #expect(Tensor.uniform([5000], key: key.operand).floats == narrow, "\(device.name)")
        #expect(Tensor.uniform([5000], key: key).floats == narrow)
      }
    }
    expectClose(
      Tensor.normal([40, 3], mean: 2, deviation: 0.5, key: key.operand, .float64).doubles,
      Tensor.normal([40, 3], mean: 2, deviation: 0.5, key: key, .float64).doubles, 1e-14, "normal")
    expectClose(
      Tensor.uniform([99], -3, 5, key: key.operand).doubles,
      Tensor.uniform([99], -3, 5, key: key).doubles, 1e-6, "uniform")
    #expect(
      Tensor.bernoulli([300], probability: 0.3, key: key.operand).booleans
        == Tensor.bernoulli([300], probability: 0.3, key: key).booleans)
  }

  @Test func keysAreSplitAsOnTheHost() {
    let keys = [RandomKey(0), RandomKey(-5), RandomKey(1 << 40)]
    for device in testDevices {
      Devices.with(device) {
        for key in keys {
          for index in [0, 1, 2, 1000, 1 << 50, -1] {
            let found = key.operand.splitKey(Tensor([index], shape: [])).integers[0]
            #expect(UInt64(bitPattern: Int64(found)) == key.split(index).bits)
          }
          #expect(
            Tensor.uniform([9], key: key.operand.splitKey(3), .float64).doubles
              == (0..<9).map { key.split(3).uniform(at: $0) })
        }
      }
    }
  }

  /// Long enough that more than one thread draws, whatever the number of them.
  @Test func numbersDoNotDependOnThreadsOrFusion() {
    let key = RandomKey(3).operand
    func drawn(_ threads: Int, fused: Bool) -> [Float] {
      Devices.with(CPUDevice(threads: threads)) {
        let numbers = Tensor.uniform([300_001], key: key)
        return (fused ? numbers * 2 + 1 - 1 : numbers + numbers).floats
      }
    }
    let one = drawn(1, fused: false)
    #expect(drawn(2, fused: false) == one)
    #expect(drawn(5, fused: false) == one)
    let x = Tensor.ones([300_001])
    let masks = [1, 2, 3].map { threads in
      Devices.with(CPUDevice(threads: threads)) {
        [
          dropout(x, probability: 0.3, key: key).floats,
          tanh(dropout(x * 2, probability: 0.3, key: key)).floats,
        ]
      }
    }
    #expect(masks[0] == masks[1])
    #expect(masks[0] == masks[2])
    for (a, b) in zip(masks[0][0], masks[0][1]) { #expect((a == 0) == (b == 0)) }
  }

  @Test func numbersAreEvenlySpreadAndIndependent() {
    let count = 200_000
    let numbers = Tensor.uniform([count], key: RandomKey(11).operand, .float64).doubles
    func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
    /// Five standard errors of the mean of products of two independent numbers of variance 1/12.
    let bound = 5 / 12 / Double(count).squareRoot()
    #expect(abs(mean(numbers) - 0.5) < 5 * (1.0 / 12 / Double(count)).squareRoot())
    let centred = numbers.map { $0 - 0.5 }
    #expect(abs(mean(centred.map { $0 * $0 }) - 1.0 / 12) < 1e-3)
    for lag in [1, 2, 3, 64, 1000] {
      let products = (0..<(count - lag)).map { centred[$0] * centred[$0 + lag] }
      #expect(abs(mean(products)) < bound, "neighbours \(lag) apart")
    }
    let others = Tensor.uniform([count], key: RandomKey(12).operand, .float64).doubles
    let split = Tensor.uniform([count], key: RandomKey(11).operand.splitKey(1), .float64).doubles
    for stream in [others, split] {
      #expect(abs(mean(zip(centred, stream).map { $0 * ($1 - 0.5) })) < bound, "two keys")
    }
    var bins = [Int](repeating: 0, count: 64)
    for number in numbers { bins[Int(number * 64)] += 1 }
    let expected = Double(count) / 64
    let spread = bins.reduce(0) {
      $0 + (Double($1) - expected) * (Double($1) - expected) / expected
    }
    #expect(spread > 20 && spread < 130, "χ² with 63 degrees of freedom: \(spread)")
    let normal = Tensor.normal([count], key: RandomKey(5).operand, .float64).doubles
    #expect(abs(mean(normal)) < 5 / Double(count).squareRoot())
    #expect(abs(mean(normal.map { $0 * $0 }) - 1) < 0.02)
  }

  @Test func wrongKeysAreRefused() {
    let error = #expect(throws: GraphError.self) {
      try checked { Tensor.uniform([3], key: Tensor([1.0, 2])) }
    }
    #expect(error?.description.contains("keys are int64, not float32") == true)
    #expect(throws: GraphError.self) { try checked { Tensor.uniform([-1], key: Tensor([1])) } }
    #expect(throws: GraphError.self) { try checked { Tensor.normal([2], key: Tensor([0.5])) } }
  }
}

/// Dropout: how much goes, that the key alone decides, and that nothing but the key changes from step to step.
@Suite struct DropoutTests {
  static let key = RandomKey(21).operand

  @Test func whatStaysIsScaled() {
    let x = Tensor.full([100_000], 3)
    for probability in [0.1, 0.5, 0.9] {
      let y = dropout(x, probability: probability, key: Self.key).doubles
      let kept = y.filter { $0 != 0 }
      let share = Double(kept.count) / 100_000
      let error = (probability * (1 - probability) / 100_000).squareRoot()
      #expect(abs(share - (1 - probability)) < 5 * error)
      for value in Set(kept) { #expect(abs(value - 3 / (1 - probability)) < 1e-5) }
    }
    #expect(dropout(x, probability: 0, key: Self.key).floats == x.floats)
    #expect(dropout(x, probability: 1, key: Self.key).floats == (x * 0).floats)
    let infinite = Tensor.full([100], .infinity)
    #expect(dropout(infinite, probability: 1, key: Self.key).floats.allSatisfy { $0 == 0 })
  }

  @Test func channelsGoWhole() {
    let y = channelDropout(Tensor.ones([8, 50, 3, 4]), key: Self.key).floats
    var kept = 0
    for channel in 0..<400 {
      let places = Set(y[channel * 12..<(channel + 1) * 12])
      #expect(places.count == 1)
      kept += places == [2] ? 1 : 0
    }
    #expect((150...250).contains(kept))
  }

  @Test func theGradientIsThatOfTheMask() throws {
    let x = Tensor.normal([6, 5], key: RandomKey(1), .float64)
    let f = { (x: [Tensor]) in (sin(dropout(x[0], probability: 0.4, key: Self.key)) * x[0]).sum() }
    try checkGradients(of: f, at: [x])
    try checkGradients(of: { gradient(of: f($0), withRespectTo: $0[0]).sum() }, at: [x])
    let (y, moved) = valueAndDerivative(
      { dropout($0, probability: 0.4, key: Self.key) }, at: x, along: x)
    #expect(y.doubles == moved.doubles)
  }

  @Test func aThousandKeysAreOnePlan() {
    alone {
      Engine.removePlans()
      let (first, second) = (Linear(8, 64), Linear(64, 1))
      let optimizer = SGD(first.parameters + second.parameters, learningRate: 0.01)
      let x = Tensor.normal([16, 8], key: RandomKey(2))
      let before = Engine.statistics.plans
      var masks: Set<[Float]> = []
      for step in 0..<1000 {
        let key = RandomKey(99).split(step)
        optimizer.step {
          let hidden = dropout(
            relu(first(x)), probability: 0.1 + 0.0001 * Double(step), key: key.split(0))
          return second(dropout(hidden, probability: 0.2, key: key.operand.splitKey(1))).mean()
        }
        if step < 5 {
          masks.insert(dropout(Tensor.ones([20]), key: key).floats)
        }
      }
      #expect(Engine.statistics.plans - before == 2, "the step, and the look at its masks")
      #expect(masks.count == 5)
    }
  }

  @Test func aBatchOfKeysDropsDifferently() {
    let keys = Tensor(
      (0..<4).map { Int(truncatingIfNeeded: Int64(bitPattern: RandomKey($0).bits)) })
    let x = Tensor.ones([40])
    let batched = vmap({ dropout(x, key: $0) }, keys)
    let loop = (0..<4).map { dropout(x, key: RandomKey($0)).floats }
    #expect(batched.floats == loop.flatMap { $0 })
    #expect(Set(loop).count == 4)
    // One key for all examples is one mask.
    let shared = vmap({ dropout($0, key: RandomKey(1)) }, Tensor.ones([3, 40])).floats
    #expect(shared == [loop[1], loop[1], loop[1]].flatMap { $0 })
  }

  @Test func aBlockComputedAgainDropsTheSame() {
    for device in testDevices {
      alone(on: device) {
        let x = Tensor.normal([512, 96], key: RandomKey(4))
        let w = Tensor.normal([96, 96], deviation: 0.1, key: RandomKey(5))
        let keys = (0..<6).map { RandomKey(30).split($0).operand }
        func run(_ again: Bool) -> (bits: [Float], bytes: Int) {
          let block = { (x: Tensor, key: Tensor) in
            dropout(tanh(dropout(matmul(x, w), probability: 0.3, key: key)), key: key.splitKey(1))
          }
          var y = x
          for key in keys { y = again ? recomputed(y) { block($0, key) } : block(y, key) }
          let slope = gradient(of: (y * y).sum(), withRespectTo: [x, w])
          let values = slope[0].floats
          let bytes = Engine.statistics.intermediateBytes
          return (values + slope[1].floats, bytes)
        }
        let (kept, again) = (run(false), run(true))
        #expect(kept.bits == again.bits, "on \(device.name)")
        #expect(again.bytes < kept.bytes, "\(again.bytes) and \(kept.bytes) on \(device.name)")
      }
    }
  }

  @Test func wrongCallsAreRefused() {
    let x = Tensor.ones([3])
    for probability in [-0.1, 1.1, .nan] {
      #expect(throws: GraphError.self) {
        try checked { dropout(x, probability: probability, key: Self.key) }
      }
    }
    #expect(throws: GraphError.self) { try checked { dropout(Tensor([1, 2]), key: Self.key) } }
    #expect(throws: GraphError.self) { try checked { channelDropout(x, key: Self.key) } }
  }
}
