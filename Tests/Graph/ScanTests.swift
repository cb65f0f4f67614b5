import Adjoint
import AdjointGraph
import AdjointReference
import AdjointRuntime
import Testing

/// A recurrence as one node: the same as the loop written out, to second order, in a plan whose size does not
/// depend on the number of steps.
@Suite struct ScanTests {
  /// A recurrent network of two carries that shares its weights over time.
  struct Cell {
    let w: Tensor
    let u: Tensor
    let b: Tensor

    init(_ element: ElementType = .float64) {
      w = Tensor.normal([3, 8], deviation: 0.5, key: RandomKey(1), element)
      u = Tensor.normal([4, 8], deviation: 0.5, key: RandomKey(2), element)
      b = Tensor.normal([8], key: RandomKey(3), element)
    }

    var parameters: [Tensor] { [w, u, b] }

    func step(_ carries: [Tensor], _ x: Tensor) -> (carries: [Tensor], outputs: [Tensor]) {
      let z = (matmul(x, w) + matmul(carries[0], u) + b).split([4, 4], axis: 1)
      let memory = carries[1] * sigmoid(z[0]) + tanh(z[1])
      let hidden = tanh(memory) * sigmoid(z[1])
      return ([hidden, memory], [hidden * hidden, memory.sum([1])])
    }
  }

  static func inputs(_ length: Int, _ element: ElementType = .float64) -> [Tensor] {
    [
      Tensor.normal([2, 4], key: RandomKey(4), element),
      Tensor.normal([2, 4], key: RandomKey(5), element),
      Tensor.normal([length, 2, 3], key: RandomKey(6), element),
    ]
  }

  /// Everything a scan gives, in one number.
  static func weighed(_ found: (carries: [Tensor], outputs: [Tensor])) -> Tensor {
    (found.carries + found.outputs).reduce(Tensor(0, found.carries[0].element)) {
      $0 + ($1 * Tensor.normal($1.shape, key: RandomKey($1.rank), $1.element)).sum()
    }
  }

  static func scanned(_ cell: Cell, _ x: [Tensor], reversed: Bool = false) -> Tensor {
    weighed(
      scan([x[0], x[1]], over: [x[2]], reversed: reversed) { cell.step($0, $1[0]) })
  }

  static func looped(_ cell: Cell, _ x: [Tensor], reversed: Bool = false) -> Tensor {
    var carries = [x[0], x[1]]
    var outputs: [[Tensor]] = []
    let order = Array(0..<x[2].shape[0])
    for place in reversed ? order.reversed() : order {
      let now = cell.step(carries, x[2].slice(start: place, length: 1).squeezed(0))
      carries = now.carries
      outputs.append(now.outputs)
    }
    if reversed { outputs.reverse() }
    return weighed((carries, (0..<2).map { kind in stacked(outputs.map { $0[kind] }) }))
  }

  @Test(arguments: [false, true]) func itIsTheLoopWrittenOut(reversed: Bool) {
    for device in testDevices {
      Devices.with(device) {
        let cell = Cell()
        let x = Self.inputs(7)
        let (a, b) = (
          Self.scanned(cell, x, reversed: reversed), Self.looped(cell, x, reversed: reversed)
        )
        expectClose(a.doubles, b.doubles, 1e-12, device.name)
        let targets = x + cell.parameters
        let slopes = [a, b].map { gradient(of: $0, withRespectTo: targets) }
        for (place, (found, expected)) in zip(slopes[0], slopes[1]).enumerated() {
          expectClose(
            found.doubles, expected.doubles, 1e-11, "gradient \(place) on \(device.name)")
        }
        let bends = slopes.map { slopes in
          gradient(
            of: slopes.reduce(Tensor(0, .float64)) { $0 + ($1 * $1 * $1).sum() },
            withRespectTo: targets)
        }
        for (place, (found, expected)) in zip(bends[0], bends[1]).enumerated() {
          let size = expected.doubles.map { abs($0) }.max() ?? 0
          expectClose(
            found.doubles.map { $0 / size }, expected.doubles.map { $0 / size }, 1e-11,
            "second order \(place) on \(device.name)")
        }
      }
    }
  }

  @Test func modesOfDifferentiationAgree() throws {
    let cell = Cell()
    let x = Self.inputs(5)
    let f = { (w: Tensor) in
      var moved = cell
      moved = Cell(moved, w: w)
      let (carries, outputs) = scan([x[0], x[1]], over: [x[2]]) { moved.step($0, $1[0]) }
      return carries[0].sum([0]) + outputs[1].sum()
    }
    let (reverse, forward) = (
      jacobian(of: f, at: cell.w), jacobian(of: f, at: cell.w, mode: .forward)
    )
    expectClose(forward.doubles, reverse.doubles, 1e-12, "Jacobian")
    try checkGradients(of: { f($0[0]).sum() }, at: [cell.w])
    let v = Tensor.normal(cell.w.shape, key: RandomKey(8), .float64)
    let product = hessianVector(of: { f($0).sum() }, at: cell.w, along: v)
    let difference = centralDifference(
      of: { (gradient(of: f($0).sum(), withRespectTo: $0) * v).sum() }, at: cell.w, along: v)
    expectClose([(product * v).sum().item], [difference], 1e-6, "Hessian-vector product")
  }

  @Test func batchesAreLoops() {
    let cell = Cell()
    let x = (0..<3).map { _ in Self.inputs(4) }
    let scales = Tensor([1.0, 0.5, -2], .float64)
    let f = { (scale: Tensor) in
      let start = x[0][0] * scale
      return gradient(
        of: Self.scanned(cell, [start, x[0][1], x[0][2] * scale]), withRespectTo: scale)
    }
    let loop = scales.doubles.map { f(Tensor([$0], .float64).squeezed()).item }
    expectClose(vmap(f, scales).doubles, loop, 1e-12, "vmap of the gradient")
  }

  /// The graph of value and gradient, at two lengths.
  @Test func aPlanDoesNotGrowWithTheSteps() {
    func size(_ length: Int) -> Int {
      let cell = Cell()
      let slopes = gradient(
        of: Self.scanned(cell, Self.inputs(length)), withRespectTo: cell.parameters)
      return GraphLock.withLock {
        let walk = Walk.take()
        defer { walk.giveBack() }
        walk.order(roots: slopes.map { $0.node }, stoppingAtValues: true)
        return Program(walk, roots: slopes.map { $0.node }) { _, _ in false }.values.count
      }
    }
    #expect(size(3) == size(3000))
    #expect(size(3) < 200)
  }

  @Test func aLongRecurrenceTrains() {
    alone {
      Engine.removePlans()
      let weight = Parameter(Tensor([0.999]))
      let before = Engine.statistics
      let optimizer = SGD([weight], learningRate: 1e-9)
      for step in 0..<5 {
        let xs = Tensor.normal([20_000, 1], key: RandomKey(step))
        let loss = optimizer.step {
          let (last, all) = scan(Tensor.zeros([1]), over: xs) { h, x in
            let next = h * weight.value + x
            return (next, next)
          }
          return (all * all).mean() + last.sum()
        }
        #expect(loss.item.isFinite)
      }
      #expect(Engine.statistics.plans - before.plans == 1)
      #expect(Engine.statistics.reusedBuffers - before.reusedBuffers >= 4)
    }
  }

  @Test func scansWithinScansAndRecomputedBlocks() throws {
    let a = Tensor.normal([3], key: RandomKey(1), .float64)
    let xs = Tensor.normal([4, 2, 3], key: RandomKey(2), .float64)
    let f = { (x: [Tensor]) in
      scan(x[0], over: x[1]) { outer, rows in
        let (inner, all) = scan(outer, over: rows) { h, row in
          let next = sin(h * x[0] + row)
          return (next, next * row)
        }
        return (inner, recomputed(all) { tanh($0) * $0 }.sum([0]))
      }.outputs.sum()
    }
    for device in testDevices {
      try Devices.with(device) { try checkGradients(of: f, at: [a, xs]) }
    }
    let g = { (x: [Tensor]) in
      let slope = gradient(of: f(x), withRespectTo: x[0])
      return (slope * slope).sum()
    }
    try checkGradients(of: g, at: [a, xs])
  }

  @Test func aBatchOfNothing() {
    let found = vmap(
      { start in
        let (last, all) = scan(start, over: Tensor.ones([4, 2])) { ($0 * $1, $0 + $1) }
        return gradient(of: (all * last).sum(), withRespectTo: start)
      }, Tensor.zeros([0, 2]))
    #expect(found.shape == [0, 2] && found.floats.isEmpty)
  }

  /// Through what a block uses of values computed around it a gradient flows to them too.
  @Test func gradientsFlowToWhatIsCaptured() throws {
    let w = Tensor.normal([3], key: RandomKey(1), .float64)
    let f = { (given: [Tensor]) in
      let computed = exp(given[0])
      let block = recomputed(computed * 2) { tanh($0) * computed }
      let own = withGradient([block], of: { $0[0] * computed }) { inputs, _, upstream in
        [upstream * inputs[0] / inputs[0] * exp(given[0])]
      }
      let (_, all) = scan(w, over: Tensor.ones([4, 3], .float64)) { h, one in
        let next = sin(h + one) * computed
        return (next, next * block)
      }
      return (gradient(of: all.sum(), withRespectTo: computed) * own.detached).sum()
    }
    let g = { (given: [Tensor]) in
      let computed = exp(given[0])
      let block = tanh(computed * 2) * computed
      var (h, total) = (w, Tensor(0, .float64))
      for _ in 0..<4 {
        h = sin(h + 1) * computed
        total = total + (h * block).sum()
      }
      return (gradient(of: total, withRespectTo: computed) * (block * computed).detached).sum()
    }
    let x = Tensor([0.2, -0.4, 0.1], .float64)
    expectClose(f([x]).doubles, g([x]).doubles, 1e-12, "the same gradient")
  }

  /// What a block or a step finds around it may itself stand for an example of a batch.
  @Test func whatIsCapturedMayBeBatched() {
    let x = Tensor.normal([3, 2], key: RandomKey(1), .float64)
    let f = { (x: Tensor) in
      let block = recomputed(x * 2) { tanh($0) * x }
      let (last, all) = scan(x, over: Tensor.ones([4, 2], .float64)) { h, one in
        let next = sin(h + one) * x
        return (next, next + block)
      }
      return gradient(of: (all * last).sum(), withRespectTo: x)
    }
    let loop = (0..<3).flatMap { f(x.slice(start: $0, length: 1).squeezed(0)).doubles }
    expectClose(vmap(f, x).doubles, loop, 1e-12, "vmap over what is captured")
  }

  /// A key a step draws another mask each; what does not depend on the step is computed once.
  @Test func dropoutOverTime() {
    let keys = Tensor.iota(6)
    let x = Tensor.ones([50])
    let (_, masks) = scan([], over: [keys]) { _, now in
      ([], [dropout(x, key: RandomKey(3).operand.splitKey(now[0]))])
    }
    let loop = (0..<6).map { dropout(x, key: RandomKey(3).split($0)).floats }
    #expect(masks[0].floats == loop.flatMap { $0 })
    #expect(Set(loop).count == 6)
  }

  @Test func stepsWithoutInputs() {
    let (last, powers) = scan([Tensor(1, .float64)], over: [], count: 6) { c, _ in
      ([c[0] * 3], [c[0]])
    }
    #expect(powers[0].doubles == [1, 3, 9, 27, 81, 243])
    #expect(last[0].item == 729)
    let (same, none) = scan([Tensor([1.0, 2])], over: [Tensor.zeros([0, 2])]) { c, x in
      ([c[0] + x[0]], [x[0]])
    }
    #expect(same[0].floats == [1, 2] && none[0].shape == [0, 2])
    // Carries that change places are not overwritten too early.
    let (swapped, _) = scan([Tensor([1.0, 2]), Tensor([3.0, 4])], over: [], count: 3) { c, _ in
      ([c[1], c[0]], [])
    }
    #expect(swapped[0].floats == [3, 4] && swapped[1].floats == [1, 2])
  }

  @Test func inputsOfOtherTypes() throws {
    let table = Tensor.normal([5, 2], key: RandomKey(1), .float64)
    let words = Tensor([1, 4, 4, 0])
    let wide = Tensor.normal([4, 2], key: RandomKey(2), .float64)
    let f = { (x: [Tensor]) in
      scan([Tensor.zeros([2])], over: [words, x[1], greater(x[1], 0 * x[1])]) { c, now in
        let row = embedding(now[0], x[0]) * now[1]
        return ([select(now[2], c[0], row.cast(to: .float32))], [c[0]])
      }
    }
    let loss = weighed(f([table, wide]))
    let slopes = gradient(of: loss, withRespectTo: [table, wide])
    #expect(slopes.allSatisfy { $0.element == .float64 })
    #expect(slopes.allSatisfy { $0.doubles.allSatisfy { $0.isFinite } })
    #expect(slopes[0].doubles.contains { $0 != 0 })
  }

  private func weighed(_ found: (carries: [Tensor], outputs: [Tensor])) -> Tensor {
    Self.weighed(found)
  }

  /// A thousand small terms of one gradient: in bfloat16 they would stop adding up after a few hundred.
  @Test func halvesAddUpOverManySteps() {
    for device in testDevices {
      Devices.with(device) {
        for element in [ElementType.float16, .bfloat16] {
          let w = Tensor([0.5, -0.25], element)
          let xs = Tensor.ones([1000, 2], element)
          let (last, all) = scan(Tensor.zeros([2], element), over: xs) { h, x in
            (h, x * w)
          }
          #expect(last.element == element && all.element == element)
          #expect(all.doubles.suffix(2) == [0.5, -0.25])
          let slope = gradient(of: all.cast(to: .float32).sum(), withRespectTo: w)
          #expect(slope.element == element)
          #expect(slope.doubles == [1000, 1000], "\(element.name) on \(device.name)")
        }
      }
    }
  }

  /// A failing step throws its own text, and no parameter has changed.
  @Test func anErrorWithinAStepIsThrown() {
    for device in testDevices {
      alone(on: device) {
        let table = Parameter(Tensor.ones([3, 2]))
        let optimizer = SGD([table], learningRate: 0.1)
        let error = #expect(throws: GraphError.self) {
          try optimizer.tryStep {
            scan(Tensor.zeros([2]), over: Tensor([0, 1, 9])) { h, word in
              (h + embedding(word, table.value), h)
            }.carry.sum()
          }
        }
        #expect(error?.description.contains("index 9") == true)
        #expect(table.value.floats == [1, 1, 1, 1, 1, 1])
      }
    }
  }

  private typealias Call = BadInputTests.Call

  private static let wrong: [Call] = [
    Call("scan: the lengths differ: [2, 3]") {
      _ = scan([], over: [Tensor.zeros([2]), Tensor.zeros([3])]) { ($0, $1) }
    },
    Call("scan: takes inputs, or a count") { _ = scan([Tensor(1.0)], over: []) { c, _ in (c, c) } },
    Call("scan: takes inputs, or a count") {
      _ = scan([Tensor(1.0)], over: [], count: -1) { c, _ in (c, c) }
    },
    Call("scan: an input without axes") { _ = scan(Tensor(1.0), over: Tensor(1.0)) { ($0, $1) } },
    Call("scan: carry 0 is float32 [2] and becomes float32 [3, 2]") {
      _ = scan(Tensor.zeros([2]), over: Tensor.zeros([4, 3, 1])) { ($0 + $1, $0) }
    },
    Call("scan: 1 carries become 2") {
      _ = scan([Tensor(1.0)], over: [], count: 1) { c, _ in (c + c, c) }
    },
    Call("scan: carries and outputs must be of one floating-point type") {
      _ = scan([Tensor(1.0)], over: [], count: 1) { c, _ in (c, [Tensor(1, .float64)]) }
    },
    Call("scan: carries and outputs must be of one floating-point type") {
      _ = scan(Tensor([1, 2]), over: Tensor([1])) { ($0 + $1, $0) }
    },
    Call("scan: there is neither a carry nor an output") {
      _ = scan([], over: [], count: 1) { _, _ in ([], []) }
    },
    Call("scan: takes 2 inputs, not 1") { _ = Scan.example.apply([Tensor(1.0)]) },
    Call("scan: input 1 must be float32 [1], not float32 [3]") {
      _ = Scan.example.apply([Tensor(1.0), Tensor([1.0, 2, 3])])
    },
    Call("add: shapes do not broadcast: [2] and [3]") {
      _ = scan(Tensor.zeros([2]), over: Tensor.zeros([4, 3])) { ($0 + $1, $0) }
    },
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

extension ScanTests.Cell {
  fileprivate init(_ other: ScanTests.Cell, w: Tensor) {
    (self.w, u, b) = (w, other.u, other.b)
  }
}
