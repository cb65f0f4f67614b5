import Adjoint
import AdjointGraph
import AdjointReference
import AdjointRuntime
import Testing

/// Ends of the range: infinities, rows without a key, sizes that overflow, and calls that are wrong.
@Suite struct NeuralEdgeTests {
  static func slopes(_ f: (Tensor) -> Tensor, _ x: Tensor) -> [Double] {
    steepness(f, x).doubles
  }

  /// The gradient, zeros where no path leads to x.
  static func steepness(_ f: (Tensor) -> Tensor, _ x: Tensor) -> Tensor {
    gradients(of: f(x).sum(), withRespectTo: [x])[0] ?? Tensor.zeros(like: x)
  }

  @Test func activationsHaveTheirLimits() {
    let smooth: [(name: String, f: (Tensor) -> Tensor)] = [
      ("gelu", gelu), ("geluTanh", geluTanh), ("silu", silu), ("mish", mish),
      ("hardSwish", hardSwish), ("relu", relu), ("softplus", softplus),
    ]
    for device in testDevices {
      Devices.with(device) {
        for element in [ElementType.float32, .float64] {
          let x = Tensor([-.infinity, -1e30, -1e4, 1e4, 1e30, .infinity], element)
          for (name, f) in smooth {
            let found = f(x).doubles
            let expected = [0, 0, 0] + x.doubles.suffix(3)
            for (a, b) in zip(found, expected) {
              #expect(a == b, "\(name) \(element.name) on \(device.name)")
            }
            #expect(Self.slopes(f, x) == [0, 0, 0, 1, 1, 1], "\(name)' \(element.name)")
            let second = Self.slopes({ Self.steepness(f, $0) }, x)
            #expect(second == [0, 0, 0, 0, 0, 0], "\(name)'' \(element.name)")
            #expect(f(Tensor([.nan], element)).doubles[0].isNaN, "\(name)")
          }
          let log = logSigmoid(x).doubles
          #expect(log.prefix(3) == x.doubles.prefix(3) && log.suffix(3) == [0, 0, 0])
          #expect(Self.slopes(logSigmoid, x) == [1, 1, 1, 0, 0, 0])
          for f in [{ elu($0) }, selu, { celu($0) }] as [(Tensor) -> Tensor] {
            #expect(Self.slopes(f, x).prefix(3) == [0, 0, 0])
          }
        }
      }
    }
  }

  @Test func normsNeitherOverflowNorVanish() {
    for device in testDevices {
      Devices.with(device) {
        for size in [1e-30, 1.0, 1e30] {
          let x = Tensor([3 * size, 4 * size, 0])
          for (p, length) in [(2.0, 5.0), (3, 4.497941445275415), (1, 7), (.infinity, 4)] {
            let found = x.norm(p).item
            #expect(abs(found - length * size) < 1e-6 * length * size, "\(p)-norm at \(size)")
          }
          let slope = Self.slopes({ $0.norm() }, x)
          expectClose(slope, [0.6, 0.8, 0], 1e-6, "gradient at \(size) on \(device.name)")
        }
        let nothing = Tensor.zeros([2, 3])
        for p in [1.0, 2, 3, .infinity] {
          #expect(nothing.norm(p, [1]).floats == [0, 0])
          #expect(Self.slopes({ $0.norm(p, [1]) }, nothing) == [0, 0, 0, 0, 0, 0], "\(p)")
        }
        #expect(Tensor([1, -.infinity]).norm().item == .infinity)
        #expect(Tensor([1, .nan]).norm().item.isNaN)
        #expect(Tensor.zeros([2, 0]).norm(2, [1]).floats == [0, 0])
      }
    }
  }

  @Test func softmaxesAreStable() {
    for device in testDevices {
      Devices.with(device) {
        let x = Tensor([1e30, 1e30, -1e30, 1000, 1001, -.infinity], shape: [2, 3])
        let share = 1 / (1 + Double(0x1.5bf0a8b145769p1))
        expectClose(x.softmax().doubles, [0.5, 0.5, 0, share, 1 - share, 0], 1e-6, "softmax")
        let both = [x.logSoftmax(), x.logSumExp([1], keepingDimensions: true)]
        expectClose(
          (both[1].doubles), [1e30, 1001.3132616875182], 1e-6, "log of the sum on \(device.name)")
        #expect(both[0].doubles[5] == -.infinity && both[0].doubles[2] < -1e29)
        let slope = gradient(of: (x.softmax() * x.softmax()).sum(), withRespectTo: x)
        #expect(slope.doubles.allSatisfy { $0.isFinite })
      }
    }
  }

  @Test func rowsWithoutAKeyAreZeros() {
    let (q, k, v) = (
      Tensor.normal([3, 4], key: RandomKey(1)), Tensor.normal([5, 4], key: RandomKey(2)),
      Tensor.normal([5, 2], key: RandomKey(3))
    )
    var seen = [Bool](repeating: true, count: 15)
    for place in 5..<10 { seen[place] = false }
    let flags = Tensor(seen, shape: [3, 5])
    let added = select(flags, Tensor.zeros([3, 5]), Tensor(-Double.infinity))
    for device in testDevices {
      Devices.with(device) {
        for mask in [flags, added] {
          let y = scaledDotProductAttention(q, k, v, mask: mask)
          #expect(Array(y.floats[2..<4]) == [0, 0])
          let slopes = gradient(of: (y * y).sum(), withRespectTo: [q, k, v])
          #expect(slopes.allSatisfy { $0.floats.allSatisfy { $0.isFinite } })
          #expect(Array(slopes[0].floats[4..<8]) == [0, 0, 0, 0])
          let others = scaledDotProductAttention(
            concatenated([q.slice(start: 0, length: 1), q.slice(start: 2, length: 1)], axis: 0), k,
            v)
          expectClose(
            Array(y.doubles[0..<2] + y.doubles[4..<6]), others.doubles, 1e-6, device.name)
        }
      }
    }
    // What is not seen may hold anything.
    let spoilt = select(
      Tensor([true, true, true, true, false]).reshaped([5, 1]), k, Tensor(Double.nan))
    let y = scaledDotProductAttention(
      q, spoilt, v, mask: Tensor([true, true, true, true, false]))
    #expect(y.floats.allSatisfy { $0.isFinite })
  }

  /// Halves are rounded once: what float32 makes of the same numbers, rounded.
  @Test func halvesAreComputedWide() {
    let x = Tensor.normal([4, 6, 8], mean: 30, key: RandomKey(1))
    let functions: [(name: String, f: (Tensor) -> Tensor)] = [
      ("layerNorm", { layerNorm($0) }), ("rmsNorm", { rmsNorm($0, epsilon: 1e-5) }),
      ("groupNorm", { groupNorm($0, groups: 3) }), ("instanceNorm", { instanceNorm($0) }),
      ("batchNorm", { batchNorm($0).output }),
    ]
    for device in testDevices {
      Devices.with(device) {
        for element in [ElementType.float16, .bfloat16] {
          let narrow = x.cast(to: element)
          for (name, f) in functions {
            let y = f(narrow)
            #expect(y.element == element)
            let wide = f(narrow.cast(to: .float32)).cast(to: element)
            #expect(y.doubles == wide.doubles, "\(name) \(element.name) on \(device.name)")
          }
          let slope = gradient(of: layerNorm(narrow).sum(), withRespectTo: narrow)
          #expect(slope.element == element && slope.doubles.allSatisfy { $0.isFinite })
          let y = scaledDotProductAttention(narrow / 30, narrow / 30, narrow, causal: true)
          let wide = (narrow / 30).cast(to: .float32)
          let exact = scaledDotProductAttention(
            wide, wide, narrow.cast(to: .float32), causal: true)
          expectClose(y.doubles, exact.doubles, 0.05, "attention \(element.name)")
          let drawn = Tensor.uniform([3000], key: RandomKey(1).operand, element)
          #expect(drawn.element == element && drawn.doubles.allSatisfy { $0 >= 0 && $0 < 1 })
          let kept = dropout(Tensor.ones([900], element), key: RandomKey(1)).doubles
          #expect(Set(kept) == [0, 2])
        }
      }
    }
  }

  @Test func paddingGetsNoGradient() {
    let table = Tensor.normal([4, 3], key: RandomKey(1), .float64)
    let indices = Tensor([2, 0, 3, 2, 0])
    for padding in [2, -2] {
      let slope = gradient(
        of: embedding(indices, table, paddingIndex: padding).sum(), withRespectTo: table)
      #expect(slope.doubles == [2, 2, 2, 0, 0, 0, 0, 0, 0, 1, 1, 1])
    }
    #expect(embedding(indices, table, paddingIndex: 2).doubles == embedding(indices, table).doubles)
  }

  @Test func anIndexOutsideTheTableIsNamed() {
    for device in testDevices {
      Devices.with(device) {
        for index in [7, -1] {
          let error = #expect(throws: GraphError.self) {
            try embedding(Tensor([0, index]), Tensor.zeros([4, 2])).tryEvaluated()
          }
          #expect(error?.description.contains("index \(index)") == true)
        }
      }
    }
  }

  static let x = Tensor.ones([2, 4, 3])
  static let v = Tensor.ones([3])
  static let whole = Tensor([1, 2, 3])

  private typealias Call = BadInputTests.Call

  private static let wrong: [Call] = [
    Call("layerNorm: the weight must be float32 [3], not float32 [2, 4, 3]") {
      _ = layerNorm(x, weight: x)
    },
    Call("layerNorm: the bias must be float32 [4, 3], not float32 [3]") {
      _ = layerNorm(x, axes: [1, 2], bias: v)
    },
    Call("layerNorm: axis 3 is outside [2, 4, 3]") { _ = layerNorm(x, axes: [3]) },
    Call("layerNorm: no axes are given") { _ = layerNorm(x, axes: []) },
    Call("layerNorm: takes floating-point numbers, not int64") { _ = layerNorm(whole) },
    Call("rmsNorm: the weight must be float32 [3], not float64 [3]") {
      _ = rmsNorm(x, weight: v.cast(to: .float64))
    },
    Call("groupNorm: the channels of [2, 4, 3] do not make 3 groups") {
      _ = groupNorm(x, groups: 3)
    },
    Call("groupNorm: the channels of [3] do not make 1 groups") { _ = groupNorm(v, groups: 1) },
    Call("instanceNorm: [4, 3] has no places") { _ = instanceNorm(Tensor.ones([4, 3])) },
    Call("batchNorm: takes more than one value a channel in training, not [1, 3]") {
      _ = batchNorm(Tensor.ones([1, 3])).output
    },
    Call("batchNorm: the weight must be float32 [4], not float32 [3]") {
      _ = batchNorm(x, weight: v).variance
    },
    Call("batchNormInference: the mean must be float32 [4], not float32 [3]") {
      _ = batchNorm(x, mean: v, variance: v)
    },
    Call("scaledDotProductAttention: takes [..., T, D], [..., S, D] and [..., S, E], not [2, 4, 3]")
    {
      _ = scaledDotProductAttention(x, Tensor.ones([4, 2]), x)
    },
    Call("scaledDotProductAttention: queries, keys and values must be of one floating-point type") {
      _ = scaledDotProductAttention(x, x, x.cast(to: .float64))
    },
    Call("scaledDotProductAttention: the axes before the last two do not broadcast") {
      _ = scaledDotProductAttention(x, Tensor.ones([3, 4, 3]), x)
    },
    Call("scaledDotProductAttention: the mask must be bool or float32 and broadcast to [2, 4, 4]") {
      _ = scaledDotProductAttention(x, x, x, mask: Tensor.ones([3]))
    },
    Call("scaledDotProductAttention: the probability must be from 0 to 1") {
      _ = scaledDotProductAttention(
        x, x, x, dropoutProbability: 2, dropoutKey: RandomKey(1).operand)
    },
    Call("embedding: the table must be floating-point [V, D], not float32 [3]") {
      _ = embedding(whole, v)
    },
    Call("embedding: indices must be integers, not float32") {
      _ = embedding(v, Tensor.ones([4, 3]))
    },
    Call("embedding: padding 4 is no row of [4, 3]") {
      _ = embedding(whole, Tensor.ones([4, 3]), paddingIndex: 4)
    },
    Call("dropout: the probability must be from 0 to 1") {
      _ = dropout(v, probability: 1.5, key: RandomKey(1))
    },
    Call("dropout: axis 1 is outside [3]") { _ = channelDropout(v, key: RandomKey(1)) },
  ]

  @Test func wrongCallsSayWhatIsWrong() {
    for call in Self.wrong {
      let error = #expect(throws: GraphError.self, "\(call.text)") { try checked { call.run() } }
      #expect(
        error?.description.hasPrefix(call.text) == true,
        "\(call.text) but \(error?.description ?? "")")
    }
  }
}
